"""How far all deliveries of a hub have come, counted: for whoever waits until all has arrived, or reports."""

from collections import Counter

from sqlalchemy import Connection, func, select

from gateway.hub.storage.deliveries import Progress
from gateway.hub.storage.tables import deliveries


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
