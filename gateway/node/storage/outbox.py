"""What still has to reach the hub. An item stays until the hub answered; it goes with the same bytes every time.

Of each case only the oldest submission may go, and of each copy only the oldest receipt, so that the hub gets them in
our order; a submission that cannot be decided now holds up no receipt.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from gateway.domain.clock import rfc3339
from gateway.node.storage.rows import OutboxItem
from gateway.node.storage.selecting import select_all, select_one
from gateway.node.storage.tables import outbox

FIRST_RETRY: Final = timedelta(seconds=1)
LAST_RETRY: Final = timedelta(minutes=1)
LAST_URGENT_RETRY: Final = timedelta(seconds=5)  # U0 never waits for a pause

# What may go: the oldest submission of each case and the oldest receipt of each copy.
_OLDEST: Final = select(func.min(outbox.c.item_id)).group_by(
    func.coalesce(outbox.c.copy_id, outbox.c.case_id)
)


def put_submission(
    connection: Connection, *, case_id: str, message_id: str, now: datetime, after: datetime
) -> None:
    """`after` keeps others from sending it while whoever stored it sends it himself. Behind an older one of its case
    nobody sends it himself: it may go as soon as that one is gone."""
    older = select(outbox.c.item_id).where(outbox.c.case_id == case_id, outbox.c.message_id.is_not(None))
    if connection.execute(older).first() is not None:
        after = now
    _put(connection, case_id=case_id, message_id=message_id, now=now, after=after)


def put_report(
    connection: Connection, *, case_id: str, copy_id: str, body: bytes, now: datetime, verb: str | None = None
) -> None:
    """A receipt or rejection, or a question under another verb; the same one is not put twice while it waits."""
    waiting = select(outbox.c.item_id).where(outbox.c.copy_id == copy_id, outbox.c.body == body)
    if connection.execute(waiting).first() is None:
        _put(connection, case_id=case_id, copy_id=copy_id, body=body, verb=verb, now=now, after=now)


def due(connection: Connection, now: datetime, limit: int) -> tuple[OutboxItem, ...]:
    """The oldest submission of each case and receipt of each copy, if its time has come."""
    query = select(outbox).where(outbox.c.item_id.in_(_OLDEST), outbox.c.not_before <= rfc3339(now))
    return select_all(connection, OutboxItem, query.order_by(outbox.c.item_id).limit(limit))


def waiting_for(connection: Connection, copy_id: str) -> tuple[OutboxItem, ...]:
    """The receipts of a copy that the hub has not got, oldest first."""
    query = select(outbox).where(outbox.c.copy_id == copy_id)
    return select_all(connection, OutboxItem, query.order_by(outbox.c.item_id))


def is_first(connection: Connection, message_id: str) -> bool:
    """Whether no older submission of the same case waits before this one."""
    mine = select_one(connection, OutboxItem, select(outbox).where(outbox.c.message_id == message_id))
    if mine is None:
        return False
    older = select(outbox.c.item_id).where(
        outbox.c.case_id == mine.case_id, outbox.c.message_id.is_not(None), outbox.c.item_id < mine.item_id
    )
    return connection.execute(older).first() is None


def size(connection: Connection) -> int:
    """How many items wait."""
    return int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())


def release(connection: Connection, now: datetime) -> None:
    """At a start nobody else is sending anything: everything may go at once."""
    connection.execute(update(outbox).values(not_before=rfc3339(now)))


def next_due(connection: Connection) -> str | None:
    """When the next item may go; None when nothing waits."""
    query = select(func.min(outbox.c.not_before)).where(outbox.c.item_id.in_(_OLDEST))
    found: str | None = connection.execute(query).scalar()
    return found


def done(connection: Connection, *, item_id: int | None = None, message_id: str | None = None) -> None:
    """The hub answered for good."""
    column, value = (outbox.c.item_id, item_id) if item_id is not None else (outbox.c.message_id, message_id)
    connection.execute(delete(outbox).where(column == value))


def later(
    connection: Connection,
    *,
    now: datetime,
    item_id: int | None = None,
    message_id: str | None = None,
    at_least: timedelta = timedelta(0),
    urgent: bool = False,
) -> None:
    """The hub could not be asked: again after a pause that doubles up to LAST_RETRY, for what is urgent up to
    LAST_URGENT_RETRY, and not before the hub wants."""
    longest = LAST_URGENT_RETRY if urgent else LAST_RETRY
    column, value = (outbox.c.item_id, item_id) if item_id is not None else (outbox.c.message_id, message_id)
    for row in connection.execute(select(outbox.c.item_id, outbox.c.attempts).where(column == value)).all():
        pause = max(min(FIRST_RETRY * 2 ** min(row.attempts, 10), longest), at_least)
        connection.execute(
            update(outbox)
            .where(outbox.c.item_id == row.item_id)
            .values(attempts=row.attempts + 1, not_before=rfc3339(now + pause))
        )


def _put(
    connection: Connection,
    *,
    case_id: str,
    now: datetime,
    after: datetime,
    message_id: str | None = None,
    copy_id: str | None = None,
    body: bytes | None = None,
    verb: str | None = None,
) -> None:
    item = OutboxItem(
        item_id=0,
        case_id=case_id,
        message_id=message_id,
        copy_id=copy_id,
        body=body,
        verb=verb,
        attempts=0,
        not_before=rfc3339(after),
        created_at=rfc3339(now),
    )
    values = asdict(item)
    del values["item_id"]
    connection.execute(insert(outbox), values)
