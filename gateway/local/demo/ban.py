"""From the planned screening to a ban, short: the officer screens, people are heard, the burgemeester decides."""

from typing import Any

from gateway.domain.identifiers import new_id
from gateway.local.agency_client import AgencyClient
from gateway.local.demo import ban_contents as contents
from gateway.local.demo.acting import draft, read, send, to
from gateway.local.demo.cast import Cast
from gateway.local.demo.expectation import expect, expect_rule, require
from gateway.local.demo.screen import Screen
from gateway.local.demo.screening import Played
from gateway.local.registry_file import MUNICIPALITY, POLICE, VEILIG_THUIS

_DECIDERS = to(MUNICIPALITY, "burgemeester", "gemeente_jurist")


def play_ban(cast: Cast, screen: Screen, played: Played) -> None:
    """Plays it in the case of the screening. Raises Surprise when anything goes otherwise."""
    screen.title("5. Van screening naar huisverbod")
    case_id, officer = played.case_id, cast.duty_officer
    screen.step("De hulpofficier screent, vult de RiHG in en hoort beide partners")
    how: dict[str, str] = {"rol": "politie_hovj", "zaakId": case_id}
    to_vt = to(VEILIG_THUIS, "vt_procescoordinator")
    started = contents.started(played.notice_id)
    send(officer, "screening.gepland.bevestiging", started, to_vt, **how, inAntwoordOp=played.notice_id)
    send(officer, "screening.rihg.uitkomst", contents.form(cast.now()), [*_DECIDERS], **how)
    for heard in ("uithuisgeplaatste", "achterblijver"):
        send(officer, "besluit.hoorverslag", contents.hearing(heard, cast.now()), _DECIDERS, **how)
    screen.good("de zaak is nu in besluitvorming")
    _try_without_mandate(cast, screen, officer, how)
    number = new_id()[:8]
    digest = _impose(cast, screen, case_id, number)
    _serve(cast, screen, case_id, number, digest)


def _impose(cast: Cast, screen: Screen, case_id: str, number: str) -> str:
    """The burgemeester decides. The digest of the decision, which the node made from the fields of the message."""
    screen.step(
        "De burgemeester legt op; het knooppunt maakt de beschikking op uit de velden van het bericht"
    )
    cast.on_duty(cast.mayor, "burgemeester")
    content, recipients = _ban(cast, "burgemeester", number, keys=2)
    asked = {"type": "huisverbod.opgelegd", "rol": "burgemeester", "bestandsnaam": "beschikking.pdf"}
    made = expect(cast.mayor.post("/documenten/_opmaken", asked | {"inhoud": content}), 201, "opmaken")
    document = made["document"]
    ban = content | {"beschikking": document}
    send(cast.mayor, "huisverbod.opgelegd", ban, recipients, rol="burgemeester", zaakId=case_id)
    screen.good(f"opgelegd voor precies tien dagen; {document['omvang_bytes']} bytes PDF, SHA-256:")
    screen.say(str(document["sha256"]))
    return str(document["sha256"])


def _serve(cast: Cast, screen: Screen, case_id: str, number: str, digest: str) -> None:
    screen.step(
        "De hulpofficier heeft uitgereikt en kent de digest niet: de politie krijgt de motivering niet"
    )
    served = contents.served(cast.now(), number=number)
    to_mayor = to(MUNICIPALITY, "burgemeester")
    how = {"rol": "politie_hovj", "zaakId": case_id}
    asked = draft("huisverbod.uitreiking", served, to_mayor, **how)
    plan = expect(cast.duty_officer.post("/plannen", asked), 200, "plan van de uitreiking")
    remarks = {each["code"]: each["tekst"] for each in plan["opmerkingen"]}
    require("digest-ontbreekt" in remarks, f"een opmerking over de digest, niet {remarks}")
    screen.say(remarks["digest-ontbreekt"])
    screen.step("De jurist van de gemeente legt de uitreiking vast; zijn knooppunt vult de digest zelf in")
    cast.on_duty(cast.jurist, "gemeente_jurist")
    how = {"rol": "gemeente_jurist", "zaakId": case_id}
    proof = send(cast.jurist, "huisverbod.uitreiking", served, to_mayor, **how)
    require(not proof["opmerkingen"], f"geen opmerking bij de uitreiking: {proof['opmerkingen']}")
    shown = read(cast.mayor, proof["berichtId"], "besluit")
    require(shown["inhoud"].get("document_hash") == digest, "de digest in het bewijs van uitreiking")
    screen.good("in het bewijs van uitreiking staat de digest van de opgemaakte beschikking")


def _try_without_mandate(cast: Cast, screen: Screen, officer: AgencyClient, how: dict[str, str]) -> None:
    screen.step("Niet toegestaan: de hulpofficier legt zelf op, zonder mandaat van de burgemeester")
    content, recipients = _ban(cast, "hovj_beslissingsmandaat", new_id()[:8])
    reply = officer.post("/berichten", draft("huisverbod.opgelegd", content, recipients, **how))
    screen.refusal(expect_rule(reply, 403, "T_geen_mandaat", "opleggen zonder mandaat").body)


def _ban(
    cast: Cast, decided_by: str, number: str, keys: int | None = None
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    recipients = [
        *to(MUNICIPALITY, "gemeente_jurist"),
        *to(VEILIG_THUIS, "vt_medewerker", "casemanager_vt"),
        *to(POLICE, "politie_wijkagent", "politie_noodhulp"),
    ]
    return contents.imposed(cast.now(), decided_by, number=number, keys=keys), recipients
