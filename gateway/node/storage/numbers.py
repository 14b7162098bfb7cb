"""The sender's own count of copies (`afzendernummer`), per case and recipient, from 1.

A number is taken in the transaction that stores the signed copy, so none is lost in a crash. One whose submission was
finally refused stays on a list until a later copy that names it was accepted: without that, its recipient would take
it for a message that the hub dropped.
"""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from gateway.node.storage.rows import SentCopy
from gateway.node.storage.sent import SentState
from gateway.node.storage.tables import (
    outbox,
    sent_copies,
    sent_messages,
    sequence_numbers,
    unused_numbers,
)


def next_number(connection: Connection, case_id: str, oin: str, role: str) -> int:
    """Takes the next number."""
    statement = upsert(sequence_numbers).values(case_id=case_id, oin=oin, role=role, last=1)
    taken = statement.on_conflict_do_update(
        index_elements=["case_id", "oin", "role"], set_={"last": sequence_numbers.c.last + 1}
    ).returning(sequence_numbers.c.last)
    return int(connection.execute(taken).scalar_one())


def unused(connection: Connection, case_id: str, oin: str, role: str) -> list[int]:
    """The numbers that the next copy must name as unused, ascending."""
    table = unused_numbers.c
    query = select(table.number).where(table.case_id == case_id, table.oin == oin, table.role == role)
    return list(connection.execute(query.order_by(table.number)).scalars())


def under_way(
    connection: Connection, case_id: str, oin: str, role: str, *, message_id: str, urgent: bool
) -> list[int]:
    """The numbers that a copy of this message may overtake, ascending: an urgent one those of every other message that
    waits for the hub, any other those of messages behind it, which are lower when it was composed again."""
    copies, messages, item = sent_copies.c, sent_messages.c, outbox.c.item_id
    query = (
        select(copies.number)
        .join(sent_messages, messages.message_id == copies.message_id)
        .join(outbox, outbox.c.message_id == copies.message_id)
        .where(copies.case_id == case_id, copies.oin == oin, copies.role == role)
        .where(messages.state == SentState.WAITING, messages.message_id != message_id)
    )
    if not urgent:
        mine = select(item).where(outbox.c.message_id == message_id).scalar_subquery()
        query = query.where(item > mine)
    return list(connection.execute(query.order_by(copies.number)).scalars())


def give_up(connection: Connection, copies: Iterable[SentCopy]) -> None:
    """The numbers of these copies will never come."""
    for copy in copies:
        connection.execute(
            insert(unused_numbers).prefix_with("OR IGNORE"),
            {"case_id": copy.case_id, "oin": copy.oin, "role": copy.role, "number": copy.number},
        )


def told(connection: Connection, copies: Iterable[SentCopy]) -> None:
    """These copies were accepted: the numbers that they name need not be named again."""
    table = unused_numbers.c
    for copy in copies:
        same = (table.case_id == copy.case_id) & (table.oin == copy.oin) & (table.role == copy.role)
        connection.execute(delete(unused_numbers).where(same, table.number.in_(json.loads(copy.unused))))
