"""Copies that came in, and in which order they may be handed over.

The hub counts deliveries per case and recipient role (`volgnummer`) from 1 without gaps. A lane is that row of numbers;
`passed` says up to where it is done. A copy waits for its predecessors; one that never comes holds its lane no longer
than the urgency of the copy that waits, and U0 waits for nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, union, update
from sqlalchemy.dialects.sqlite import insert as upsert

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.urgency import ACK_WITHIN, Urgency
from gateway.node.ports import Handed, Mark
from gateway.node.storage.rows import Quarantined, ReceiptOut, ReceivedCopy
from gateway.node.storage.selecting import select_all, select_one
from gateway.node.storage.sent import rank
from gateway.node.storage.tables import lanes, quarantine, recalls_in, receipts_out, received_copies


def find_received(connection: Connection, copy_id: str) -> ReceivedCopy | None:
    return select_one(
        connection, ReceivedCopy, select(received_copies).where(received_copies.c.copy_id == copy_id)
    )


def copy_at(connection: Connection, case_id: str, role: str, number: int) -> ReceivedCopy | None:
    """The copy that has this number in its lane."""
    table = received_copies.c
    same = (table.case_id == case_id) & (table.role == role) & (table.number == number)
    return select_one(connection, ReceivedCopy, select(received_copies).where(same))


def received_by(connection: Connection, roles: Collection[str]) -> tuple[ReceivedCopy, ...]:
    """The mailbox of these roles, newest first."""
    query = select(received_copies).where(received_copies.c.role.in_(roles))
    return select_all(connection, ReceivedCopy, query.order_by(received_copies.c.received_at.desc()))


def copies_in_case(connection: Connection, case_id: str, types: Collection[str]) -> tuple[ReceivedCopy, ...]:
    """The copies of messages of these types in the case, oldest first."""
    table = received_copies.c
    query = select(received_copies).where(table.case_id == case_id, table.message_type.in_(list(types)))
    return select_all(connection, ReceivedCopy, query.order_by(table.received_at))


def insert_received(connection: Connection, copy: ReceivedCopy) -> None:
    connection.execute(insert(received_copies), asdict(copy))


def insert_quarantined(connection: Connection, refused: Quarantined) -> bool:
    """False when the very same bytes were refused before."""
    statement = insert(quarantine).prefix_with("OR IGNORE")
    return connection.execute(statement, asdict(refused)).rowcount == 1


def quarantined(connection: Connection) -> tuple[Quarantined, ...]:
    """Everything that was refused, newest first."""
    return select_all(connection, Quarantined, select(quarantine).order_by(quarantine.c.received_at.desc()))


def insert_receipt(connection: Connection, receipt: ReceiptOut) -> bool:
    """False when a receipt of that kind was signed for the copy before: there is one of each."""
    return connection.execute(insert(receipts_out).prefix_with("OR IGNORE"), asdict(receipt)).rowcount == 1


def receipts_of(connection: Connection, copy_ids: Iterable[str]) -> tuple[ReceiptOut, ...]:
    """The receipts that this node signed for these copies, from stored to taken on."""
    query = select(receipts_out).where(receipts_out.c.copy_id.in_(list(copy_ids)))
    return tuple(sorted(select_all(connection, ReceiptOut, query), key=lambda r: rank(r.kind)))


def ready(connection: Connection, now: datetime) -> tuple[tuple[ReceivedCopy, Mark | None], ...]:
    """The copies that may be handed over now, at most one of each lane beside U0, with the mark they get."""
    table = received_copies.c
    waiting = select_all(
        connection,
        ReceivedCopy,
        select(received_copies).where(table.handed_over_at.is_(None)).order_by(table.urgency, table.number),
    )
    first: dict[tuple[str, str], ReceivedCopy] = {}
    for copy in sorted(waiting, key=lambda one: one.number):
        first.setdefault((copy.case_id, copy.role), copy)
    found: list[tuple[ReceivedCopy, Mark | None]] = []
    for copy in waiting:
        follows = copy.number <= passed(connection, copy.case_id, copy.role) + 1
        is_first = first[copy.case_id, copy.role] is copy
        if copy.urgency == Urgency.U0 or (is_first and follows):
            found.append((copy, None if is_first and follows else Mark.PREDECESSOR_MISSING))
        elif is_first and waited_enough(copy, now):
            found.append((copy, Mark.PREDECESSOR_MISSING))
    return tuple(found)


def waited_enough(copy: ReceivedCopy, now: datetime) -> bool:
    """Whether this copy has waited for a missing predecessor as long as its urgency allows."""
    return now >= parse_time(copy.received_at) + ACK_WITHIN[Urgency(copy.urgency)]


def passed(connection: Connection, case_id: str, role: str) -> int:
    """The number up to which this lane is done; 0 for a lane in which nothing was."""
    query = select(lanes.c.passed).where(lanes.c.case_id == case_id, lanes.c.role == role)
    return int(connection.execute(query).scalar() or 0)


def record_hand_over(
    connection: Connection, copy: ReceivedCopy, handed: Handed, mark: Mark | None, now: datetime
) -> None:
    """The agency's system has the copy; its lane goes on after it, except where U0 only overtook."""
    connection.execute(
        update(received_copies)
        .where(received_copies.c.copy_id == copy.copy_id)
        .values(
            handed_over_at=rfc3339(now), reference=None if handed.in_node else handed.reference, mark=mark
        )
    )
    gives_up = mark is not None and copy.urgency != Urgency.U0
    advance(connection, copy.case_id, copy.role, at_least=copy.number if gives_up else 0)


def advance(connection: Connection, case_id: str, role: str, *, at_least: int = 0) -> None:
    """Moves the lane over every number that was handed over or refused, and to `at_least` for one that is given up."""
    before = passed(connection, case_id, role)
    table, refused = received_copies.c, quarantine.c
    handed = select(table.number).where(
        table.case_id == case_id, table.role == role, table.handed_over_at.is_not(None)
    )
    away = select(refused.number).where(
        refused.case_id == case_id, refused.role == role, refused.number.is_not(None)
    )
    back = select(recalls_in.c.number).where(recalls_in.c.case_id == case_id, recalls_in.c.role == role)
    settled = set(connection.execute(union(handed, away, back)).scalars())
    reached = max(before, at_least)
    while reached + 1 in settled:
        reached += 1
    if reached > before:
        statement = upsert(lanes).values(case_id=case_id, role=role, passed=reached)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["case_id", "role"], set_={"passed": reached})
        )


def next_gap_ends(connection: Connection) -> datetime | None:
    """When the first waiting copy has waited enough; None when nothing waits."""
    table = received_copies.c
    query = (
        select(table.urgency, func.min(table.received_at))
        .where(table.handed_over_at.is_(None))
        .group_by(table.urgency)
    )
    ends = [
        parse_time(since) + ACK_WITHIN[Urgency(urgency)] for urgency, since in connection.execute(query).all()
    ]
    return min(ends, default=None)
