"""What time alone does to the clocks of a case, and the rows of it. Pure.

Terms end and the case moves with them, alarms go off, and each clock says when to look again.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from gateway.domain.case import CaseStanding
from gateway.domain.catalogue import Transition
from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import (
    Alarm,
    AlarmKey,
    Clock,
    ClockStatus,
    clocks_lapsed,
    due_alarms,
    next_moment,
    reckoned_again,
)
from gateway.hub.storage.changes import Judgement, Revision
from gateway.hub.storage.clock_reading import CaseClocks, clock_of, row_of
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.hub.storage.rows import CaseRow, CaseStateRow
from gateway.hub.usecases.clock_terms import act_of, standing_of
from gateway.hub.usecases.clocks import revision_of, settle_alarm

ALARM_IDS: Final = UUID("5d7c3c2e-55a0-4d4e-9a31-6c1f7a5f0f0c")
"""The name space of the ids of alarms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """An act that followed from the end of a term, and where it leaves the case."""

    clock: Clock
    act: Transition
    after: CaseStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """What there is to write. `looks` are the clocks that changed or must be looked at at another moment, each with
    that moment; `ended` those whose term is over or that fell away with it; `moves` is whether any clock changed."""

    known: CaseClocks
    looks: tuple[tuple[Clock, str | None], ...]
    ended: tuple[Clock, ...]
    expiries: tuple[Expiry, ...]
    alarms: tuple[Alarm, ...]
    moves: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.looks or self.alarms)


def attend(known: CaseClocks, now: datetime, *, tz_version: str) -> Attended:
    """What is due in the case at `now`; ends of clocks by these time zone rules."""
    before = {row.clock_id: clock_of(row) for row in known.rows}
    moments = {row.clock_id: row.next_at for row in known.rows}
    reckoned = [reckoned_again(clock, tz_version=tz_version) for clock in before.values()]
    ended = {clock.clock_id: clock for clock in clocks_lapsed(reckoned, now).changed}
    after = [ended.get(clock.clock_id, clock) for clock in reckoned]
    alarms = due_alarms(after, known.fired, now)
    fired = known.fired | {alarm.key for alarm in alarms}
    looks = [(clock, _next_look(clock, fired, now)) for clock in after]
    changed = {clock.clock_id for clock in after if clock != before[clock.clock_id]}
    return Attended(
        known=known,
        looks=tuple(
            (clock, look)
            for clock, look in looks
            if clock.clock_id in changed or look != moments[clock.clock_id]
        ),
        ended=tuple(ended.values()),
        expiries=tuple(_expiries(known, ended.values())),
        alarms=tuple(alarms),
        moves=bool(changed),
    )


def rows_of(attended: Attended, now: datetime) -> Judgement:
    """The alarms, the clocks, and the new states of the case."""
    revisions = [revision_of(row_of(clock, look)) for clock, look in attended.looks]
    revisions += _settled(attended, now)
    if attended.expiries:
        revisions.append(_case_revision(attended.expiries[-1]))
    states = tuple(
        _state(expiry, attended.known.states + place)
        for place, expiry in enumerate(attended.expiries, start=1)
    )
    clocks = {clock.clock_id: clock for clock, _ in attended.looks}
    clocks = {row.clock_id: clock_of(row) for row in attended.known.rows} | clocks
    alarms = tuple(alarm_row(alarm, clocks[alarm.clock_id], now) for alarm in attended.alarms)
    return Judgement(inserts=(*states, *alarms), revisions=tuple(revisions))


def alarm_id(key: AlarmKey) -> str:
    """The one id of this alarm, whoever raises it."""
    return str(uuid5(ALARM_IDS, "\n".join(key)))


def alarm_row(alarm: Alarm, clock: Clock, now: datetime) -> AlarmRow:
    """The alarm as it is stored, unsettled."""
    owner = {"oin": alarm.owner.oin, "roles": list(alarm.owner.roles), "also": list(alarm.also)}
    return AlarmRow(
        alarm_id=alarm_id(alarm.key),
        case_id=alarm.case_id,
        clock_id=alarm.clock_id,
        deadline=alarm.deadline,
        step=alarm.step,
        round=clock.round,
        urgency=alarm.urgency.value,
        due_at=None if clock.due_at is None else rfc3339(clock.due_at),
        owner=json.dumps(owner, separators=(",", ":"), sort_keys=True),
        raised_at=rfc3339(now),
        settled_at=None,
        settled_by=None,
    )


def _next_look(clock: Clock, fired: frozenset[AlarmKey], now: datetime) -> str | None:
    moment = next_moment([clock], fired, now)
    return None if moment is None else rfc3339(moment)


def _expiries(known: CaseClocks, ended: Iterable[Clock]) -> Iterator[Expiry]:
    if known.case is None:
        return
    standing = standing_of(known.case)
    terms = [clock for clock in ended if clock.status is ClockStatus.VERLOPEN]
    for clock in sorted(terms, key=lambda c: (c.ended_at or c.opened_at, c.clock_id)):
        act = act_of(clock, standing)
        if act is not None:
            standing = standing.after(act)
            yield Expiry(clock=clock, act=act, after=standing)


def _settled(attended: Attended, now: datetime) -> Iterator[Revision]:
    """The warnings of a term that is over; what goes off at its end stays until somebody takes it on."""
    for clock in attended.ended:
        for key in sorted(attended.known.fired):
            if key.clock_id == clock.clock_id:
                yield settle_alarm({"alarm_id": alarm_id(key)}, now, clock.ended_by or "")


def _state(expiry: Expiry, position: int) -> CaseStateRow:
    return CaseStateRow(
        case_id=expiry.clock.case_id,
        position=position,
        state=expiry.after.state,
        since=_since(expiry),
        act=expiry.act.action,
        cause=expiry.clock.causes[0],
    )


def _case_revision(expiry: Expiry) -> Revision:
    return Revision(
        row=CaseRow,
        key={"case_id": expiry.clock.case_id},
        values={
            "state": expiry.after.state,
            "before_suspension": expiry.after.before_suspension,
            "since": _since(expiry),
        },
    )


def _since(expiry: Expiry) -> str:
    """The end of the term, not the moment at which somebody looked."""
    return rfc3339(expiry.clock.ended_at or expiry.clock.opened_at)
