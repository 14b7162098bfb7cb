"""What a message, the passing of time, the closing of a case or a person does to the clocks of a case.

Pure: the clocks that are come in, the clocks that changed go out. Which transition follows from an ended term is
named by the table (`act`) and decided by the hub. For one message: (1) it starts clocks, (2) it moves the ends
and owners of clocks that were there already, (3) it stops clocks, also one that it started itself, and (4) a clock may
fall away because the message that started it is taken back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from gateway.domain.deadlines.clock import (
    CASE_CLOSED,
    FOLLOWED,
    TERM_OVER,
    Clock,
    ClockChanges,
    ClockEvent,
    ClockStatus,
    Owner,
)
from gateway.domain.deadlines.corrected import corrected_clocks
from gateway.domain.deadlines.extending import with_extensions
from gateway.domain.deadlines.length import Numbers, counted_by, end_after, instant, is_stated
from gateway.domain.deadlines.matching import clocks_meant, still_untold
from gateway.domain.deadlines.model import ChangeRule, ClockRules, Ending, StopRule
from gateway.domain.deadlines.opening import opened_clocks
from gateway.domain.deadlines.table import clock_deadlines, rules_of
from gateway.domain.identifiers import Oin, StaffRef

NO_NUMBERS: Final[Numbers] = MappingProxyType({})


def clocks_after(
    clocks: Sequence[Clock],
    event: ClockEvent,
    now: datetime,
    *,
    tz_version: str,
    numbers: Numbers = NO_NUMBERS,
) -> ClockChanges:
    """What the event does to the clocks of its case, which are all there are, ended ones included.

    The same event again changes nothing. `now` is when it is registered; `numbers` come from the pilot configuration.
    Raises: InvalidValue for a fact that is no time.
    """
    before = {clock.clock_id: clock for clock in clocks}
    after = dict(before)
    for deadline, rules in clock_deadlines():
        fresh = {
            clock.clock_id: clock
            for clock in opened_clocks(
                deadline.id, rules, event, after, now, tz_version=tz_version, numbers=numbers
            )
        }
        after.update(fresh)  # (1)
        own = [key for key, clock in after.items() if clock.deadline == deadline.id]
        after.update(_changes(rules, event, [after[key] for key in own if key not in fresh], numbers))  # (2)
        after.update(_stops(rules, event, [after[key] for key in own], now))  # (3)
        if rules.by_correction:
            taken_back = corrected_clocks(event, [after[key] for key in own], now)
            after.update({clock.clock_id: clock for clock in taken_back})  # (4)
    return _difference(before, after)


def clocks_lapsed(clocks: Sequence[Clock], now: datetime) -> ClockChanges:
    """The clocks whose term is over at `now`, and those that fall away with them. Duties run on: somebody is late."""
    before = {clock.clock_id: clock for clock in clocks}
    after = dict(before)
    for clock in clocks:
        if clock.overdue(now) and clock.armed and rules_of(clock.deadline).ending is Ending.TERM:
            after[clock.clock_id] = replace(
                clock, status=ClockStatus.VERLOPEN, ended_at=clock.due_at, ended_by=TERM_OVER
            )
    over = {clock.deadline: clock for clock in after.values() if clock.status is ClockStatus.VERLOPEN}
    for clock in tuple(after.values()):
        leader = over.get(rules_of(clock.deadline).follows or "")
        if clock.running and leader is not None:
            after[clock.clock_id] = replace(
                clock, status=ClockStatus.VERVALLEN, ended_at=leader.ended_at, ended_by=FOLLOWED
            )
    return _difference(before, after)


def clocks_closed(clocks: Iterable[Clock], at: datetime) -> ClockChanges:
    """Every clock that still runs falls away, because the case is closed (T24); but for a duty that outlives it."""
    return ClockChanges(
        changed=tuple(
            replace(clock, status=ClockStatus.VERVALLEN, ended_at=at, ended_by=CASE_CLOSED)
            for clock in clocks
            if clock.running and not rules_of(clock.deadline).outlives_case
        )
    )


def settled_by_hand(clock: Clock, at: datetime, oin: Oin, staff: StaffRef) -> Clock:
    """The clock stopped by a person who says that the duty was done outside Schakel, for instance by telephone.

    Who that was stays on record. A clock that ended keeps its end.
    """
    if not clock.running:
        return clock
    return replace(clock, status=ClockStatus.GESTOPT, ended_at=at, ended_by=f"{oin}:{staff}")


def reckoned_again(clock: Clock, *, tz_version: str) -> Clock:
    """The clock by new time zone rules. An end that a message stated, or that has passed on record, stays as it is, and
    so does the number of a pilot by which the clock was started, whatever the region has now."""
    if clock.tz_version == tz_version or not clock.running:
        return clock
    rules = rules_of(clock.deadline)
    if clock.due_stated or rules.due is None or is_stated(rules.due) or clock.due_at is None:
        return replace(clock, tz_version=tz_version)
    numbers = counted_by(rules.due, clock.pilot_count)
    due = end_after(rules.due, clock.anchor_at, {}, tie=rules.tie, numbers=numbers)
    due = (
        clock.due_at
        if due is None
        else with_extensions(due, rules.extension, clock.extensions, tie=rules.tie)
    )
    return _with_end(replace(clock, tz_version=tz_version), rules, due, stated=False)


def _changes(
    rules: ClockRules, event: ClockEvent, clocks: Sequence[Clock], numbers: Numbers
) -> dict[str, Clock]:
    after = {clock.clock_id: clock for clock in clocks}
    for rule in rules.changes:
        if rule.trigger.holds(event.message, event.facts):
            for clock in clocks_meant(rule.match, list(after.values()), event, rule.subject_fact):
                after[clock.clock_id] = _changed(clock, rules, rule, event, numbers)
    return after


def _changed(clock: Clock, rules: ClockRules, rule: ChangeRule, event: ClockEvent, numbers: Numbers) -> Clock:
    if clock.status is ClockStatus.GESTOPT or clock.ended_by == CASE_CLOSED:
        return clock
    if rule.due is not None:
        due = end_after(rule.due, clock.anchor_at, event.facts, tie=rules.tie, numbers=numbers)
        clock = clock if due is None else _with_end(clock, rules, due, stated=is_stated(rule.due))
    if rule.owner_fact is not None and clock.running:
        named = event.facts.get(rule.owner_fact)
        clock = _handed_over(clock, Oin(named)) if isinstance(named, str) else clock
    if rule.check_fact is not None and clock.running:
        clock = replace(
            clock, check_at=instant(event.facts.get(rule.check_fact), end=False) or clock.check_at
        )
    return clock


def _handed_over(clock: Clock, to: Oin) -> Clock:
    """The clock as the duty of another agency, which is asked for it anew: nobody there was."""
    owner = Owner(oin=to, roles=())
    return clock if clock.owner == owner else replace(clock, owner=owner, round=clock.round + 1)


def _with_end(clock: Clock, rules: ClockRules, due: datetime, *, stated: bool) -> Clock:
    """The clock with another end. An ended term that turns out to have been moved in time runs again."""
    end = rules.capped(clock.anchor_at, due)
    if end == clock.due_at and clock.armed and clock.status is not ClockStatus.VERVALLEN:
        return clock
    return replace(
        clock,
        due_at=end,
        due_stated=stated,
        armed=True,
        round=clock.round + (end != clock.due_at),
        status=ClockStatus.LOPEND,
        ended_at=None,
        ended_by=None,
    )


def _stops(rules: ClockRules, event: ClockEvent, clocks: Sequence[Clock], now: datetime) -> dict[str, Clock]:
    after = {clock.clock_id: clock for clock in clocks}
    for rule in rules.stops:
        at = _stopped_at(rule, event, now)
        if at is None or not rule.trigger.holds(event.message, event.facts):
            continue
        there = [clock for clock in after.values() if _open(clock)]
        for clock in clocks_meant(rule.match, there, event, rule.subject_fact):
            if untold := still_untold(rule.match, clock, event):
                after[clock.clock_id] = replace(clock, waits_for=untold)
            elif not (rule.within and clock.due_at is not None and at > clock.due_at):
                after[clock.clock_id] = replace(
                    clock, status=ClockStatus.GESTOPT, ended_at=at, ended_by=event.message_id
                )
    return after


def _open(clock: Clock) -> bool:
    """Runs, or its term is over while what stops it may still be registered."""
    return clock.running or clock.status is ClockStatus.VERLOPEN


def _stopped_at(rule: StopRule, event: ClockEvent, now: datetime) -> datetime | None:
    times = (instant(event.facts.get(name), end=False) for name in rule.at)
    return next((at for at in times if at is not None), now if rule.or_registered else None)


def _difference(before: Mapping[str, Clock], after: Mapping[str, Clock]) -> ClockChanges:
    return ClockChanges(
        started=tuple(clock for key, clock in after.items() if key not in before),
        changed=tuple(_moved(before, after)),
    )


def _moved(before: Mapping[str, Clock], after: Mapping[str, Clock]) -> Iterator[Clock]:
    for key, clock in after.items():
        if key in before and before[key] != clock:
            yield clock
