"""The ZSM table: the officer of justice asks five agencies for the context of the ban, and sees who shared what.

Also what was withheld and why. Then the officer decides, and everyone who must know of the release does, before it.
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
from gateway.local.registry_file import (
    CHILD_PROTECTION,
    MUNICIPALITY,
    POLICE,
    PROBATION,
    PROSECUTION,
    VEILIG_THUIS,
    Agency,
)

ASKED: Final[Mapping[str, Agency]] = {
    "politie_zsm": POLICE,
    "gemeente_jurist": MUNICIPALITY,
    "vt_medewerker": VEILIG_THUIS,
    "reclassering_adviseur": PROBATION,
    "rvdk_raadsonderzoeker": CHILD_PROTECTION,
}
INFORMED: Final = [
    *to(POLICE, "politie_zsm", "politie_hovj", "politie_wijkagent", "politie_noodhulp"),
    *to(VEILIG_THUIS, "vt_medewerker", "casemanager_vt"),
    *to(MUNICIPALITY, "burgemeester", "gemeente_jurist"),
    *to(PROBATION, "reclassering_adviseur"),
    *to(CHILD_PROTECTION, "rvdk_raadsonderzoeker"),
]
OFFICER: Final = to(PROSECUTION, "om_ovj_zsm")
UNTIL_FREE: Final = timedelta(hours=2)


def play_zsm(cast: Cast, screen: Screen, played: Played) -> None:
    """Plays it in the case of the ban. Raises Surprise when anything goes otherwise."""
    screen.title("6. De officier aan de ZSM-tafel vraagt de context van het huisverbod")
    people = _people(cast)
    for role, who in {**people, "om_ovj_zsm": cast.prosecutor}.items():
        cast.on_duty(who, role)
    asked = _ask(cast, screen, played.case_id)
    _try_shelter(cast, screen, played.case_id, asked)
    _try_to_perpetrators_side(cast, screen, played.case_id, asked)
    answers = _answer(cast, screen, people, played.case_id, asked)
    _officer_reads(cast, screen, answers)
    screen.title("7. De beslissing, en de vrijlating die iedereen vooraf weet")
    decision = _decide(cast, screen, played.case_id)
    _who_sees_what(cast, screen, decision)
    _inform(cast, screen, played.case_id, decision)


def _people(cast: Cast) -> dict[str, AgencyClient]:
    who = (cast.police_desk, cast.jurist, cast.advisor, cast.probation, cast.investigator)
    return dict(zip(ASKED, who, strict=True))


def _ask(cast: Cast, screen: Screen, case_id: str) -> str:
    screen.step(
        "De verdachte is aangehouden; de officier vraagt vijf organisaties tegelijk, met een beslismoment"
    )
    recipients = [place for role, agency in ASKED.items() for place in to(agency, role)]
    content = contents.context_question(cast.now())
    sent = send(cast.prosecutor, "zsm.context.verzoek", content, recipients, rol="om_ovj_zsm", zaakId=case_id)
    rows = [[d["rol"], d["doel"] or "", str(len(d["weggelaten"]))] for d in sent["afleveringen"]]
    screen.table("Gevraagd", ["rol", "leesdoel", "velden niet (geheel)"], rows)
    require(all(d["kopieId"] for d in sent["afleveringen"]), "alle vijf krijgen de vraag")
    return str(sent["berichtId"])


def _try_shelter(cast: Cast, screen: Screen, case_id: str, asked: str) -> None:
    screen.step("Kan niet: Veilig Thuis zet het geheime opvangadres in het antwoord")
    content = contents.context_answer("vt_medewerker", asked, cast.now()) | {"opvangadres": contents.SHELTER}
    how = {"rol": "vt_medewerker", "zaakId": case_id, "inAntwoordOp": asked}
    reply = cast.advisor.post("/berichten", draft("zsm.context.antwoord", content, OFFICER, **how))
    screen.refusal(expect_rule(reply, 400, "S_categorie_niet_in_schema", "opvangadres aan de officier").body)


def _try_to_perpetrators_side(cast: Cast, screen: Screen, case_id: str, asked: str) -> None:
    screen.step(
        "Kan niet: het antwoord van Veilig Thuis ook aan de reclassering, die naast de verdachte staat"
    )
    content = contents.context_answer("vt_medewerker", asked, cast.now())
    recipients = [*OFFICER, *to(PROBATION, "reclassering_adviseur")]
    how = {"rol": "vt_medewerker", "zaakId": case_id}
    plan = expect(
        cast.advisor.post("/plannen", draft("zsm.context.antwoord", content, recipients, **how)), 200, "plan"
    ).body
    refused = [place for place in plan["ontvangers"] if not place["toegestaan"]]
    require([place["rol"] for place in refused] == ["reclassering_adviseur"], "de reclassering krijgt niets")
    screen.good(f"{refused[0]['rol']}: {refused[0]['reden']['nl']} ({refused[0]['regel']})")


def _answer(
    cast: Cast, screen: Screen, people: Mapping[str, AgencyClient], case_id: str, asked: str
) -> dict[str, str]:
    screen.step("Vijf antwoorden; Veilig Thuis laat een medewerker eerst een samenvatting goedkeuren")
    expect(
        people["vt_medewerker"].post("/samenvattingen", contents.summary(case_id, cast.now())), 201, "keuring"
    )
    answers = {}
    for role, who in people.items():
        take_on(who, asked)
        content = contents.context_answer(role, asked, cast.now())
        how = {"rol": role, "zaakId": case_id, "inAntwoordOp": asked}
        answers[role] = str(send(who, "zsm.context.antwoord", content, OFFICER, **how)["berichtId"])
    screen.good("alle vijf antwoordden voor het beslismoment")
    return answers


def _officer_reads(cast: Cast, screen: Screen, answers: Mapping[str, str]) -> None:
    screen.step("De officier ziet in één overzicht wie wat deelt, en wat niet en waarom")
    seen = {role: read(cast.prosecutor, message, "zsm") for role, message in answers.items()}
    rows = [[ASKED[role].name, _shared(found["inhoud"]), _not_shared(found)] for role, found in seen.items()]
    screen.table("Antwoorden aan de officier", ["organisatie", "deelt", "niet, en waarom"], rows)
    screen.copy("Het antwoord van Veilig Thuis", *_parts(seen["vt_medewerker"]))
    text = str({role: found["inhoud"] for role, found in seen.items()})
    require(contents.SUMMARY in text, "de officier ziet de goedgekeurde samenvatting")
    require(
        contents.UNAPPROVED not in text, "de officier ziet geen tekst van Veilig Thuis die niemand goedkeurde"
    )
    require("aantal_meldingen" in text, "de officier ziet hoeveel meldingen er waren")


def _decide(cast: Cast, screen: Screen, case_id: str) -> str:
    screen.step(
        "De officier beslist: heenzenden over twee uur. Het bericht gaat direct (U0) naar tien rollen"
    )
    content = contents.decision(cast.now(), free_at=cast.now() + UNTIL_FREE)
    sent = send(cast.prosecutor, "zsm.afdoening", content, INFORMED, rol="om_ovj_zsm", zaakId=case_id)
    require(sent["urgentie"] == "U0", "een vrijlating is direct")
    require(all(d["kopieId"] for d in sent["afleveringen"]), "iedereen die het moet weten krijgt het")
    rows = [[d["rol"], d["doel"] or "", str(len(d["weggelaten"]))] for d in sent["afleveringen"]]
    screen.table("Vrijlating gemeld aan", ["rol", "leesdoel", "velden niet (geheel)"], rows)
    return str(sent["berichtId"])


def _who_sees_what(cast: Cast, screen: Screen, decision: str) -> None:
    screen.step("De wijkagent leest wie en wanneer; de afdoening zelf is niet voor hem")
    seen = read(cast.community_officer, decision, "waarschuwing")
    screen.copy("Wat de wijkagent ziet", *_parts(seen))
    require({"persoon_pleger", "in_vrijheid_op"} <= seen["inhoud"].keys(), "de wijkagent ziet wie en wanneer")
    require("beslissing" not in seen["inhoud"], "de wijkagent ziet de beslissing niet")
    refused = cast.probation.post(f"/postvak/{arrived(cast.probation, decision)}/_open", {"doel": "zsm"})
    screen.say("De reclassering probeert hem met het doel van de officier te openen:")
    rule = "G05_rol_mag_doel_niet_inroepen"
    screen.refusal(expect_rule(refused, 403, rule, "lezen met het doel van een ander").body)


def _inform(cast: Cast, screen: Screen, case_id: str, decision: str) -> None:
    screen.step("De taak om de achterblijver in te lichten: open tot Veilig Thuis zegt dat het gebeurd is")
    open_task = _task(cast, case_id)
    require(open_task["status"] == "lopend", "de taak is open zodra de vrijlating gemeld is")
    screen.say(f"{open_task['naam']}: {open_task['status']}, voor {open_task['eindigtOp']}")
    take_on(cast.advisor, decision)
    content = contents.informed(decision, cast.now())
    recipients = [*OFFICER, *to(POLICE, "politie_zsm"), *to(VEILIG_THUIS, "casemanager_vt")]
    how = {"rol": "vt_medewerker", "zaakId": case_id, "inAntwoordOp": decision}
    sent = send(cast.advisor, "achterblijver.geinformeerd", content, recipients, **how)
    told = read(cast.prosecutor, str(sent["berichtId"]), "waarschuwing")
    require(told["inhoud"]["resultaat"] == "geinformeerd", "de officier leest dat de achterblijver het weet")
    require(_task(cast, case_id)["status"] == "gestopt", "de taak is gedaan")
    screen.good("de officier leest: de achterblijver weet het, ruim voor de vrijlating. De taak is gedaan")


def _task(cast: Cast, case_id: str) -> dict[str, Any]:
    """The clock of the duty to tell who stayed behind (D29), as Veilig Thuis sees it."""
    seen = expect(
        cast.advisor.get(f"/zaken/{case_id}?rol=vt_medewerker&doel=zsm"), 200, "de zaak bij Veilig Thuis"
    )
    found: dict[str, Any] = next(clock for clock in seen["klokken"] if clock["termijn"] == "D29")
    return found


def _parts(found: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return found["inhoud"], found["weggelaten"]


def _shared(content: Mapping[str, Any]) -> str:
    plain = {"verzoek_id", "bekend", "niet_gedeeld", "beantwoord_op", "tot_wanneer_geldig"}
    names = [name for name in content if name not in plain]
    return ", ".join(names) if names else "niets te delen"


def _not_shared(found: Mapping[str, Any]) -> str:
    """What the answering agency withheld, in its own words."""
    withheld = found["inhoud"].get("niet_gedeeld", [])
    return "\n".join(f"{each['categorie']}: {each['reden_code']} ({each['grondslag']})" for each in withheld)
