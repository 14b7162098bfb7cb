"""The planned screening: Veilig Thuis asks, the weegteam weighs, the police are notified, confirm, and can prove it.

Every step checks what came of it; what must be refused is tried, and must be refused for the right rule.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.local.agency_client import AgencyClient, Reply
from gateway.local.demo import contents
from gateway.local.demo.cast import Cast
from gateway.local.demo.expectation import eventually, expect, expect_rule, require
from gateway.local.demo.screen import Screen
from gateway.local.registry_file import ELDERS, MUNICIPALITY, POLICE, VEILIG_THUIS, VOORBEELDSTAD

NOTICE = "screening.gepland.kennisgeving"
PURPOSES = {
    "melding.zorg": "melding_vt",
    "screening.verzoek": "weging",
    "weegteam.uitnodiging": "weging",
    "weegteam.advies": "weging",
    "screening.gepland.bevestiging": "screening",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """Ids that the audit trail is shown for."""

    case_id: str
    notice_id: str
    other_case_id: str


def play_screening(cast: Cast, screen: Screen) -> Played:
    """Plays it. Raises Surprise when anything goes otherwise."""
    screen.title("1. Aanvraag en weging")
    case_id, request_id = _open_case(cast, screen)
    _invite(cast, screen, case_id, request_id)
    _try_too_early(cast, screen, case_id)
    advice_id = _advise(cast, screen, case_id, request_id)
    screen.title("2. De kennisgeving aan de politie")
    _try_with_reporter(cast, screen, case_id, advice_id)
    notice_id = _notify(cast, screen, case_id, advice_id)
    _duty_officer_reads(cast, screen, notice_id)
    _community_officer_reads(cast, screen, case_id, notice_id)
    screen.title("3. De politie bevestigt")
    _confirm(cast, screen, case_id, notice_id)
    _receipts(cast, screen, notice_id)
    screen.title("4. Buiten het gebied bestaat een zaak niet")
    other = _outside_territory(cast, screen)
    return Played(case_id=case_id, notice_id=notice_id, other_case_id=other)


def _open_case(cast: Cast, screen: Screen) -> tuple[str, str]:
    screen.step("Veilig Thuis vraagt een screening aan en opent daarmee de zaak")
    recipients = [_to(VEILIG_THUIS.oin, "vt_procescoordinator"), _to(POLICE.oin, "politie_weegteam")]
    recipients.append(_to(MUNICIPALITY.oin, "gemeente_jurist"))
    sent = _send(
        cast.coordinator,
        "screening.verzoek",
        contents.request(VOORBEELDSTAD),
        recipients,
        municipality=VOORBEELDSTAD,
    )
    screen.good(
        f"zaak {sent['zaakId']} geopend; de hub kent alleen de feiten die een klok of regel nodig heeft"
    )
    return sent["zaakId"], sent["berichtId"]


def _invite(cast: Cast, screen: Screen, case_id: str, request_id: str) -> None:
    screen.step("De procescoördinator roept het weegteam bijeen")
    recipients = [_to(POLICE.oin, "politie_weegteam"), _to(MUNICIPALITY.oin, "gemeente_jurist")]
    content = contents.invitation(request_id, VOORBEELDSTAD)
    _send(cast.coordinator, "weegteam.uitnodiging", content, recipients, case_id=case_id)
    screen.good("de zaak is nu in weging")


def _try_too_early(cast: Cast, screen: Screen, case_id: str) -> None:
    screen.step("Te vroeg: de politie berichten terwijl het weegteam nog beraadslaagt")
    reply = cast.coordinator.post("/berichten", _notice(case_id, new_id()))
    screen.refusal(expect_rule(reply, 403, "S_toestand", "kennisgeving tijdens de weging").body)


def _advise(cast: Cast, screen: Screen, case_id: str, request_id: str) -> str:
    screen.step("Het weegteam adviseert positief")
    members = [_to(POLICE.oin, "politie_weegteam"), _to(MUNICIPALITY.oin, "gemeente_jurist")]
    sent = _send(
        cast.coordinator, "weegteam.advies", contents.advice(request_id, members), members, case_id=case_id
    )
    screen.good("de screening is gepland")
    return str(sent["berichtId"])


def _try_with_reporter(cast: Cast, screen: Screen, case_id: str, advice_id: str) -> None:
    screen.step("Niet toegestaan: wie de melding deed in het bericht zetten")
    body = _notice(case_id, advice_id)
    body["inhoud"] |= {"melder": {"organisatie": "Voorbeeldschool", "functie": "leerkracht"}}
    reply = cast.coordinator.post("/berichten", body)
    screen.refusal(expect_rule(reply, 400, "S_categorie_niet_in_schema", "bericht met de melder").body)


def _notify(cast: Cast, screen: Screen, case_id: str, advice_id: str) -> str:
    screen.step("Veilig Thuis stuurt de kennisgeving: elke ontvanger een eigen, eigen verzegelde kopie")
    sent = expect(cast.coordinator.post("/berichten", _notice(case_id, advice_id)), 201, "kennisgeving")
    rows = [[d["rol"], d["doel"] or "", d["status"], str(len(d["weggelaten"]))] for d in sent["afleveringen"]]
    screen.table("Afleveringen", ["rol", "leesdoel", "status", "velden niet (geheel)"], rows)
    return str(sent["berichtId"])


def _duty_officer_reads(cast: Cast, screen: Screen, notice_id: str) -> None:
    screen.step("De hulpofficier van dienst opent zijn kopie en neemt de zaak aan")
    officer = cast.duty_officer
    now = datetime.now(UTC)
    duty = {"medewerker": officer.person, "rol": "politie_hovj"}
    duty |= {"van": rfc3339(now - timedelta(hours=1)), "tot": rfc3339(now + timedelta(hours=8))}
    expect(officer.post("/diensten", duty), 201, "dienst van de hulpofficier")
    copy = _arrived(officer, notice_id)
    accepted = expect(officer.post(f"/postvak/{copy}/_aanvaard", {}), 200, "aannemen")
    require(bool(accepted["gemeld"]), "de hub hoorde van het aannemen")
    read = expect(
        officer.post(f"/postvak/{copy}/_open", {"doel": "screening"}), 200, "lezen door de hulpofficier"
    )
    screen.copy("Wat de hulpofficier ziet", read["inhoud"], read["weggelaten"])
    for name in ("onderbouwing_gevaar", "contact_slachtoffer", "hulpverlener_ter_plaatse", "bsn_pleger"):
        require(name in read["inhoud"], f"de hulpofficier ziet {name}")


def _community_officer_reads(cast: Cast, screen: Screen, case_id: str, notice_id: str) -> None:
    screen.step("De wijkagent opent zijn eigen kopie: zonder doel niet, met doel alleen wat zijn taak vraagt")
    officer = cast.community_officer
    assigned = {"zaakId": case_id, "medewerker": officer.person, "rol": "politie_wijkagent"}
    expect(officer.post("/toewijzingen", assigned), 201, "toewijzing van de wijkagent")
    copy = _arrived(officer, notice_id)
    refused = expect_rule(
        officer.post(f"/postvak/{copy}/_open", {}), 403, "G02_geen_doel", "lezen zonder doel"
    )
    screen.refusal(refused.body)
    read = expect(
        officer.post(f"/postvak/{copy}/_open", {"doel": "screening"}), 200, "lezen door de wijkagent"
    )
    screen.copy("Wat de wijkagent ziet", read["inhoud"], read["weggelaten"])
    seen = str(read["inhoud"])
    for name in ("onderbouwing_gevaar", "lopende_trajecten", "contact_slachtoffer", "bsn_pleger"):
        require(name not in read["inhoud"], f"de wijkagent ziet {name} niet")
    require(str(contents.CHILD["naam"]) not in seen, "de wijkagent ziet geen naam van een kind")
    require("suicidaal" not in seen, "de wijkagent ziet geen gezondheidscode")


def _confirm(cast: Cast, screen: Screen, case_id: str, notice_id: str) -> None:
    screen.step("De hulpofficier bevestigt de planning aan Veilig Thuis")
    content = contents.confirmation(notice_id)
    recipients = [_to(VEILIG_THUIS.oin, "vt_procescoordinator")]
    sent = _send(
        cast.duty_officer,
        "screening.gepland.bevestiging",
        content,
        recipients,
        case_id=case_id,
        role="politie_hovj",
        reply_to=notice_id,
    )
    copy = _arrived(cast.coordinator, str(sent["berichtId"]))
    read = expect(
        cast.coordinator.post(f"/postvak/{copy}/_open", {"doel": "screening"}),
        200,
        "bevestiging bij Veilig Thuis",
    )
    require(read["inhoud"]["reactie"] == "ingepland", "Veilig Thuis leest dat de screening is ingepland")
    screen.good("Veilig Thuis leest: ingepland")


def _receipts(cast: Cast, screen: Screen, notice_id: str) -> None:
    screen.step("Veilig Thuis ziet per ontvanger hoever het bericht kwam, met handtekening van de ontvanger")

    def accepted() -> list[dict[str, Any]] | None:
        found = expect(cast.coordinator.get(f"/berichten/{notice_id}"), 200, "verstuurd bericht")[
            "afleveringen"
        ]
        return found if any("aanvaard" in _kinds(d) for d in found) else None

    deliveries = eventually(accepted, "de ontvangst 'aanvaard' bij de afzender")
    rows = [[d["rol"], d["status"], ", ".join(_kinds(d))] for d in deliveries]
    screen.table("Ontvangsten van de kennisgeving", ["rol", "status", "ontvangsten"], rows)
    for delivery in deliveries:
        require(
            {"technisch", "functioneel"} <= set(_kinds(delivery)),
            f"{delivery['rol']} ontving de kennisgeving",
        )


def _outside_territory(cast: Cast, screen: Screen) -> str:
    screen.step(
        "Een gemeente wil een zaak van een andere gemeente sluiten: hetzelfde antwoord als voor een onbekende zaak"
    )
    sent = _send(
        cast.patrol,
        "melding.zorg",
        contents.report(ELDERS),
        [_to(VEILIG_THUIS.oin, "vt_medewerker")],
        municipality=ELDERS,
        role="politie_noodhulp",
    )
    other: str = sent["zaakId"]
    for ask in (_close, _look_up):
        outside = expect(ask(cast.jurist, other), 404, "zaak buiten het gebied").body
        unknown = expect(ask(cast.jurist, new_id()), 404, "onbekende zaak").body
        differing = {
            name for name in outside.keys() | unknown.keys() if outside.get(name) != unknown.get(name)
        }
        require(differing <= {"traceId", "instance"}, f"beide antwoorden zijn gelijk, behalve {differing}")
    screen.refusal(outside)
    return other


def _close(jurist: AgencyClient, case_id: str) -> Reply:
    act = {"zaakId": case_id, "handeling": "sluiten", "rol": "gemeente_jurist", "feiten": {}}
    return jurist.post("/handelingen", act | {"gebeurdOp": rfc3339(datetime.now(UTC))})


def _look_up(jurist: AgencyClient, case_id: str) -> Reply:
    return jurist.get(f"/zaken/{case_id}?rol=gemeente_jurist&doel=weging")


def _notice(case_id: str, advice_id: str) -> dict[str, Any]:
    return {
        "type": NOTICE,
        "zaakId": case_id,
        "rol": "vt_procescoordinator",
        "doel": "screening",
        "ontvangers": [_to(POLICE.oin, "politie_hovj"), _to(POLICE.oin, "politie_wijkagent")],
        "inhoud": contents.notice(advice_id, VOORBEELDSTAD),
    }


def _send(
    who: AgencyClient,
    name: str,
    content: dict[str, Any],
    recipients: list[dict[str, str]],
    *,
    case_id: str | None = None,
    municipality: str | None = None,
    role: str = "vt_procescoordinator",
    reply_to: str | None = None,
) -> dict[str, Any]:
    body: dict[str, Any] = {"type": name, "rol": role, "ontvangers": recipients, "inhoud": content}
    body["doel"] = PURPOSES[name]
    extra = {"zaakId": case_id, "gemeentecode": municipality, "inAntwoordOp": reply_to}
    body |= {key: value for key, value in extra.items() if value is not None}
    sent: dict[str, Any] = expect(who.post("/berichten", body), 201, name).body
    return sent


def _arrived(who: AgencyClient, message_id: str) -> str:
    """The id of the copy of this message in the person's mailbox, once it is there and was handed over."""

    def look() -> str | None:
        for copy in expect(who.get("/postvak"), 200, "postvak").body:
            if copy["berichtId"] == message_id and "functioneel" in _kinds(copy):
                return str(copy["kopieId"])
        return None

    return eventually(look, f"{message_id} in het postvak van {who.person}")


def _kinds(entry: dict[str, Any]) -> list[str]:
    return [receipt["soort"] for receipt in entry["ontvangsten"]]


def _to(oin: str, role: str) -> dict[str, str]:
    return {"oin": oin, "rol": role}
