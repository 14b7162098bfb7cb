"""From the planned screening to a ban, short: the officer screens, people are heard, the burgemeester decides."""

from typing import Any

from gateway.domain.identifiers import new_id
from gateway.local.agency_client import AgencyClient
from gateway.local.demo import ban_contents as contents
from gateway.local.demo.acting import draft, send, to
from gateway.local.demo.cast import Cast
from gateway.local.demo.expectation import expect_rule
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
    screen.step("De burgemeester legt op; de hulpofficier reikt uit")
    cast.on_duty(cast.mayor, "burgemeester")
    send(cast.mayor, "huisverbod.opgelegd", *_ban(cast, "burgemeester"), rol="burgemeester", zaakId=case_id)
    served = contents.served(cast.now())
    send(officer, "huisverbod.uitreiking", served, to(MUNICIPALITY, "burgemeester", "gemeente_jurist"), **how)
    screen.good("opgelegd voor precies tien dagen, en uitgereikt")


def _try_without_mandate(cast: Cast, screen: Screen, officer: AgencyClient, how: dict[str, str]) -> None:
    screen.step("Niet toegestaan: de hulpofficier legt zelf op, zonder mandaat van de burgemeester")
    content, recipients = _ban(cast, "hovj_beslissingsmandaat")
    reply = officer.post("/berichten", draft("huisverbod.opgelegd", content, recipients, **how))
    screen.refusal(expect_rule(reply, 403, "T_geen_mandaat", "opleggen zonder mandaat").body)


def _ban(cast: Cast, decided_by: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    recipients = [
        *to(MUNICIPALITY, "gemeente_jurist"),
        *to(VEILIG_THUIS, "vt_medewerker", "casemanager_vt"),
        *to(POLICE, "politie_wijkagent", "politie_noodhulp"),
    ]
    return contents.imposed(cast.now(), decided_by, number=new_id()[:8]), recipients
