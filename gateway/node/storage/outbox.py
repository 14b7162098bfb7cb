"""What still has to reach the hub. An item stays until the hub answered; it goes with the same bytes every time.

Of each case only the oldest submission may go, and of each copy only the oldest receipt, so that the hub gets them in
our order; a submission that cannot be decided now holds up no receipt. An urgent submission (U0) passes them when the
oldest of its case waits for room at its recipient: that may take days, and nothing of it changed the case. Whether it
could do without what it passes the hub is asked first; if not, it stays behind (`stay_behind`). It passes no other
urgent one that is still to be tried.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Final

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from gateway.domain.clock import rfc3339
from gateway.domain.urgency import Urgency
from gateway.node.storage.rows import OutboxItem
from gateway.node.storage.selecting import select_all
from gateway.node.storage.tables import outbox, sent_messages

FIRST_RETRY: Final = timedelta(seconds=1)
LAST_RETRY: Final = timedelta(minutes=1)
LAST_URGENT_RETRY: Final = timedelta(seconds=5)  # U0 never waits for a pause


class Held(StrEnum):
    """Why a submission waits, where an urgent one may pass it."""

    NO_ROOM = "postvak_vol"
    NEEDS_OLDER = "voorganger_nodig"


class Turn(Enum):
    """Whether a submission may go: now, past older ones of its case if the hub agrees, or not yet."""

    GOES = auto()
    PASSES = auto()
    BEHIND = auto()


_OLDEST: Final = select(func.min(outbox.c.item_id)).group_by(
    func.coalesce(outbox.c.copy_id, outbox.c.case_id)
)
_URGENT: Final = select(sent_messages.c.message_id).where(sent_messages.c.urgency == Urgency.U0)
_ahead = outbox.alias("ahead")
_IS_HELD_UP: Final = exists().where(
    _ahead.c.case_id == outbox.c.case_id,
    _ahead.c.message_id.is_not(None),
    _ahead.c.item_id < outbox.c.item_id,
    _ahead.c.held_by.is_(None),
    _ahead.c.item_id.in_(_OLDEST) | _ahead.c.message_id.in_(_URGENT),
)
_PASSES: Final = (
    outbox.c.message_id.in_(_URGENT)
    & (func.coalesce(outbox.c.held_by, "") != Held.NEEDS_OLDER)
    & ~_IS_HELD_UP
)
_MAY_GO: Final = outbox.c.item_id.in_(_OLDEST) | _PASSES


def put_submission(
    connection: Connection, *, case_id: str, message_id: str, now: datetime, after: datetime
) -> None:
    """`after` keeps others from sending it while whoever stored it sends it himself. Behind an older one of its case
    nobody sends it himself: it may go as soon as that one is gone."""
    _put(connection, case_id=case_id, message_id=message_id, now=now, after=after)
    if turn(connection, message_id) is Turn.BEHIND:
        _may_go_at(connection, message_id, now)


def put_report(
    connection: Connection, *, case_id: str, copy_id: str, body: bytes, now: datetime, verb: str | None = None
) -> None:
    """A receipt or rejection, or a question under another verb; the same one is not put twice while it waits."""
    waiting = select(outbox.c.item_id).where(outbox.c.copy_id == copy_id, outbox.c.body == body)
    if connection.execute(waiting).first() is None:
        _put(connection, case_id=case_id, copy_id=copy_id, body=body, verb=verb, now=now, after=now)


def due(connection: Connection, now: datetime, limit: int) -> tuple[OutboxItem, ...]:
    """The submissions and receipts that may go and whose time has come, oldest first."""
    query = select(outbox).where(_MAY_GO, outbox.c.not_before <= rfc3339(now))
    return select_all(connection, OutboxItem, query.order_by(outbox.c.item_id).limit(limit))


def waiting_for(connection: Connection, copy_id: str) -> tuple[OutboxItem, ...]:
    """The receipts of a copy that the hub has not got, oldest first."""
    query = select(outbox).where(outbox.c.copy_id == copy_id)
    return select_all(connection, OutboxItem, query.order_by(outbox.c.item_id))


def turn(connection: Connection, message_id: str) -> Turn:
    """Where the submission of this message stands; BEHIND also when there is none.

    One that passed and found no room for itself was judged by then: it goes again without being asked about.
    """
    mine = select(outbox.c.held_by).where(outbox.c.message_id == message_id)
    if connection.execute(mine.where(outbox.c.item_id.in_(_OLDEST))).first() is not None:
        return Turn.GOES
    passes = connection.execute(mine.where(_PASSES)).first()
    if passes is None:
        return Turn.BEHIND
    return Turn.GOES if passes.held_by == Held.NO_ROOM else Turn.PASSES


def stay_behind(connection: Connection, message_id: str, now: datetime) -> None:
    """The submission of this message needs what an older one of its case changes: it goes after that one."""
    held = update(outbox).where(outbox.c.message_id == message_id).values(held_by=Held.NEEDS_OLDER)
    connection.execute(held)
    _may_go_at(connection, message_id, now)


def _may_go_at(connection: Connection, message_id: str, at: datetime) -> None:
    item = update(outbox).where(outbox.c.message_id == message_id)
    connection.execute(item.values(not_before=rfc3339(at)))


def size(connection: Connection) -> int:
    """How many items wait."""
    return int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())


def release(connection: Connection, now: datetime) -> None:
    """At a start nobody else is sending anything: everything may go at once."""
    connection.execute(update(outbox).values(not_before=rfc3339(now)))


def next_due(connection: Connection) -> str | None:
    """When the next item may go; None when nothing waits."""
    query = select(func.min(outbox.c.not_before)).where(_MAY_GO)
    found: str | None = connection.execute(query).scalar()
    return found


def done(connection: Connection, *, item_id: int | None = None, message_id: str | None = None) -> None:
    """The hub answered for good. What needed the older ones of that case may try to do without what is left of them."""
    if message_id is not None:
        case = select(outbox.c.case_id).where(outbox.c.message_id == message_id).scalar_subquery()
        needs_older = (outbox.c.case_id == case) & (outbox.c.held_by == Held.NEEDS_OLDER)
        connection.execute(update(outbox).where(needs_older).values(held_by=None))
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
    held_by: Held | None = None,
) -> None:
    """The hub could not be asked: again after a pause that doubles up to LAST_RETRY, for what is urgent up to
    LAST_URGENT_RETRY, and not before the hub wants. `held_by` when it has no room."""
    longest = LAST_URGENT_RETRY if urgent else LAST_RETRY
    column, value = (outbox.c.item_id, item_id) if item_id is not None else (outbox.c.message_id, message_id)
    for row in connection.execute(select(outbox.c.item_id, outbox.c.attempts).where(column == value)).all():
        pause = max(min(FIRST_RETRY * 2 ** min(row.attempts, 10), longest), at_least)
        connection.execute(
            update(outbox)
            .where(outbox.c.item_id == row.item_id)
            .values(attempts=row.attempts + 1, not_before=rfc3339(now + pause), held_by=held_by)
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
