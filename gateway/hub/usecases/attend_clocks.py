"""Attends to the clocks of one case: what time alone did to it is written, in one transaction.

(1) Read the clocks with the version of the case's facts. (2) Judge (`clocks_due`). (3) Write, if the case has not
moved since. Two relays that look at once write the same alarms under the same ids: one of them is told so, and nothing
is repeated.

No decision point is asked: no role has the acts of the timer, and the policy refuses them to everybody (domain.md 2.3,
T21); that the time has come is their only precondition.
"""

from collections.abc import Iterator
from datetime import datetime

from audit.body import Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.deadlines import deadlines
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Clash, Judgement, Moved, case_scope
from gateway.hub.storage.clock_reading import load_case_clocks
from gateway.hub.storage.reader import Reader
from gateway.hub.storage.writer import Writer
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.clocks_due import Attended, attend, rows_of
from gateway.hub.usecases.parts import Asker


async def attend_case(
    reader: Reader, writer: Writer, hub: Asker, case_id: str, now: datetime, *, tz_version: str
) -> bool:
    """Writes what is due in the case at `now`. False when there was nothing to write, or somebody else was first.

    Raises StorageUnavailable.
    """
    known = await reader.read(lambda c: load_case_clocks(c, case_id))  # (1)
    attended = attend(known, now, tz_version=tz_version)  # (2)
    if attended.is_empty:
        return False
    try:
        await writer.write(_change(hub, attended, now))  # (3)
    except (Moved, Clash):
        return False
    return True


def _change(hub: Asker, attended: Attended, now: datetime) -> Change:
    """Alarms alone leave the facts of the case as they are: no decision has to be taken again because of them."""
    judgement: Judgement = rows_of(attended, now)
    scope = case_scope(attended.known.case_id)
    return Change(
        key=f"klokken:{attended.known.case_id}:{new_id()}",
        judge=lambda _: judgement,
        leaves=tuple(_leaves(hub, attended, now)),
        reads={scope: attended.known.version},
        touches=frozenset({scope}) if attended.moves else frozenset(),
    )


def _leaves(hub: Asker, attended: Attended, now: datetime) -> Iterator[Leaf]:
    case_id = attended.known.case_id
    for clock in attended.ended:
        why = Why(rule=f"{clock.deadline}:{clock.ended_by}", article=_basis(clock.deadline))
        yield leaf(EventTag.DEADLINE_EXPIRED, hub, now, why=why, case_id=case_id)
    for expiry in attended.expiries:
        why = Why(rule=f"{expiry.act.id}:{expiry.act.action}", article=expiry.act.basis[:200])
        yield leaf(EventTag.ACT_PERFORMED, hub, now, why=why, case_id=case_id)
    for alarm in attended.alarms:
        why = Why(rule=f"{alarm.deadline}:{alarm.name}", article=_basis(alarm.deadline))
        yield leaf(EventTag.ALARM_FIRED, hub, now, why=why, case_id=case_id)


def _basis(deadline: str) -> str:
    return deadlines()[deadline].basis[:200]
