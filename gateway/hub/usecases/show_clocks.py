"""What an agency may know of the clocks of a case that it may see: its own, and those of messages that it sent or got.

A clock tells that something happened. Who was not told of that does not learn it from the clock; what others have to
do about copies of their own is theirs; which person ended one is on record and is not told. Pure.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from gateway.domain.clock import LOCAL, parse_time
from gateway.domain.deadlines import BREACH, TAKING_ON, Clock, deadlines, rules_of
from gateway.hub.storage.clock_account import reason
from gateway.hub.storage.clock_reading import clock_of
from gateway.hub.storage.clock_rows import AlarmRow, ClockRow
from gateway.hub.usecases.case_record import CaseRecord
from gateway.protocol.clock_questions import clock_name


def shown_clocks(
    record: CaseRecord,
    rows: Iterable[ClockRow],
    alarms: Iterable[AlarmRow],
    *,
    oin: str,
    role: str,
    now: datetime,
) -> list[dict[str, Any]]:
    """The clocks that this role of the agency may know of, the first end first, each with the alarms that went off."""
    found = [(clock_of(row), row.next_at) for row in rows]
    raised = list(alarms)
    seen = [(clock, look) for clock, look in found if may_see(record, clock, oin=oin, role=role)]
    seen.sort(key=lambda pair: (not pair[0].running, pair[0].due_at or pair[0].anchor_at, pair[0].clock_id))
    return [_view(clock, look, raised, now) for clock, look in seen]


def may_see(record: CaseRecord, clock: Clock, *, oin: str, role: str) -> bool:
    """Whether the clock is this agency's own, or of a message that it sent or received. That of a breach file is of the
    role that has the file, and nobody else learns that there is one."""
    if clock.deadline == BREACH:
        return is_owner(record, clock, oin=oin, role=role)
    party = None if clock.party is None else record.heir(clock.party)
    if party == oin or is_owner(record, clock, oin=oin, role=role):
        return True
    sent = {message.message_id for message in record.situation.sent if record.heir(message.oin) == oin}
    got = {each.message_id for each in record.situation.received if record.heir(each.oin) == oin}
    return not sent.union(() if clock.deadline in TAKING_ON else got).isdisjoint(clock.causes)


def is_owner(record: CaseRecord, clock: Clock, *, oin: str, role: str) -> bool:
    """Whether the duty is that of this role of the agency, or was that of one whose place it took."""
    owner = None if clock.owner.oin is None else record.heir(clock.owner.oin)
    return owner in {None, oin} and (role in clock.owner.roles or (owner == oin and not clock.owner.roles))


def _view(clock: Clock, look: str | None, alarms: Iterable[AlarmRow], now: datetime) -> dict[str, Any]:
    return {
        "klokId": clock_name(clock.clock_id),
        "termijn": clock.deadline,
        "naam": deadlines()[clock.deadline].name_nl,
        "taak": rules_of(clock.deadline).task_nl,
        "status": clock.status.value,
        "begonnenOp": _local(clock.anchor_at),
        "eindigtOp": clock.due_local if clock.armed else None,
        "teLaat": clock.done_late or clock.overdue(now),
        "geeindigdOp": None if clock.ended_at is None else _local(clock.ended_at),
        "geeindigdDoor": None if clock.running else reason(clock),
        "verlengd": [{"op": _local(each.at), "reden": each.reason} for each in clock.extensions],
        "eigenaar": {"oin": clock.owner.oin, "rollen": list(clock.owner.roles)},
        "kijktOp": None if look is None else _local(parse_time(look)),
        "waarschuwingen": list(_alarms(clock, alarms)),
    }


def _alarms(clock: Clock, alarms: Iterable[AlarmRow]) -> Iterator[dict[str, Any]]:
    for alarm in alarms:
        if alarm.clock_id == clock.clock_id:
            settled = alarm.settled_at
            yield {
                "stap": alarm.step,
                "urgentie": alarm.urgency,
                "afgegaanOp": _local(parse_time(alarm.raised_at)),
                "afgehandeldOp": None if settled is None else _local(parse_time(settled)),
            }


def _local(moment: datetime) -> str:
    return moment.astimezone(LOCAL).isoformat(timespec="seconds")
