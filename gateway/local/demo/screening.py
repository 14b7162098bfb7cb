"""The planned screening: Veilig Thuis asks, the weegteam weighs, the police are notified, confirm, and can prove it.

Every step checks what came of it; what must be refused is tried, and must be refused for the right rule.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.local.agency_client import AgencyClient, Reply
from gateway.local.demo import contents
from gateway.local.demo.acting import arrived, kinds, send, to
from gateway.local.demo.cast import Cast
from gateway.local.demo.expectation import eventually, expect, expect_rule, require
from gateway.local.demo.screen import Screen
from gateway.local.registry_file import ELDERS, MUNICIPALITY, POLICE, VEILIG_THUIS, VOORBEELDSTAD

NOTICE = "screening.gepland.kennisgeving"
WEEGTEAM = [*to(POLICE, "politie_weegteam"), *to(MUNICIPALITY, "gemeente_jurist")]
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
    recipients = [*to(VEILIG_THUIS, "vt_procescoordinator"), *WEEGTEAM]
    content = contents.request(VOORBEELDSTAD)
    sent = _tell(cast.coordinator, "screening.verzoek", content, recipients, gemeentecode=VOORBEELDSTAD)
    screen.good(
        f"zaak {sent['zaakId']} geopend; de hub kent alleen de feiten die een klok of regel nodig heeft"
    )
    return sent["zaakId"], sent["berichtId"]


def _invite(cast: Cast, screen: Screen, case_id: str, request_id: str) -> None:
    screen.step("De procescoördinator roept het weegteam bijeen")
    content = contents.invitation(request_id, VOORBEELDSTAD)
    _tell(cast.coordinator, "weegteam.uitnodiging", content, WEEGTEAM, zaakId=case_id)
    screen.good("de zaak is nu in weging")


def _try_too_early(cast: Cast, screen: Screen, case_id: str) -> None:
    screen.step("Te vroeg: de politie berichten terwijl het weegteam nog beraadslaagt")
    reply = cast.coordinator.post("/berichten", _notice(case_id, new_id()))
    screen.refusal(expect_rule(reply, 403, "S_toestand", "kennisgeving tijdens de weging").body)


def _advise(cast: Cast, screen: Screen, case_id: str, request_id: str) -> str:
    screen.step("Het weegteam adviseert positief")
    content = contents.advice(request_id, WEEGTEAM)
    sent = _tell(cast.coordinator, "weegteam.advies", content, WEEGTEAM, zaakId=case_id)
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
    cast.on_duty(officer, "politie_hovj")
    copy = arrived(officer, notice_id)
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
    assigned = {
        "zaakId": case_id,
        "medewerker": officer.person,
        "rol": "politie_wijkagent",
        "kant": "neutraal",
    }
    expect(officer.post("/toewijzingen", assigned), 201, "toewijzing van de wijkagent")
    copy = arrived(officer, notice_id)
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
    recipients = to(VEILIG_THUIS, "vt_procescoordinator")
    how = {"rol": "politie_hovj", "zaakId": case_id, "inAntwoordOp": notice_id}
    sent = _tell(cast.duty_officer, "screening.gepland.bevestiging", content, recipients, **how)
    copy = arrived(cast.coordinator, str(sent["berichtId"]))
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
        return found if any("aanvaard" in kinds(d) for d in found) else None

    deliveries = eventually(accepted, "de ontvangst 'aanvaard' bij de afzender")
    rows = [[d["rol"], d["status"], ", ".join(kinds(d))] for d in deliveries]
    screen.table("Ontvangsten van de kennisgeving", ["rol", "status", "ontvangsten"], rows)
    for delivery in deliveries:
        require(
            {"technisch", "functioneel"} <= set(kinds(delivery)),
            f"{delivery['rol']} ontving de kennisgeving",
        )


def _outside_territory(cast: Cast, screen: Screen) -> str:
    screen.step(
        "Een gemeente wil een zaak van een andere gemeente sluiten: hetzelfde antwoord als voor een onbekende zaak"
    )
    recipients = to(VEILIG_THUIS, "vt_medewerker")
    how = {"rol": "politie_noodhulp", "gemeentecode": ELDERS}
    sent = _tell(cast.patrol, "melding.zorg", contents.report(ELDERS), recipients, **how)
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
        "ontvangers": to(POLICE, "politie_hovj", "politie_wijkagent"),
        "inhoud": contents.notice(advice_id, VOORBEELDSTAD),
    }


def _tell(
    who: AgencyClient, name: str, content: dict[str, Any], recipients: list[dict[str, str]], **how: str
) -> dict[str, Any]:
    return send(
        who, name, content, recipients, **{"rol": "vt_procescoordinator", "doel": PURPOSES[name], **how}
    )
