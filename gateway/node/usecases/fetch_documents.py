"""Fetches the documents that received copies name, and verifies each before anybody may see it.

A document that is not there yet is asked for again; its sender may still be sending it. One that is not what the copy
says is set aside as it came, and its copy is reported with the sender's own signature. A copy is complete, and gets its
receipt `functioneel`, when it was handed over and its last document is here. The content of a copy never waits longer
for a document than for a predecessor, and U0 not at all: it then goes with the mark `document_ontbreekt`.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import InvalidInput, SchakelError
from gateway.node.storage import documents, outbox, received
from gateway.node.storage.database import Connection
from gateway.node.storage.document_rows import IncomingDocument, Transfer
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.kept import jws_of, open_kept
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.quarantine import LONGEST_REASON
from gateway.node.usecases.recalled import is_recalled
from gateway.node.usecases.receipts import give_receipt
from gateway.protocol.document import DocumentReference
from gateway.protocol.document_opening import OpenDocument, Place, open_document
from gateway.protocol.receipt import REJECTION, ReceiptBody, Rejection
from gateway.protocol.wire import OinRole

logger = logging.getLogger(__name__)

AT_ONCE: Final = 4
IDLE_S: Final = 5.0
SHORTEST_S: Final = 0.2  # a document of a message that waits itself is due, and may not go
REFUSED: Final = "document-afgekeurd"


class _Bad(Exception):
    """The part came, and is not the document of the copy."""

    def __init__(self, error: InvalidInput) -> None:
        super().__init__(error.code)
        self.error = error


async def fetch_documents(parts: Parts) -> int:
    """Tries every document whose time has come, the most urgent first; how many were tried."""
    now = parts.clock()
    due = await parts.database.read(lambda c: documents.due_incoming(c, now, AT_ONCE))
    await asyncio.gather(*(_fetch(parts, document) for document in due))
    return len(due)


async def wait_for_documents(parts: Parts) -> None:
    """Returns when a document may go or come, or when the next may be tried again."""
    due = await parts.database.read(documents.next_document)
    wait_s = IDLE_S if due is None else (parse_time(due) - parts.clock()).total_seconds()
    await parts.to_documents.wait(min(max(wait_s, SHORTEST_S), IDLE_S))


def verified_document(parts: Parts, copy: ReceivedCopy, field: str) -> OpenDocument:
    """The document, verified from the bytes that came. Blocks. Raises InvalidInput, OSError."""
    opened = open_kept(parts, copy)
    place = Place(
        copy_id=copy.copy_id,
        message_id=copy.message_id,
        case_id=copy.case_id,
        field=field,
        role=copy.role,
        oin=parts.oin,
        reference=DocumentReference.parse(opened.content.get(field)),
    )
    sender = parts.registry().participant(copy.sender_oin).verification_key
    path = parts.documents.incoming(copy.copy_id, field)
    return open_document(path, place, sender=sender, keys=parts.opening_keys)


async def _fetch(parts: Parts, document: IncomingDocument) -> None:
    try:
        is_here = await _got(parts, document)
    except _Bad as bad:
        error = bad.error
        await _settle(parts, document, lambda c: _set_aside(parts, c, document, error, parts.clock()))
        parts.to_hub.ring()
        parts.to_agency.ring()
        return
    except (SchakelError, OSError) as failed:
        is_here = False
        code = failed.code if isinstance(failed, SchakelError) else type(failed).__name__
        logger.info("a document could not be fetched", extra={"copy_id": document.copy_id, "code": code})
    if not is_here:
        await parts.database.write(lambda c: documents.later_incoming(c, document, parts.clock()))
        return
    await _settle(parts, document, lambda c: _complete(parts, c, document, parts.clock()))
    parts.to_hub.ring()
    parts.to_agency.ring()


async def _settle(parts: Parts, document: IncomingDocument, settle: Callable[[Connection], None]) -> None:
    """A copy that was taken back while its document came keeps nothing of it."""

    def unless_taken_back(connection: Connection) -> bool:
        if is_recalled(connection, document.copy_id):
            return False
        settle(connection)
        return True

    if not await parts.database.write(unless_taken_back):
        parts.documents.forget_copies({document.copy_id})


async def _got(parts: Parts, document: IncomingDocument) -> bool:
    """Whether the document is here and good. Raises _Bad, and SchakelError or OSError when it cannot be had now."""
    path = parts.documents.incoming(document.copy_id, document.field)
    copy = await parts.database.read(lambda c: received.find_received(c, document.copy_id))
    if copy is None:
        return False
    if not path.exists():
        try:
            answer = await parts.document_hub.fetch(document.copy_id, document.field, path)
        except InvalidInput as error:  # more than a document may be
            raise _Bad(error) from error
        if answer.status != 200:
            return False
    try:
        await asyncio.to_thread(verified_document, parts, copy, document.field)
    except InvalidInput as error:
        path.replace(parts.documents.aside(document.copy_id, document.field))
        raise _Bad(error) from error
    return True


def _complete(parts: Parts, connection: Connection, document: IncomingDocument, now: datetime) -> None:
    documents.settle_incoming(connection, document, Transfer.DONE, None, now)
    copy = received.find_received(connection, document.copy_id)
    is_handed_over = copy is not None and copy.handed_over_at is not None
    if copy is not None and is_handed_over and documents.is_complete(connection, copy.copy_id):
        give_receipt(parts, connection, copy, "functioneel", now)


def _set_aside(
    parts: Parts, connection: Connection, document: IncomingDocument, error: InvalidInput, now: datetime
) -> None:
    """Recorded and reported in one transaction, once."""
    reason = ", ".join([REFUSED, error.code, *(cause.code for cause in error.causes)])[:LONGEST_REASON]
    documents.settle_incoming(connection, document, Transfer.REFUSED, reason, now)
    extra = {"copy_id": document.copy_id, "case_id": document.case_id}
    logger.warning("a document was set aside: %s", reason, extra=extra)
    copy = received.find_received(connection, document.copy_id)
    if copy is None:
        return
    rejection = Rejection(
        kopie_id=copy.copy_id,
        ontvanger=OinRole(oin=parts.oin, rol=copy.role),
        reden=REFUSED,
        tijdstip=rfc3339(now),
        bewijs=jws_of(copy),
    )
    body = ReceiptBody(afkeuring=parts.signing_key.sign(rejection, typ=REJECTION)).canonical()
    outbox.put_report(connection, case_id=copy.case_id, copy_id=copy.copy_id, body=body, now=now)
