"""What an operator looks at: copies that are not delivered, by where they stand, for whom and for how long."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, or_, select

from gateway.hub.storage.deliveries import Outcome, Progress
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import UNDELIVERED, deliveries, outbox, rejections


class Standing(StrEnum):
    """Where an undelivered copy stands."""

    WAITING = "wachtend"  # accepted, not tried yet
    IN_DOUBT = "onzeker"  # tried, and it is not known or not so that the stream has it; tried again by itself
    UNDER_WAY = "onderweg"  # in the stream; no node has reported it as stored
    DEAD = "dood"  # can never be published as it is
    REJECTED = "afgekeurd"  # its node could not open it, or it broke its manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """One copy. `attempts` counts tries to publish it that are not settled; `reason` is that of a rejection."""

    copy_id: str
    oin: str
    role: str
    slug: str
    urgency: str
    standing: str
    accepted_at: str
    attempts: int
    republished: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many copies of one agency stand there, and since when the oldest was accepted."""

    oin: str
    standing: str
    copies: int
    oldest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Receipts and rejections that wait to be published to an agency."""

    oin: str
    waiting: int
    attempts: int
    oldest: str


def list_undelivered(
    connection: Connection, *, standing: Standing | None, oin: str | None, limit: int
) -> tuple[Undelivered, ...]:
    """The most urgent first, of these the oldest."""
    found = _undelivered()
    query = select(found).order_by(found.c.urgency, found.c.accepted_at, found.c.copy_id).limit(limit)
    if standing is not None:
        query = query.where(found.c.standing == standing)
    if oin is not None:
        query = query.where(found.c.oin == oin)
    return select_all(connection, Undelivered, query)


def totals(connection: Connection) -> tuple[Total, ...]:
    """By agency and standing."""
    found = _undelivered()
    return select_all(
        connection,
        Total,
        select(
            found.c.oin,
            found.c.standing,
            func.count().label("copies"),
            func.min(found.c.accepted_at).label("oldest"),
        )
        .group_by(found.c.oin, found.c.standing)
        .order_by(found.c.oin, found.c.standing),
    )


def waiting_notices(connection: Connection) -> tuple[Notices, ...]:
    """What waits that is no copy, by agency."""
    return select_all(
        connection,
        Notices,
        select(
            outbox.c.oin,
            func.count().label("waiting"),
            func.max(outbox.c.attempts).label("attempts"),
            func.min(outbox.c.created_at).label("oldest"),
        )
        .where(outbox.c.copy_id.is_(None))
        .group_by(outbox.c.oin)
        .order_by(outbox.c.oin),
    )


def is_waiting(connection: Connection, copy_id: str) -> bool:
    """Whether the copy stands in the outbox."""
    return (
        connection.execute(select(outbox.c.publish_id).where(outbox.c.copy_id == copy_id)).first() is not None
    )


def _undelivered() -> Subquery:
    tries = (
        select(outbox.c.copy_id, func.max(outbox.c.attempts).label("attempts"))
        .where(outbox.c.copy_id.is_not(None))
        .group_by(outbox.c.copy_id)
        .subquery()
    )
    d = deliveries.c
    return (
        select(
            d.copy_id,
            d.oin,
            d.role,
            d.slug,
            d.urgency,
            _standing(tries.c.attempts).label("standing"),
            d.accepted_at,
            func.coalesce(tries.c.attempts, 0).label("attempts"),
            d.republished,
            rejections.c.reason,
        )
        .outerjoin_from(deliveries, tries, tries.c.copy_id == d.copy_id)
        .outerjoin(rejections, and_(rejections.c.copy_id == d.copy_id, d.outcome == Outcome.REJECTED))
        .where(or_(UNDELIVERED, d.outcome.in_((Outcome.DEAD, Outcome.REJECTED))))
    ).subquery()


def _standing(attempts: ColumnElement[int]) -> ColumnElement[str]:
    return case(
        (deliveries.c.outcome == Outcome.DEAD, Standing.DEAD.value),
        (deliveries.c.outcome == Outcome.REJECTED, Standing.REJECTED.value),
        (attempts > 0, Standing.IN_DOUBT.value),
        (deliveries.c.progress == Progress.WACHT, Standing.WAITING.value),
        else_=Standing.UNDER_WAY.value,
    )
