"""Copies that were taken back: from us, and by us."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, or_, select, update

from gateway.node.ports import RecallKind
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.storage.selecting import select_all, select_one
from gateway.node.storage.tables import quarantine, recalls_in, recalls_out, received_copies

UNSEEN = "vernietigd"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallIn:
    """A copy that its sender took back. `kind` is what the hub decided, `outcome` what was found here. `system_told` is
    what the agency's system knows of it (`RecallKind`), None for nothing, under its own `system_reference`."""

    copy_id: str
    message_id: str
    case_id: str
    sender_oin: str
    role: str
    number: int
    kind: str
    outcome: str
    order_jws: str
    decision_jws: str
    attestation: str
    received_at: str
    system_told: str | None = None
    system_reference: str | None = None

    @property
    def is_breach(self) -> bool:
        """Somebody saw the copy, or the agency's system has it: its sender has a breach file."""
        return self.kind == RecallKind.BREACH or self.outcome != UNSEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallOut:
    """A copy of ours that we took back; `attested` is what the recipient signed about it, None until it did."""

    copy_id: str
    message_id: str
    reason: str
    staff: str
    outcome: str
    breach_id: str | None
    decided_at: str
    attestation: str | None = None
    attested: str | None = None
    attested_at: str | None = None


def insert_recall_in(connection: Connection, recall: RecallIn) -> bool:
    """False when this copy was taken back before."""
    return connection.execute(insert(recalls_in).prefix_with("OR IGNORE"), asdict(recall)).rowcount == 1


def find_recall_in(connection: Connection, copy_id: str) -> RecallIn | None:
    return select_one(connection, RecallIn, select(recalls_in).where(recalls_in.c.copy_id == copy_id))


def untold(connection: Connection) -> tuple[tuple[RecallIn, ReceivedCopy], ...]:
    """Recalls of copies that came in, of which the agency's system does not know what they are now; oldest first."""
    told = recalls_in.c
    is_breach = or_(told.kind == RecallKind.BREACH, told.outcome != UNSEEN)
    worse = (told.system_told != RecallKind.BREACH) & is_breach
    query = select(recalls_in).where(or_(told.system_told.is_(None), worse)).order_by(told.received_at)
    found = {recall.copy_id: recall for recall in select_all(connection, RecallIn, query)}
    copies = select_all(
        connection, ReceivedCopy, select(received_copies).where(received_copies.c.copy_id.in_(list(found)))
    )
    by_id = {copy.copy_id: copy for copy in copies}
    return tuple((recall, by_id[copy_id]) for copy_id, recall in found.items() if copy_id in by_id)


def record_told(connection: Connection, copy_id: str, *, kind: RecallKind, reference: str) -> None:
    connection.execute(
        update(recalls_in)
        .where(recalls_in.c.copy_id == copy_id)
        .values(system_told=kind, system_reference=reference)
    )


def taken_back(connection: Connection) -> frozenset[str]:
    """The ids of every copy that was taken back from us."""
    return frozenset(connection.execute(select(recalls_in.c.copy_id)).scalars())


def worsen(connection: Connection, copy_id: str, *, outcome: str, attestation: str) -> None:
    """The copy was seen after all."""
    connection.execute(
        update(recalls_in)
        .where(recalls_in.c.copy_id == copy_id)
        .values(outcome=outcome, attestation=attestation)
    )


def recalled_from(connection: Connection, roles: Collection[str]) -> tuple[RecallIn, ...]:
    """What was taken back from these roles, newest first."""
    query = select(recalls_in).where(recalls_in.c.role.in_(roles))
    return select_all(connection, RecallIn, query.order_by(recalls_in.c.received_at.desc()))


def erase_content(connection: Connection, copy_id: str, now: str) -> None:
    """The copy stays as an empty row, so that its number is not missed, and so does one that was refused; nothing of it
    is handed over any more."""
    table = received_copies.c
    connection.execute(update(received_copies).where(table.copy_id == copy_id).values(item=b""))
    waiting = (table.copy_id == copy_id) & table.handed_over_at.is_(None)
    connection.execute(update(received_copies).where(waiting).values(handed_over_at=now))
    connection.execute(update(quarantine).where(quarantine.c.copy_id == copy_id).values(item=b""))


def insert_recall_out(connection: Connection, recall: RecallOut) -> None:
    """The first decision on a copy stands."""
    connection.execute(insert(recalls_out).prefix_with("OR IGNORE"), asdict(recall))


def recalled_of(connection: Connection, message_id: str) -> tuple[RecallOut, ...]:
    """What we took back of this message."""
    query = select(recalls_out).where(recalls_out.c.message_id == message_id)
    return select_all(connection, RecallOut, query.order_by(recalls_out.c.decided_at))


def record_attestation(
    connection: Connection, copy_id: str, *, attestation: str, outcome: str, now: str
) -> None:
    """The first that the recipient signed stands, unless a later one says that the copy was seen after all."""
    table = recalls_out.c
    unseen = or_(table.attested.is_(None), table.attested == "vernietigd")
    connection.execute(
        update(recalls_out)
        .where(table.copy_id == copy_id, unseen)
        .values(attestation=attestation, attested=outcome, attested_at=now)
    )
