"""How far all deliveries and clocks of a hub have come: for whoever waits until all has arrived, or reports."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from gateway.hub.storage.clock_tables import alarms, clocks
from gateway.hub.storage.deliveries import Progress
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import cases, deliveries


def deliveries_by_standing(connection: Connection) -> Counter[str]:
    """How many deliveries stand where, by the word of the protocol: a progress, or how it ended otherwise."""
    counted = select(deliveries.c.progress, deliveries.c.outcome, func.count()).group_by(
        deliveries.c.progress, deliveries.c.outcome
    )
    found: Counter[str] = Counter()
    for progress, outcome, count in connection.execute(counted):
        found[outcome or Progress(progress).name.lower()] += count
    return found


def deliveries_under_way(connection: Connection) -> int:
    """How many have not reached somebody's inbox or system, and have not ended otherwise."""
    waiting = (
        select(func.count())
        .select_from(deliveries)
        .where(deliveries.c.outcome.is_(None), deliveries.c.progress < Progress.FUNCTIONEEL)
    )
    return connection.execute(waiting).scalar_one()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStanding:
    """A clock, the state of its case, and how many alarms it raised. Times are RFC 3339 texts."""

    case_id: str
    case_state: str | None
    clock_id: str
    deadline: str
    status: str
    due_at: str | None
    next_at: str | None
    record: str
    alarms: int


_OF_CLOCK = ("case_id", "clock_id", "deadline", "status", "due_at", "next_at", "record")


def clock_standings(connection: Connection) -> tuple[ClockStanding, ...]:
    """Every clock of every case, those of copies included."""
    raised = (
        select(alarms.c.case_id, alarms.c.clock_id, func.count().label("raised"))
        .group_by(alarms.c.case_id, alarms.c.clock_id)
        .subquery()
    )
    query = (
        select(
            *(clocks.c[name] for name in _OF_CLOCK),
            cases.c.state.label("case_state"),
            func.coalesce(raised.c.raised, 0).label("alarms"),
        )
        .outerjoin(cases, cases.c.case_id == clocks.c.case_id)
        .outerjoin(raised, (raised.c.case_id == clocks.c.case_id) & (raised.c.clock_id == clocks.c.clock_id))
        .order_by(clocks.c.case_id, clocks.c.clock_id)
    )
    return select_all(connection, ClockStanding, query)
