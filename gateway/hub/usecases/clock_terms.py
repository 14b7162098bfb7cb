"""Which terms of a case are over at a moment, and where that leaves the case, recorded or not. Pure.

Expiry is judged when a decision is made; the clock only records it (design.md 11).
"""

from collections.abc import Iterable
from datetime import datetime

from gateway.domain.case import CaseStanding
from gateway.domain.catalogue import Transition, catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import Clock, ClockStatus, clocks_lapsed, rules_of
from gateway.domain.identifiers import StateId
from gateway.hub.storage.clock_reading import clock_of
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.rows import CaseRow


def standing_of(case: CaseRow) -> CaseStanding:
    """Where the case stands on record."""
    before = None if case.before_suspension is None else StateId(case.before_suspension)
    return CaseStanding(state=StateId(case.state), before_suspension=before)


def is_term_over(rows: Iterable[ClockRow], at: datetime) -> bool:
    """Whether a term ended that nobody has recorded yet."""
    return bool(_lapsing(rows, at))


def standing_at(standing: CaseStanding, rows: Iterable[ClockRow], at: datetime) -> CaseStanding:
    """Where the case stands when the terms that are over at `at` count, recorded or not.

    A ban whose end has passed has ended, also when no relay runs."""
    for clock in _lapsing(rows, at):
        act = act_of(clock, standing)
        standing = standing if act is None else standing.after(act)
    return standing


def act_of(clock: Clock, standing: CaseStanding) -> Transition | None:
    """The act that follows from the end of this term, where it fits. No role has it (domain.md 2.3, T21): nobody is
    asked, the time that has come is its only precondition."""
    act = catalogue().transitions.get(rules_of(clock.deadline).act or "")
    return act if act is not None and standing.state in act.from_states else None


def _lapsing(rows: Iterable[ClockRow], at: datetime) -> list[Clock]:
    moment = rfc3339(at)
    over = [
        clock_of(row)
        for row in rows
        if row.status == ClockStatus.LOPEND and row.due_at is not None and row.due_at <= moment
    ]
    ended = [c for c in clocks_lapsed(over, at).changed if c.status is ClockStatus.VERLOPEN]
    return sorted(ended, key=lambda clock: (clock.due_at or at, clock.clock_id))
