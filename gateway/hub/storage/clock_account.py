"""An account of every clock of a case, or of all cases: what was started has stopped, lapsed, fallen away, or runs.

`clock_account(connection, now=...)` counts them with the reason of each end, and names what does not add up: an end
without a reason, a clock that runs in a closed case or asked for attention and got none, and, by playing the accepted
messages again, a clock that should be there and is not.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from gateway.domain.case import CaseState
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.deadlines import (
    Clock,
    ClockEvent,
    ClockStatus,
    Party,
    clocks_after,
    rules_of,
    taking_on_clock_id,
)
from gateway.domain.deadlines.clock import CASE_CLOSED, FOLLOWED, TERM_OVER
from gateway.domain.identifiers import CaseId, CopyId, MessageId, Oin, RoleId
from gateway.domain.urgency import Urgency
from gateway.hub.storage.clock_reading import all_clocks, clock_of
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.rows import DeliveryRow, MessageRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import cases, deliveries, messages

PATIENCE: Final = timedelta(minutes=1)
"""How long the watch may take to attend to a clock: it looks every second."""
_CLOSED: Final = frozenset({CaseState.GESLOTEN.value, CaseState.VERNIETIGD.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAccount:
    """`ends` counts by deadline, status and reason (bericht, ontvangst, met_de_hand, termijn, zaak_gesloten, volgt);
    `problems` are sentences, one for each clock that is not accounted for."""

    running: Mapping[str, int]
    ends: Mapping[tuple[str, str, str], int]
    problems: tuple[str, ...]

    @property
    def started(self) -> int:
        """How many clocks were ever started."""
        return sum(self.running.values()) + sum(self.ends.values())

    @property
    def adds_up(self) -> bool:
        """Whether every clock is accounted for."""
        return not self.problems

    def ended(self, status: ClockStatus) -> int:
        """How many clocks ended in this way."""
        return sum(count for (_, each, _), count in self.ends.items() if each == status)


def clock_account(connection: Connection, *, now: datetime, case_id: str | None = None) -> ClockAccount:
    """The account at `now` of this case, or of every case. Reads case by case; call it in one read transaction."""
    running: Counter[str] = Counter()
    ends: Counter[tuple[str, str, str]] = Counter()
    problems: list[str] = []
    query = select(cases.c.case_id, cases.c.state, cases.c.since).order_by(cases.c.opened_at, cases.c.case_id)
    if case_id is not None:
        query = query.where(cases.c.case_id == case_id)
    for case in connection.execute(query).all():
        rows = all_clocks(connection, case.case_id)
        clocks = {row.clock_id: clock_of(row) for row in rows}
        for clock in clocks.values():
            if clock.running:
                running[clock.deadline] += 1
            else:
                ends[clock.deadline, clock.status.value, reason(clock)] += 1
        closed_at = parse_time(case.since) if case.state in _CLOSED else None
        found = [*_unattended(rows, now), *_unsound(clocks.values(), closed_at=closed_at)]
        found += _lost(connection, case.case_id, clocks)
        problems += [f"zaak {case.case_id}: {problem}" for problem in found]
    return ClockAccount(running=running, ends=ends, problems=tuple(problems))


def reason(clock: Clock) -> str:
    """What ended the clock, in a word; `onbekend` when that is not on record."""
    if clock.ended_by is None or clock.ended_at is None:
        return "onbekend"
    if clock.ended_by in {TERM_OVER, CASE_CLOSED, FOLLOWED}:
        return clock.ended_by
    who = clock.ended_by.partition(":")[0]
    return "met_de_hand" if who.isdecimal() else "ontvangst" if who == "ontvangst" else "bericht"


def _unattended(rows: Iterable[ClockRow], now: datetime) -> Iterator[str]:
    latest = rfc3339(now - PATIENCE)
    for row in rows:
        if row.next_at is not None and row.next_at <= latest:
            yield f"klok {row.clock_id} vroeg op {row.next_at} om aandacht en kreeg die niet"


def _unsound(clocks: Iterable[Clock], *, closed_at: datetime | None) -> Iterator[str]:
    """What is sent in a closed case, a correction say, must still be taken on: such a clock began after the closing."""
    for clock in clocks:
        if not clock.running and reason(clock) == "onbekend":
            yield f"klok {clock.clock_id} is {clock.status.value} zonder dat vaststaat waardoor"
        is_of_before = closed_at is not None and clock.opened_at <= closed_at
        if clock.running and is_of_before and not rules_of(clock.deadline).outlives_case:
            yield f"klok {clock.clock_id} loopt nog, terwijl de zaak gesloten is"


def _lost(connection: Connection, case_id: str, clocks: Mapping[str, Clock]) -> Iterator[str]:
    """Clocks that the accepted messages start when they are played again, and that are not there."""
    sent = select_all(
        connection,
        MessageRow,
        select(messages).where(messages.c.case_id == case_id).order_by(messages.c.position),
    )
    copies = select_all(connection, DeliveryRow, select(deliveries).where(deliveries.c.case_id == case_id))
    for copy in copies:
        expected = taking_on_clock_id(CopyId(copy.copy_id), Urgency(copy.urgency))
        if expected not in clocks:
            yield f"de kopie {copy.copy_id} heeft geen klok"
    for expected in _played(sent, copies):
        if expected not in clocks:
            yield f"klok {expected} had moeten beginnen en is er niet"


def _played(sent: Sequence[MessageRow], copies: Sequence[DeliveryRow]) -> list[str]:
    clocks: dict[str, Clock] = {}
    for message in sent:
        recipients = tuple(
            Party(oin=Oin(copy.oin), role=RoleId(copy.role))
            for copy in copies
            if (copy.source, copy.message_id) == (message.source, message.message_id)
        )
        event = ClockEvent(
            case_id=CaseId(message.case_id),
            message_id=MessageId(message.message_id),
            message=message.message_type,
            sender=Oin(message.oin),
            facts=json.loads(message.facts),
            recipients=recipients,
            answers=None if message.in_reply_to is None else MessageId(message.in_reply_to),
        )
        after = clocks_after(list(clocks.values()), event, parse_time(message.accepted_at), tz_version="")
        clocks |= {clock.clock_id: clock for clock in (*after.started, *after.changed)}
    return list(clocks)
