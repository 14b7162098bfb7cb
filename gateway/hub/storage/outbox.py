"""What waits to be published, and what was published and never reported as stored.

On PostgreSQL several relays share the work: each claims rows that no other holds, for a while. A claim may run out
while its relay still publishes: then another one publishes the same, which the stream knows by its id, and whoever
records second finds nothing to record. On SQLite the one process that owns the file has the only relay, and nothing
needs to be claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, select, update
from sqlalchemy.exc import SQLAlchemyError

from gateway.domain.urgency import Urgency
from gateway.hub.storage.changes import StorageUnavailable
from gateway.hub.storage.deliveries import Progress
from gateway.hub.storage.engine import Engines
from gateway.hub.storage.rows import CopyRow, DeliveryRow, OutboxRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import copies, deliveries, outbox

RETRY_AFTER_S = 2
STUCK_AFTER = 4  # tries, which take a quarter of a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An outbox row, with the copy and its stamp when it is one."""

    row: OutboxRow
    copy: CopyRow | None
    stamp: str | None


def claim(engines: Engines, *, now: str, until: str, urgent_until: str, limit: int) -> list[Waiting]:
    """Up to `limit` rows that may be published at `now`, the most urgent and oldest first.

    On PostgreSQL they are this relay's until `until`, those of U0 until `urgent_until`. Blocks; raises
    StorageUnavailable.
    """
    due = (
        select(outbox)
        .where(outbox.c.not_before <= now)
        .order_by(outbox.c.urgency, outbox.c.created_at, outbox.c.publish_id)
        .limit(limit)
    )
    try:
        if engines.is_sqlite:
            with engines.reading.connect() as connection:
                return _with_copies(connection, select_all(connection, OutboxRow, due))
        with engines.writing.begin() as connection:
            rows = select_all(connection, OutboxRow, due.with_for_update(skip_locked=True))
            if rows:
                mine = outbox.c.publish_id.in_([row.publish_id for row in rows])
                end = case((outbox.c.urgency == Urgency.U0.value, urgent_until), else_=until)
                connection.execute(update(outbox).where(mine).values(not_before=end))
            return _with_copies(connection, rows)
    except SQLAlchemyError as error:
        raise StorageUnavailable(retry_after_s=RETRY_AFTER_S) from error


def is_stuck(connection: Connection) -> bool:
    """Whether something was tried again and again and is still not published."""
    tried = select(outbox.c.publish_id).where(outbox.c.attempts >= STUCK_AFTER).limit(1)
    return connection.execute(tried).first() is not None


def overdue(connection: Connection, *, now: str, limit: int) -> tuple[DeliveryRow, ...]:
    """Published copies whose technical receipt is overdue, the most overdue first."""
    return select_all(
        connection,
        DeliveryRow,
        select(deliveries)
        .where(
            deliveries.c.progress == Progress.GEPUBLICEERD,
            deliveries.c.due_at <= now,
            deliveries.c.outcome.is_(None),
        )
        .order_by(deliveries.c.due_at)
        .limit(limit),
    )


def _with_copies(connection: Connection, rows: Sequence[OutboxRow]) -> list[Waiting]:
    ids = [row.copy_id for row in rows if row.copy_id is not None]
    found = {
        c.copy_id: c for c in select_all(connection, CopyRow, select(copies).where(copies.c.copy_id.in_(ids)))
    }
    stamps = {
        row.copy_id: row.stamp
        for row in connection.execute(
            select(deliveries.c.copy_id, deliveries.c.stamp).where(deliveries.c.copy_id.in_(ids))
        )
    }
    return [
        Waiting(row=row, copy=found.get(row.copy_id or ""), stamp=stamps.get(row.copy_id or ""))
        for row in rows
    ]
