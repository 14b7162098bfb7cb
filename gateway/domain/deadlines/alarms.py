"""Which alarms of the clocks are due.

An alarm is unique on case, clock and step (design.md 11): the caller keeps the keys that were fired, in the
transaction that puts the alarm in the outbox, and hands them in. So a restart, a second relay, or a clock that
jumps forward and back fires nothing twice, and what was missed is fired when time is known again. A repeating
step fires only its newest turn: after an hour of silence one call says more than four.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gateway.domain.clock import LOCAL
from gateway.domain.deadlines.clock import Clock, ClockStatus, Owner
from gateway.domain.deadlines.model import ClockRules, Ending, From, StepRule
from gateway.domain.deadlines.table import rules_of
from gateway.domain.identifiers import CaseId, RoleId
from gateway.domain.urgency import Urgency


class AlarmKey(NamedTuple):
    """What makes an alarm the only one of its kind."""

    case_id: CaseId
    clock_id: str
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm step of one clock. `step` names it uniquely within the clock; `name` is the step in the table. Goes to
    `owner`, and to the holders of `also` in the case."""

    case_id: CaseId
    clock_id: str
    deadline: str
    step: str
    name: str
    at: datetime
    urgency: Urgency
    owner: Owner
    also: tuple[RoleId, ...]

    @property
    def key(self) -> AlarmKey:
        """The key under which it is fired once."""
        return AlarmKey(self.case_id, self.clock_id, self.step)


def steps(clock: Clock, until: datetime, rules: ClockRules | None = None) -> list[Alarm]:
    """Every alarm of the clock up to and including `until`, oldest first; of a repeating step the newest turn only.

    A clock that is not armed, or whose duty was done, has none. `rules` default to those of its deadline.
    """
    if not clock.armed or clock.status not in {ClockStatus.LOPEND, ClockStatus.VERLOPEN}:
        return []
    last = until if clock.ended_at is None else min(until, clock.ended_at)
    found = [
        alarm
        for rule in (rules or rules_of(clock.deadline)).steps
        if (alarm := _latest(clock, rule, last)) is not None
    ]
    return sorted(found, key=lambda alarm: (alarm.at, alarm.step))


def due_alarms(clocks: Iterable[Clock], fired: Collection[AlarmKey], now: datetime) -> list[Alarm]:
    """The alarms that are due and were not fired, the most urgent first, then the oldest."""
    due = [alarm for clock in clocks for alarm in steps(clock, now) if alarm.key not in fired]
    return sorted(due, key=lambda alarm: (alarm.urgency, alarm.at, alarm.key))


def next_moment(clocks: Iterable[Clock], fired: Collection[AlarmKey], now: datetime) -> datetime | None:
    """When the clocks ask for attention next: an alarm that is not fired or a term that ends. None: never.

    A moment in the past means at once.
    """
    moments = [moment for clock in clocks for moment in _moments(clock, fired, now)]
    return min(moments, default=None)


def _moments(clock: Clock, fired: Collection[AlarmKey], now: datetime) -> Iterator[datetime]:
    rules = rules_of(clock.deadline)
    yield from (alarm.at for alarm in steps(clock, now) if alarm.key not in fired)
    if not clock.armed or not clock.running:
        return
    for rule in rules.steps:
        first = _first(clock, rule)
        if first is not None:
            turn = 0 if first > now else _turn(rule, first, now) + 1
            if turn == 0 or rule.every is not None:
                yield _at_turn(rule, first, turn)
    if rules.ending is Ending.TERM and clock.due_at is not None:
        yield clock.due_at


def _latest(clock: Clock, rule: StepRule, until: datetime) -> Alarm | None:
    first = _first(clock, rule)
    if first is None or first > until:
        return None
    turn = _turn(rule, first, until)
    return Alarm(
        case_id=clock.case_id,
        clock_id=clock.clock_id,
        deadline=clock.deadline,
        step=_step_name(clock, rule, first, turn),
        name=rule.name,
        at=_at_turn(rule, first, turn),
        urgency=rule.urgency,
        owner=clock.owner,
        also=rule.also,
    )


def _first(clock: Clock, rule: StepRule) -> datetime | None:
    base = {
        From.ANCHOR: clock.anchor_at,
        From.DUE: clock.due_at,
        From.OPENED: clock.opened_at,
        From.CHECK: clock.check_at,
    }[rule.counted_from]
    return None if base is None else rule.offset.after(base)


def _turn(rule: StepRule, first: datetime, until: datetime) -> int:
    return 0 if rule.every is None else (until - first) // (rule.every.after(first) - first)


def _at_turn(rule: StepRule, first: datetime, turn: int) -> datetime:
    return first if rule.every is None else first + turn * (rule.every.after(first) - first)


def _step_name(clock: Clock, rule: StepRule, first: datetime, turn: int) -> str:
    name = rule.name if rule.every is None else f"{rule.name}.{turn + 1}"
    if rule.counted_from is From.CHECK:
        return f"{name}@{first.astimezone(LOCAL).date().isoformat()}"
    moved = clock.round > 0 and (
        rule.counted_from is From.DUE or (rule.counted_from is From.OPENED and rule.every is None)
    )
    return f"{name}#{clock.round}" if moved else name
