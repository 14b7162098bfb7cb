"""Documents of a node: its own, those that go with its copies, and those that other agencies' copies name."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from gateway.domain.clock import rfc3339
from gateway.domain.urgency import Urgency
from gateway.node.storage.document_rows import IncomingDocument, OutgoingDocument, OwnDocument, Transfer
from gateway.node.storage.received import waited_enough
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.storage.selecting import select_all, select_one
from gateway.node.storage.sent import SentState
from gateway.node.storage.tables import (
    incoming_documents,
    outgoing_documents,
    own_documents,
    received_copies,
    sent_copies,
    sent_messages,
)

FIRST_RETRY: Final = timedelta(seconds=1)
LAST_RETRY: Final = timedelta(minutes=1)


def find_own(connection: Connection, mac: str) -> OwnDocument | None:
    return select_one(connection, OwnDocument, select(own_documents).where(own_documents.c.mac == mac))


def own_document(connection: Connection, document_id: str) -> OwnDocument:
    """Raises LookupError: a document that a copy names is never removed before the copy."""
    query = select(own_documents).where(own_documents.c.document_id == document_id)
    found = select_one(connection, OwnDocument, query)
    if found is None:
        raise LookupError(f"no document {document_id} is stored")
    return found


def own_ids(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(own_documents.c.document_id)).scalars())


def insert_own(connection: Connection, document: OwnDocument) -> OwnDocument:
    """This document, or the one with the same bytes that came first."""
    connection.execute(insert(own_documents).prefix_with("OR IGNORE"), asdict(document))
    return find_own(connection, document.mac) or document


def bytes_kept_since(connection: Connection, since: datetime) -> int:
    """The bytes of the documents that were stored since then."""
    query = select(func.sum(own_documents.c.size)).where(own_documents.c.made_at >= rfc3339(since))
    return int(connection.execute(query).scalar() or 0)


def insert_outgoing(connection: Connection, document: OutgoingDocument) -> None:
    connection.execute(insert(outgoing_documents), asdict(document))


def due_outgoing(connection: Connection, now: datetime, limit: int) -> tuple[OutgoingDocument, ...]:
    """What may go now: the hub accepted the message, and the copy is one of those that it accepted. A message that was
    composed again has other copies; the documents of the older ones never go."""
    table = outgoing_documents.c
    query = (
        select(outgoing_documents)
        .join(sent_messages, sent_messages.c.message_id == table.message_id)
        .join(sent_copies, sent_copies.c.copy_id == table.copy_id)
        .where(
            table.state == Transfer.WAITING,
            table.not_before <= rfc3339(now),
            sent_messages.c.state == SentState.ACCEPTED,
        )
        .order_by(sent_messages.c.urgency, table.not_before)
        .limit(limit)
    )
    return select_all(connection, OutgoingDocument, query)


def outgoing_of(connection: Connection, message_id: str) -> tuple[OutgoingDocument, ...]:
    query = select(outgoing_documents).where(outgoing_documents.c.message_id == message_id)
    return select_all(connection, OutgoingDocument, query)


def forget_void(connection: Connection, message_id: str) -> None:
    """A message is composed again: the documents of its older copies go nowhere."""
    connection.execute(delete(outgoing_documents).where(outgoing_documents.c.message_id == message_id))


def expect(connection: Connection, copy: ReceivedCopy, fields: Iterable[str], now: datetime) -> None:
    """The copy names documents in these fields, which are fetched from now on."""
    for field in fields:
        row = IncomingDocument(
            copy_id=copy.copy_id,
            field=field,
            case_id=copy.case_id,
            state=Transfer.WAITING,
            reason=None,
            attempts=0,
            not_before=rfc3339(now),
            expected_at=rfc3339(now),
            settled_at=None,
        )
        connection.execute(insert(incoming_documents), asdict(row))


def due_incoming(connection: Connection, now: datetime, limit: int) -> tuple[IncomingDocument, ...]:
    """What may be fetched now, the most urgent first."""
    table = incoming_documents.c
    query = (
        select(incoming_documents)
        .join(received_copies, received_copies.c.copy_id == table.copy_id)
        .where(table.state == Transfer.WAITING, table.not_before <= rfc3339(now))
        .order_by(received_copies.c.urgency, table.not_before)
        .limit(limit)
    )
    return select_all(connection, IncomingDocument, query)


def incoming_of(connection: Connection, copy_ids: Collection[str]) -> tuple[IncomingDocument, ...]:
    query = select(incoming_documents).where(incoming_documents.c.copy_id.in_(copy_ids))
    return select_all(connection, IncomingDocument, query.order_by(incoming_documents.c.field))


def holds_up(connection: Connection, copy: ReceivedCopy, now: datetime) -> bool:
    """Whether the copy waits for a document before it is handed over: at most as long as for a predecessor, and U0
    never."""
    if copy.urgency == Urgency.U0 or waited_enough(copy, now):
        return False
    return any(each.state == Transfer.WAITING for each in incoming_of(connection, [copy.copy_id]))


def is_complete(connection: Connection, copy_id: str) -> bool:
    """Whether every document that the copy names is here and verified."""
    return all(each.state == Transfer.DONE for each in incoming_of(connection, [copy_id]))


def never_fetch(connection: Connection, copy_id: str, reason: str) -> None:
    """What was on its way for this copy is not asked for any more."""
    table = incoming_documents.c
    waiting = (table.copy_id == copy_id) & (table.state == Transfer.WAITING)
    values = {"state": Transfer.REFUSED, "reason": reason}
    connection.execute(update(incoming_documents).where(waiting).values(**values))


def settle_outgoing(
    connection: Connection, document: OutgoingDocument, state: Transfer, reason: str | None
) -> None:
    _set(connection, outgoing_documents, document, {"state": state, "reason": reason})


def settle_incoming(
    connection: Connection, document: IncomingDocument, state: Transfer, reason: str | None, now: datetime
) -> None:
    values = {"state": state, "reason": reason, "settled_at": rfc3339(now)}
    _set(connection, incoming_documents, document, values)


def later_outgoing(connection: Connection, document: OutgoingDocument, now: datetime) -> None:
    _set(connection, outgoing_documents, document, _later(document, now))


def later_incoming(connection: Connection, document: IncomingDocument, now: datetime) -> None:
    _set(connection, incoming_documents, document, _later(document, now))


def next_document(connection: Connection) -> str | None:
    """When the next document may be tried; None when none waits."""
    found = [
        connection.execute(
            select(func.min(table.c.not_before)).where(table.c.state == Transfer.WAITING)
        ).scalar()
        for table in (outgoing_documents, incoming_documents)
    ]
    return min((each for each in found if each is not None), default=None)


def _later(document: OutgoingDocument | IncomingDocument, now: datetime) -> Mapping[str, object]:
    pause = min(FIRST_RETRY * 2 ** min(document.attempts, 10), LAST_RETRY)
    return {"attempts": document.attempts + 1, "not_before": rfc3339(now + pause)}


def _set(
    connection: Connection,
    table: Table,
    document: OutgoingDocument | IncomingDocument,
    values: Mapping[str, object],
) -> None:
    same = (table.c.copy_id == document.copy_id) & (table.c.field == document.field)
    connection.execute(update(table).where(same).values(**values))
