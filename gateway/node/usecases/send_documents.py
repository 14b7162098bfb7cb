"""Sends the documents of copies that the hub accepted.

The sealed part is written before it is sent and sent verbatim until the hub answers, so that a retry is never taken for
another document. What the hub refuses for good is kept with its reason; what it cannot answer now goes later.
"""

import asyncio
import logging
from typing import Final

from gateway.domain.errors import SchakelError, Unavailable
from gateway.node.hub_link.problems import error_of
from gateway.node.storage import documents, sent
from gateway.node.storage.database import Connection
from gateway.node.storage.document_rows import OutgoingDocument, OwnDocument, Transfer
from gateway.node.storage.rows import SentCopy
from gateway.node.usecases.documents import MEDIA_TYPE, own_pieces
from gateway.node.usecases.parts import Parts
from gateway.protocol.document import DocumentContext, DocumentReference, seal_document
from gateway.protocol.wire import OinRole

logger = logging.getLogger(__name__)

AT_ONCE: Final = 2
_LATER: Final = frozenset({401, 408, 425, 429, 500, 502, 503, 504})


async def send_documents(parts: Parts) -> int:
    """Tries every document whose time has come, the most urgent first; how many were tried."""
    now = parts.clock()
    due = await parts.database.read(lambda c: documents.due_outgoing(c, now, AT_ONCE))
    await asyncio.gather(*(_send(parts, document) for document in due))
    return len(due)


async def _send(parts: Parts, document: OutgoingDocument) -> None:
    part = parts.documents.outgoing(document.copy_id, document.field)
    try:
        if not part.exists():
            await _seal(parts, document)
        answer = await parts.document_hub.put(document.copy_id, document.field, part)
    except (SchakelError, OSError, LookupError) as error:
        code = error.code if isinstance(error, SchakelError) else type(error).__name__
        log = logger.info if isinstance(error, Unavailable) else logger.error
        log("a document could not be sent", extra={"copy_id": document.copy_id, "code": code})
        await parts.database.write(lambda c: documents.later_outgoing(c, document, parts.clock()))
        return
    if answer.status in _LATER:
        await parts.database.write(lambda c: documents.later_outgoing(c, document, parts.clock()))
        return
    state, reason = Transfer.DONE, None
    if answer.is_problem:
        state, reason = Transfer.REFUSED, error_of(answer).code
        extra = {"copy_id": document.copy_id, "code": reason}
        logger.warning("the hub refused a document", extra=extra)
    await parts.database.write(lambda c: documents.settle_outgoing(c, document, state, reason))
    part.unlink(missing_ok=True)


async def _seal(parts: Parts, document: OutgoingDocument) -> None:
    def load(connection: Connection) -> tuple[OwnDocument, SentCopy | None]:
        own = documents.own_document(connection, document.document_id)
        return own, sent.find_copy(connection, document.copy_id)

    own, copy = await parts.database.read(load)
    if copy is None:
        raise LookupError(f"no copy {document.copy_id} was sent")
    key = parts.registry().participant(copy.oin).sealing_key(parts.clock())
    sha256, pieces = own_pieces(parts, own)
    context = DocumentContext(
        kopie_id=copy.copy_id,
        bericht_id=copy.message_id,
        zaak_id=copy.case_id,
        veld=document.field,
        ontvanger=OinRole(oin=copy.oin, rol=copy.role),
        ontvanger_kid=key.kid,
    )
    reference = DocumentReference(bestandsnaam="", mediatype=MEDIA_TYPE, omvang_bytes=own.size, sha256=sha256)
    await asyncio.to_thread(
        seal_document,
        pieces,
        reference,
        context,
        to=key,
        by=parts.signing_key,
        into=parts.documents.outgoing(document.copy_id, document.field),
    )
