"""A person opens a document of a copy. The same decision as for the copy itself, asked again at the hub; the document
is shown when that decision shows its whole field, and it was verified. The receipt is that of opening the copy."""

import asyncio
from dataclasses import dataclass

from gateway.domain.catalogue import catalogue
from gateway.domain.documents import document_fields
from gateway.domain.errors import Conflict, NotFound, Refused, Unavailable
from gateway.node.documents.pdf_check import safe_name
from gateway.node.storage import documents
from gateway.node.storage.document_rows import IncomingDocument, Transfer
from gateway.node.usecases.fetch_documents import verified_document
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.read import find_addressed, find_seen, read_copy, require_still_here
from gateway.protocol.document_opening import OpenDocument

RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDocument:
    """A document that this person may have, under a name that is safe to save."""

    name: str
    size: int
    document: OpenDocument


async def documents_of(parts: Parts, person: Person, copy_id: str) -> tuple[IncomingDocument, ...]:
    """The documents that a copy for this person names, without their content. Raises NotFound, Unavailable."""
    copy = await find_seen(parts, person, copy_id)
    await require_still_here(parts, copy)
    return await parts.database.read(lambda c: documents.incoming_of(c, [copy_id]))


async def read_document(
    parts: Parts, person: Person, copy_id: str, field: str, *, purpose: str | None
) -> ShownDocument:
    """Raises NotFound, Refused with the reason when the field is withheld, what the hub refuses with, Unavailable while
    the document is on its way, and Conflict for one that was set aside."""
    copy = await find_addressed(parts, person, copy_id)
    if field not in document_fields(catalogue().message(copy.message_type)):
        raise NotFound
    reading = await read_copy(parts, person, copy_id, purpose=purpose)
    withheld = next((each for each in reading.left_out if each.field == field), None)
    if withheld is not None:
        raise Refused(
            rule=withheld.rule,
            article=withheld.article,
            detail_nl=withheld.reason_nl,
            detail_en=withheld.reason_en,
        )
    reference = reading.content.get(field)
    if reference is None:
        raise NotFound
    row = await parts.database.read(
        lambda c: next((d for d in documents.incoming_of(c, [copy_id]) if d.field == field), None)
    )
    if row is not None and row.state == Transfer.REFUSED:
        raise Conflict(
            code="document-afgekeurd",
            detail_nl="Dit document klopte niet en is apart gezet. De afzender weet het.",
            detail_en="This document was not as its message says and was set aside. Its sender knows.",
        )
    if row is None or row.state != Transfer.DONE:
        raise Unavailable(
            retry_after_s=RETRY_AFTER_S,
            code="document-onderweg",
            detail_nl="Dit document is nog niet binnen. Het komt vanzelf.",
            detail_en="This document has not come in yet. It comes by itself.",
        )
    opened = await asyncio.to_thread(verified_document, parts, copy, field)
    return ShownDocument(
        name=safe_name(str(reference["bestandsnaam"])), size=int(reference["omvang_bytes"]), document=opened
    )
