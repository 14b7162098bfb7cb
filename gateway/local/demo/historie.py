"""The casemanager pulls the history of four partner agencies: one answers, one has nothing to share, one refuses with a
reason, and one is late. Each is visible as what it is.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from gateway.local.agency_client import AgencyClient
from gateway.local.demo import answer_contents as contents
from gateway.local.demo.acting import arrived, draft, read, send, take_on, to
from gateway.local.demo.cast import Cast
from gateway.local.demo.expectation import expect, expect_rule, require
from gateway.local.demo.screen import Screen
from gateway.local.demo.screening import Played
from gateway.local.demo.unanswered import ROLE, hand_in_roster, play_unanswered
from gateway.local.registry_file import (
    CHILD_PROTECTION,
    MUNICIPALITY,
    POLICE,
    PROBATION,
    VEILIG_THUIS,
    Agency,
)

ASKED: Final[Mapping[str, Agency]] = {
    "gemeente_jurist": MUNICIPALITY,
    "rvdk_raadsonderzoeker": CHILD_PROTECTION,
    "reclassering_toezichthouder": PROBATION,
    "politie_wijkagent": POLICE,
}
CASEMANAGER: Final = to(VEILIG_THUIS, "casemanager_vt")
ANSWER_DUE: Final = timedelta(hours=2)  # of an urgent question that states no moment of its own


def play_history(cast: Cast, screen: Screen, played: Played) -> None:
    """Plays it in the case of the ban. Raises Surprise when anything goes otherwise."""
    screen.title("8. De casemanager haalt de geschiedenis op")
    people = _people(cast)
    hand_in_roster(cast, people[ROLE])
    for role, who in {**people, "casemanager_vt": cast.casemanager}.items():
        if role != ROLE:
            cast.on_duty(who, role)
    asked = _ask(cast, screen, played.case_id)
    _try_unasked(cast, screen, played.case_id)
    _answer_in_time(cast, screen, people, played.case_id, asked)
    _refuse(cast, screen, played.case_id, asked)
    screen.step(f"De klok van deze simulatie gaat vooruit: de {ANSWER_DUE.seconds // 3600} uur zijn om")
    cast.put_ahead(ANSWER_DUE + timedelta(minutes=15))
    _overview(cast, screen, asked, politie_wijkagent="uitgebleven")
    play_unanswered(cast, screen, people[ROLE], played.case_id)
    _answer_late(cast, screen, people[ROLE], played.case_id, asked)


def _people(cast: Cast) -> dict[str, AgencyClient]:
    return dict(
        zip(ASKED, (cast.jurist, cast.investigator, cast.supervisor, cast.community_officer), strict=True)
    )


def _ask(cast: Cast, screen: Screen, case_id: str) -> str:
    screen.step("De casemanager vraagt vier organisaties wat zij van dit huishouden weten, met een noodzaak")
    recipients = [place for role, agency in ASKED.items() for place in to(agency, role)]
    content = contents.history_question(cast.now())
    how = {"rol": "casemanager_vt", "zaakId": case_id}
    sent = send(cast.casemanager, "historie.verzoek", content, recipients, **how)
    require(
        all(d["doel"] == "beantwoording" for d in sent["afleveringen"]), "zij lezen alleen om te antwoorden"
    )
    screen.good("alle vier lezen de vraag alleen om haar te beantwoorden")
    return str(sent["berichtId"])


def _try_unasked(cast: Cast, screen: Screen, case_id: str) -> None:
    screen.step(
        "Kan niet: de adviseur van de reclassering, naast de verdachte, vraagt zelf wat anderen weten"
    )
    content = contents.history_question(cast.now())
    how = {"rol": "reclassering_adviseur", "zaakId": case_id}
    reply = cast.probation.post(
        "/berichten", draft("historie.verzoek", content, to(POLICE, "politie_zsm"), **how)
    )
    screen.refusal(expect_rule(reply, 403, "S_afzender_niet_bevoegd", "vraag door de reclassering").body)


def _answer_in_time(
    cast: Cast, screen: Screen, people: Mapping[str, AgencyClient], case_id: str, asked: str
) -> None:
    screen.step("De gemeente antwoordt; de Raad voor de Kinderbescherming heeft niets te delen")
    found = {"gemeente_jurist": {"eerdere_huisverboden": contents.earlier_bans(cast.now())}}
    for role in ("gemeente_jurist", "rvdk_raadsonderzoeker"):
        take_on(people[role], asked)
        content = contents.history_answer(asked, cast.now(), **found.get(role, {}))
        _reply(people[role], "historie.antwoord", content, rol=role, zaakId=case_id, inAntwoordOp=asked)
    screen.good("'niets te delen' zegt niet of er niets is of dat het niet gedeeld mag worden")


def _refuse(cast: Cast, screen: Screen, case_id: str, asked: str) -> None:
    screen.step("De reclassering weigert, met reden, artikel en wat wel kan")
    who = cast.supervisor
    take_on(who, asked)
    how = {"rol": "reclassering_toezichthouder", "zaakId": case_id, "inAntwoordOp": asked}
    arrived(cast.casemanager, _reply(who, "systeem.weigering", contents.refusal(asked), **how))


def _answer_late(cast: Cast, screen: Screen, who: AgencyClient, case_id: str, asked: str) -> None:
    screen.step("De wijkagent antwoordt alsnog: het komt aan, en staat als te laat")
    content = contents.history_answer(asked, cast.now(), incidenten=contents.incidents(cast.now()))
    how = {"rol": "politie_wijkagent", "zaakId": case_id, "inAntwoordOp": asked}
    late = _reply(who, "historie.antwoord", content, **how)
    arrived(cast.casemanager, late)
    _overview(cast, screen, asked, politie_wijkagent="te_laat")


def _reply(who: AgencyClient, name: str, content: dict[str, Any], **how: str) -> str:
    return str(send(who, name, content, CASEMANAGER, **how)["berichtId"])


def _overview(cast: Cast, screen: Screen, asked: str, **expected: str) -> None:
    """Who answered and who did not, as the casemanager sees it. `expected` is how it stands, by role."""
    sent = expect(cast.casemanager.get(f"/berichten/{asked}"), 200, "de eigen vraag").body
    owed = {each["van"][0]: each for each in sent["gesprek"]["verwacht"]}
    refused = _refusals(cast, asked)
    rows, stands = [], {}
    for role, agency in ASKED.items():
        answers = [
            read(cast.casemanager, each["berichtId"], "uitvoering") for each in owed[agency.oin]["antwoorden"]
        ]
        stands[role] = str(owed[agency.oin]["stand"])
        rows.append([agency.name, stands[role], refused.get(agency.oin) or "\n".join(map(_said, answers))])
    screen.table("Wie heeft welke informatie", ["organisatie", "stand", "wat"], rows)
    require(stands == _IN_TIME | expected, f"de stand is {_IN_TIME | expected}, niet {stands}")
    missing = "uitgebleven" in stands.values()
    require(sent["gesprek"]["volledig"] is not missing, "volledig is alleen wat niemand schuldig blijft")


_IN_TIME: Final = {
    "gemeente_jurist": "beantwoord",
    "rvdk_raadsonderzoeker": "beantwoord",
    "reclassering_toezichthouder": "geweigerd",
}


def _refusals(cast: Cast, asked: str) -> dict[str, str]:
    """What agencies said that refused this question, by OIN."""
    found = {}
    for copy in expect(cast.casemanager.get("/postvak"), 200, "postvak").body:
        if copy["type"] == "systeem.weigering" and copy["gesprek"]["antwoordOp"] == asked:
            said = read(cast.casemanager, copy["berichtId"], copy["doel"])["inhoud"]
            found[copy["afzender"]["oin"]] = f"{said['uitleg_nl']} ({said['grondslag']})"
    return found


def _said(answer: Mapping[str, Any]) -> str:
    content = answer["inhoud"]
    known = {each["bekend"] for each in content["per_persoon"]}
    names = [name for name in content if name not in {"verzoek_id", "per_persoon", "peildatum"}]
    return "niets te delen" if known == {"niets_te_delen"} else ", ".join(names)
