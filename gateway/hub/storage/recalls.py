"""What is on record of recalls and breaches."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, exists, or_, select

from gateway.domain.deadlines import breach_clock_id
from gateway.domain.identifiers import CopyId
from gateway.hub.storage.clock_reading import find_clock
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.deliveries import Delivered, Progress, load_delivery
from gateway.hub.storage.recall_rows import BreachRow, BreachStepRow, CopyFateRow, RecallRow
from gateway.hub.storage.recall_tables import breach_steps, breaches, copy_fates, recalls
from gateway.hub.storage.rows import CopyRow, DeliveryRow
from gateway.hub.storage.selecting import select_all, select_one
from gateway.hub.storage.tables import copies, deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A copy with what became of it (None: nobody opened it and nobody took it back)."""

    found: Delivered
    copy: CopyRow
    fate: str | None
    recall: RecallRow | None
    breach: BreachRow | None


def load_recalled(connection: Connection, copy_id: str) -> Recalled | None:
    """Whoever asks; the caller tells who may know. None when there is no such copy."""
    found = load_delivery(connection, copy_id)
    copy = select_one(connection, CopyRow, select(copies).where(copies.c.copy_id == copy_id))
    if found is None or copy is None:
        return None
    return Recalled(
        found=found,
        copy=copy,
        fate=fate_of(connection, copy_id),
        recall=select_one(connection, RecallRow, select(recalls).where(recalls.c.copy_id == copy_id)),
        breach=select_one(connection, BreachRow, select(breaches).where(breaches.c.copy_id == copy_id)),
    )


def fate_of(connection: Connection, copy_id: str) -> str | None:
    """`geopend` or `teruggehaald`, whichever came first."""
    row = select_one(connection, CopyFateRow, select(copy_fates).where(copy_fates.c.copy_id == copy_id))
    return None if row is None else row.fate


def has_recall(connection: Connection, copy_id: str) -> bool:
    """Whether its sender took this copy back, in time or too late."""
    return bool(connection.execute(select(exists().where(recalls.c.copy_id == copy_id))).scalar())


def untold(connection: Connection, limit: int) -> tuple[tuple[RecallRow, DeliveryRow], ...]:
    """Recalls of which the recipient was not told and should be: its node may have the copy, or misses its number
    because it has others of the same case and role. To another nothing is told: it need not know the case."""
    other = deliveries.alias("other")
    has_others = exists().where(
        other.c.case_id == deliveries.c.case_id,
        other.c.oin == deliveries.c.oin,
        other.c.role == deliveries.c.role,
        other.c.copy_id != deliveries.c.copy_id,
        other.c.progress >= Progress.GEPUBLICEERD,
    )
    query = (
        select(recalls.c.copy_id)
        .join(deliveries, deliveries.c.copy_id == recalls.c.copy_id)
        .where(
            recalls.c.notified_at.is_(None),
            or_(deliveries.c.progress >= Progress.GEPUBLICEERD, has_others),
        )
        .order_by(recalls.c.decided_at)
        .limit(limit)
    )
    ids = tuple(connection.execute(query).scalars())
    rows = {
        r.copy_id: r
        for r in select_all(connection, RecallRow, select(recalls).where(recalls.c.copy_id.in_(ids)))
    }
    found = select_all(connection, DeliveryRow, select(deliveries).where(deliveries.c.copy_id.in_(ids)))
    return tuple((rows[delivery.copy_id], delivery) for delivery in found)


def breaches_of(connection: Connection, oins: Collection[str], role: str) -> tuple[BreachRow, ...]:
    """The files of these agencies in this role, newest first."""
    mine = breaches.c.sender_oin.in_(oins) & (breaches.c.sender_role == role)
    return select_all(
        connection,
        BreachRow,
        select(breaches).where(mine).order_by(breaches.c.known_at.desc(), breaches.c.breach_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBreach:
    """A breach file with its steps in order, and its clock (None for a file from before such clocks)."""

    file: BreachRow
    steps: tuple[BreachStepRow, ...]
    clock: ClockRow | None


def load_breach(connection: Connection, breach_id: str) -> KnownBreach | None:
    """Whoever asks; the caller tells who may know."""
    file = select_one(connection, BreachRow, select(breaches).where(breaches.c.breach_id == breach_id))
    if file is None:
        return None
    return KnownBreach(
        file=file,
        steps=steps_of(connection, [breach_id]),
        clock=find_clock(connection, file.case_id, breach_clock_id(CopyId(file.copy_id))),
    )


def steps_of(connection: Connection, breach_ids: Sequence[str]) -> tuple[BreachStepRow, ...]:
    """Every step of these files, in order."""
    query = select(breach_steps).where(breach_steps.c.breach_id.in_(breach_ids))
    return select_all(
        connection, BreachStepRow, query.order_by(breach_steps.c.breach_id, breach_steps.c.position)
    )


def undecided(connection: Connection, now: str, limit: int) -> tuple[BreachRow, ...]:
    """Files whose 72 hours have passed without a decision on reporting, and of which that was not noticed before."""
    decided = exists().where(
        breach_steps.c.breach_id == breaches.c.breach_id,
        breach_steps.c.step.in_(("gemeld_ap", "niet_gemeld_ap")),
    )
    query = select(breaches).where(breaches.c.lapsed_at.is_(None), breaches.c.report_by <= now, ~decided)
    return select_all(connection, BreachRow, query.order_by(breaches.c.report_by).limit(limit))
