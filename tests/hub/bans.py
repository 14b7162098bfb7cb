"""A case that is brought to a ban by its messages, as the agencies would."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.domain.clock import LOCAL, rfc3339
from tests.hub.asking import assign, duty
from tests.hub.makers import (
    DWELLING,
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    OM,
    POL,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    Draft,
    RunningHub,
    Sender,
    open_case,
)

HOUSEHOLD = [(VT, "vt_medewerker"), (GEM, "gemeente_jurist"), (POL, "politie_wijkagent")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """A case with a ban, the people of it, and the message that imposed it."""

    hub: RunningHub
    case_id: str
    mayor: Sender
    hovj: Sender
    vt: Sender
    imposed: Draft

    async def at(self, moment: datetime) -> None:
        """The clock of the hub says this; everybody is on duty then."""
        self.hub.hands.now = moment
        for person in (self.mayor, self.hovj, self.vt):
            assert (await duty(person)).answer.status == 200


def moments(hub: RunningHub) -> dict[str, str]:
    """When it happened and when it was registered: now."""
    now = rfc3339(hub.hands.now)
    return {"gebeurd_op": now, "vastgelegd_op": now}


def ban_facts(imposed_at: datetime, ends_at: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "opgelegd_op": rfc3339(imposed_at),
        "eindigt_op": rfc3339(ends_at),
        "mondeling_aangezegd": False,
        "bevoegd_door": "burgemeester",
        "grond_kindermishandeling": False,
        "aangewezen_instantie": VT,
        "gebeurd_op": rfc3339(imposed_at),
        "vastgelegd_op": rfc3339(imposed_at),
    } | changes


def ten_days_after(imposed_at: datetime) -> datetime:
    """The same clock time on the wall, ten days on; of two such times the later one."""
    wall = imposed_at.astimezone(LOCAL).replace(tzinfo=None) + timedelta(days=10)
    return wall.replace(tzinfo=LOCAL, fold=1).astimezone(imposed_at.tzinfo)


async def before_a_ban(hub: RunningHub) -> Ban:
    """A case in which the mayor may decide now. `imposed` is the last message so far."""
    case = await open_case(hub)
    hovj = hub.node(POL, "politie_hovj", "pol-0007")
    mayor = hub.node(GEM, "burgemeester", "gem-0001")
    vt = hub.node(VT, "vt_medewerker", "vt-0002")
    for person in (hovj, mayor, vt):
        assert (await duty(person)).answer.status == 200
    facts = KENNISGEVING_FACTS
    notice = await case.vt.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")])
    await hovj.send(
        "screening.gepland.bevestiging",
        case.case_id,
        {"reactie": "gestart"},
        [(VT, "vt_procescoordinator")],
        in_reply_to=notice.message_id,
    )
    signed = {"ondertekend_op": rfc3339(hub.hands.now)} | moments(hub)
    last = await hovj.send("screening.rihg.uitkomst", case.case_id, signed, [(GEM, "burgemeester")])
    for heard in ("uithuisgeplaatste", "achterblijver"):
        report = {"gehoorde_rol": heard} | moments(hub)
        last = await hovj.send("besluit.hoorverslag", case.case_id, report, [(GEM, "burgemeester")])
    return Ban(hub=hub, case_id=case.case_id, mayor=mayor, hovj=hovj, vt=vt, imposed=last)


async def impose_ban(hub: RunningHub, to: list[tuple[str, str]] | None = None, **changes: Any) -> Ban:
    """A case with a ban of ten days from now."""
    case = await before_a_ban(hub)
    now = hub.hands.now
    facts = ban_facts(now, ten_days_after(now), **changes)
    imposed = await case.mayor.send("huisverbod.opgelegd", case.case_id, facts, to or HOUSEHOLD)
    return Ban(hub=hub, case_id=case.case_id, mayor=case.mayor, hovj=case.hovj, vt=case.vt, imposed=imposed)


__all__ = ["DWELLING", "HOUSEHOLD", "OM", "VERZOEK", "VERZOEK_FACTS", "Ban", "assign", "ban_facts"]
