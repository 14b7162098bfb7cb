"""Which cases may be destroyed, and of which the destruction was not finished. Whether one is, is for the use case."""

from collections.abc import Collection

from sqlalchemy import Connection, exists, literal, select, tuple_

from gateway.domain.case import CaseState
from gateway.domain.deadlines import ClockStatus
from gateway.hub.storage.clock_tables import clocks
from gateway.hub.storage.recall_tables import breaches
from gateway.hub.storage.tables import cases, deliveries, log_leaves, messages

Closed = tuple[str, str]
"""When a case was closed, and its id: the order in which closed cases are looked at."""
FIRST: Closed = ("", "")
KEY_DESTROYED = "sleutel-vernietigd:"
"""Start of the item key of the leaf that says that the key of a case is gone."""


def closed_up_to(connection: Connection, moment: str, *, after: Closed, limit: int) -> tuple[Closed, ...]:
    """Cases that were closed at `moment` (RFC 3339 text) or before, in which no clock runs and of which no breach file
    is open; the longest closed first, from `after` on."""
    running = exists().where(clocks.c.case_id == cases.c.case_id, clocks.c.status == ClockStatus.LOPEND)
    open_file = exists().where(breaches.c.case_id == cases.c.case_id, breaches.c.closed_at.is_(None))
    query = (
        select(cases.c.since, cases.c.case_id)
        .where(
            cases.c.state == CaseState.GESLOTEN,
            cases.c.since <= moment,
            tuple_(cases.c.since, cases.c.case_id) > tuple_(literal(after[0]), literal(after[1])),
            ~running,
            ~open_file,
        )
        .order_by(cases.c.since, cases.c.case_id)
        .limit(limit)
    )
    return tuple((row.since, row.case_id) for row in connection.execute(query))


def unfinished(connection: Connection, limit: int) -> tuple[str, ...]:
    """Destroyed cases of which the log does not say that the key is gone, the oldest first."""
    told = exists().where(log_leaves.c.item_key == literal(KEY_DESTROYED) + cases.c.case_id)
    query = select(cases.c.case_id).where(cases.c.state == CaseState.VERNIETIGD, ~told)
    return tuple(connection.execute(query.order_by(cases.c.since).limit(limit)).scalars())


def destroyed_among(connection: Connection, case_ids: Collection[str]) -> frozenset[str]:
    """Those of these cases that are destroyed."""
    query = select(cases.c.case_id).where(
        cases.c.case_id.in_(case_ids), cases.c.state == CaseState.VERNIETIGD
    )
    return frozenset(connection.execute(query).scalars())


def agencies_with_content(connection: Connection, case_id: str) -> tuple[str, ...]:
    """Every agency that sent something in the case or was to get a copy, sorted."""
    sent = select(messages.c.oin).where(messages.c.case_id == case_id)
    got = select(deliveries.c.oin).where(deliveries.c.case_id == case_id)
    return tuple(sorted(set(connection.execute(sent).scalars()) | set(connection.execute(got).scalars())))


def ordered_at(connection: Connection, case_id: str, oin: str) -> str | None:
    """When this agency was ordered to destroy the case; None when it was not."""
    query = select(cases.c.since).where(cases.c.case_id == case_id, cases.c.state == CaseState.VERNIETIGD)
    found: str | None = connection.execute(query).scalar()
    return found if oin in agencies_with_content(connection, case_id) else None
