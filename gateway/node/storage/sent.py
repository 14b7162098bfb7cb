"""Messages of ours and their copies: what was signed, and where each copy is."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from gateway.domain.urgency import Urgency
from gateway.node.storage.rows import ReceiptIn, SentCopy, SentMessage
from gateway.node.storage.selecting import select_all, select_one
from gateway.node.storage.tables import receipts_in, sent_copies, sent_messages


class SentState(StrEnum):
    """Where a message of ours stands at the hub."""

    WAITING = "wacht"
    ACCEPTED = "aangenomen"
    REFUSED = "geweigerd"


# How far a copy came; a status never goes back. `wacht` and `gepubliceerd` come from the hub, the rest from receipts.
PROGRESS: Final = ("wacht", "gepubliceerd", "technisch", "functioneel", "geopend", "aanvaard")
REJECTED: Final = "afgekeurd"
RECALLED: Final = "teruggehaald"
_ENDS: Final = frozenset({REJECTED, RECALLED})


def insert_message(connection: Connection, message: SentMessage, copies: Sequence[SentCopy]) -> None:
    connection.execute(insert(sent_messages), asdict(message))
    _insert_copies(connection, copies)


def replace_submission(
    connection: Connection,
    message_id: str,
    *,
    body: bytes,
    plan: str,
    urgency: str,
    copies: Sequence[SentCopy],
) -> None:
    """Other bytes under the same id, for a plan that became stale or a signature that became old."""
    connection.execute(delete(sent_copies).where(sent_copies.c.message_id == message_id))
    _insert_copies(connection, copies)
    connection.execute(
        update(sent_messages)
        .where(sent_messages.c.message_id == message_id)
        .values(body=body, plan=plan, urgency=urgency, attempt=sent_messages.c.attempt + 1)
    )


def find_message(connection: Connection, message_id: str) -> SentMessage | None:
    return select_one(
        connection, SentMessage, select(sent_messages).where(sent_messages.c.message_id == message_id)
    )


def messages_of(connection: Connection, roles: Collection[str]) -> tuple[SentMessage, ...]:
    """What was sent in these roles, newest first."""
    query = select(sent_messages).where(sent_messages.c.role.in_(roles))
    return select_all(connection, SentMessage, query.order_by(sent_messages.c.created_at.desc()))


def messages_in_case(connection: Connection, case_id: str, types: Collection[str]) -> tuple[SentMessage, ...]:
    """The messages of these types that were sent in the case, oldest first."""
    table = sent_messages.c
    query = select(sent_messages).where(table.case_id == case_id, table.message_type.in_(list(types)))
    return select_all(connection, SentMessage, query.order_by(table.created_at))


def urgent_waits(connection: Connection, case_id: str) -> bool:
    """Whether a U0 message of the case waits for the hub, itself or behind an older one."""
    table = sent_messages.c
    waits = (
        table.case_id == case_id,
        table.state == SentState.WAITING,
        table.urgency == Urgency.U0.value,
    )
    return connection.execute(select(table.message_id).where(*waits).limit(1)).first() is not None


def record_answer(
    connection: Connection, message_id: str, *, state: SentState, status: int, answer: str, now: str
) -> None:
    connection.execute(
        update(sent_messages)
        .where(sent_messages.c.message_id == message_id, sent_messages.c.state == SentState.WAITING)
        .values(state=state, answer_status=status, answer=answer, answered_at=now)
    )


def copies_of(connection: Connection, message_id: str) -> tuple[SentCopy, ...]:
    query = select(sent_copies).where(sent_copies.c.message_id == message_id)
    return select_all(connection, SentCopy, query.order_by(sent_copies.c.oin, sent_copies.c.role))


def find_copy(connection: Connection, copy_id: str) -> SentCopy | None:
    return select_one(connection, SentCopy, select(sent_copies).where(sent_copies.c.copy_id == copy_id))


def raise_status(connection: Connection, copy: SentCopy, status: str, now: str) -> None:
    """Nothing happens when the copy already came that far, was rejected by its recipient or was taken back by us."""
    if copy.status not in _ENDS and (status in _ENDS or rank(status) > rank(copy.status)):
        connection.execute(
            update(sent_copies)
            .where(sent_copies.c.copy_id == copy.copy_id)
            .values(status=status, status_at=now)
        )


def insert_receipt_in(connection: Connection, receipt: ReceiptIn) -> None:
    """Nothing happens when it came before."""
    connection.execute(insert(receipts_in).prefix_with("OR IGNORE"), asdict(receipt))


def receipts_for(connection: Connection, message_id: str) -> tuple[ReceiptIn, ...]:
    """The receipts of all copies of a message, from stored to taken on."""
    of_message = select(sent_copies.c.copy_id).where(sent_copies.c.message_id == message_id)
    query = select(receipts_in).where(receipts_in.c.copy_id.in_(of_message))
    return tuple(sorted(select_all(connection, ReceiptIn, query), key=lambda r: rank(r.kind)))


def _insert_copies(connection: Connection, copies: Sequence[SentCopy]) -> None:
    if copies:
        connection.execute(insert(sent_copies), [asdict(copy) for copy in copies])


def rank(status: str) -> int:
    """How far a copy is; also the order of the kinds of receipts."""
    return PROGRESS.index(status) if status in PROGRESS else -1
