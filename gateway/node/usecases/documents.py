"""Documents that the agency stores at its own node, and how a message names them.

A document is stored first, and named in the content of a message by its size and digest after that. The bytes are
written under a key of their own while they come in, so that they are never in clear on the disk.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.content_schema import check_content
from gateway.domain.documents import document_fields
from gateway.domain.errors import Cause, InvalidInput, TooManyRequests
from gateway.domain.identifiers import new_id
from gateway.node.documents.pdf_check import LOOK_AT_END, check_name, check_pdf
from gateway.node.documents.template import DocumentTemplate, template_for
from gateway.node.storage import documents
from gateway.node.storage.database import Connection, StorageUnavailable
from gateway.node.storage.document_rows import OutgoingDocument, OwnDocument, Transfer
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.byte_stream import KEY_BYTES, NONCE_BYTES, decrypted, encryptor
from gateway.protocol.canonical import b64u, unb64u
from gateway.protocol.document import MAX_DOCUMENT, DocumentReference, too_large
from gateway.protocol.files import pieces_of, write_pieces

PER_DAY: Final = 2 * 1024 * 1024 * 1024
"""Bytes that the people and systems of one agency may store at its node in 24 hours."""
QUOTA_RETRY_S: Final = 3600
DISK_RETRY_S: Final = 60
MEDIA_TYPE: Final = "application/pdf"


@dataclass(slots=True)
class _Seen:
    """What is known of a document while it comes in."""

    digest: "hashlib._Hash"
    size: int = 0
    start: bytes = b""
    end: bytes = b""

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > MAX_DOCUMENT:
            raise too_large()
        self.digest.update(piece)
        if len(self.start) < LOOK_AT_END:
            self.start = (self.start + piece)[:LOOK_AT_END]
        self.end = (self.end + piece)[-LOOK_AT_END:]


async def keep_document(
    parts: Parts, person: Person, name: str, stream: AsyncIterator[bytes]
) -> DocumentReference:
    """How a message names the document, which is now stored. The same bytes again are stored once.

    Raises InvalidInput for what is no PDF, PayloadTooLarge, TooManyRequests, StorageUnavailable: then nothing is kept.
    """
    check_name(name)
    await _require_room(parts)
    document_id, key, nonce = new_id(), secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
    seen, path = _Seen(hashlib.sha256()), parts.documents.own(document_id)

    async def sealed() -> AsyncIterator[bytes]:
        cipher = encryptor(key, nonce, document_id.encode())
        async for piece in stream:
            seen.take(piece)
            yield cipher.update(piece)
        check_pdf(seen.start, seen.end)
        yield cipher.finalize() + cipher.tag

    try:
        await write_pieces(path, sealed())
    except OSError as error:
        raise StorageUnavailable(retry_after_s=DISK_RETRY_S, code="opslag-vol") from error
    sha256 = seen.digest.hexdigest()
    row = OwnDocument(
        document_id=document_id,
        mac=_mac(parts, sha256),
        size=seen.size,
        sealed=parts.own_seal.seal(
            {"sleutel": b64u(key), "nonce": b64u(nonce), "sha256": sha256},
            belongs_to=_belongs_to(document_id),
        ),
        staff=person.staff,
        made_at=rfc3339(parts.clock()),
    )
    first = await parts.database.write(lambda c: documents.insert_own(c, row))
    if first.document_id != document_id:
        path.unlink(missing_ok=True)
    return DocumentReference(bestandsnaam=name, mediatype=MEDIA_TYPE, omvang_bytes=seen.size, sha256=sha256)


async def make_document(
    parts: Parts, person: Person, *, role: str, name: str, message_type: str, content: Mapping[str, Any]
) -> DocumentReference:
    """The document of a message, made from its fields with the template of the agency's municipality, and stored.

    Raises Refused for a role that is not the person's, InvalidInput with every mistake in the content and every field
    that the template needs, and what `keep_document` raises.
    """
    person.require_role(role)
    kind = catalogue().message(message_type)
    municipalities = parts.agency.municipalities
    own = next(iter(municipalities)) if len(municipalities) == 1 else None
    template = template_for(message_type, own)
    if template is None:
        cause = _cause("/type", "geen-sjabloon", "Van dit bericht wordt geen document gemaakt.")
        raise InvalidInput(causes=(cause,))
    check_content(kind, content)
    pdf = await asyncio.to_thread(_rendered, template, content, simulation=parts.registry().simulation)

    async def whole() -> AsyncIterator[bytes]:
        yield pdf

    return await keep_document(parts, person, name, whole())


def _rendered(template: DocumentTemplate, content: Mapping[str, Any], *, simulation: bool) -> bytes:
    # What makes PDFs is a tenth of the memory of every process that imports it, and most make none.
    from gateway.node.documents.rendering import render  # noqa: PLC0415

    return render(template, content, simulation=simulation)


async def require_documents(parts: Parts, draft: Draft) -> None:
    """Raises InvalidInput with every document that the content names and that is not stored here."""
    causes = await parts.database.read(lambda c: tuple(_unknown(parts, c, draft, draft.content)))
    if causes:
        raise InvalidInput(code="document-onbekend", causes=causes)


def note_documents(
    parts: Parts, connection: Connection, draft: Draft, content: Mapping[str, Any], copy_id: str
) -> None:
    """The documents that this copy still names after masking go with it. Raises InvalidInput as `require_documents`."""
    causes = tuple(_unknown(parts, connection, draft, content))
    if causes:
        raise InvalidInput(code="document-onbekend", causes=causes)
    for field, reference in _references(draft, content):
        found = documents.find_own(connection, _mac(parts, reference.sha256))
        if found is not None:
            row = OutgoingDocument(
                copy_id=copy_id,
                field=field,
                message_id=draft.message_id,
                document_id=found.document_id,
                state=Transfer.WAITING,
                reason=None,
                attempts=0,
                not_before=rfc3339(parts.clock()),
            )
            documents.insert_outgoing(connection, row)


def own_pieces(parts: Parts, document: OwnDocument) -> tuple[str, Iterator[bytes]]:
    """The digest and the bytes of a document of ours. Raises InvalidInput when the file was tampered with, OSError."""
    secret = parts.own_seal.open(document.sealed, belongs_to=_belongs_to(document.document_id))
    pieces = decrypted(
        pieces_of(parts.documents.own(document.document_id)),
        key=unb64u(secret["sleutel"]),
        nonce=unb64u(secret["nonce"]),
        bound_to=document.document_id.encode(),
    )
    return str(secret["sha256"]), pieces


def _references(draft: Draft, content: Mapping[str, Any]) -> Iterator[tuple[str, DocumentReference]]:
    for field in document_fields(draft.type):
        if field in content:
            yield field, DocumentReference.parse(content[field])


def _unknown(
    parts: Parts, connection: Connection, draft: Draft, content: Mapping[str, Any]
) -> Iterator[Cause]:
    for field, reference in _references(draft, content):
        found = documents.find_own(connection, _mac(parts, reference.sha256))
        if found is None:
            yield _cause(f"/inhoud/{field}/sha256", "document-onbekend", "Sla het document eerst op.")
        elif found.size != reference.omvang_bytes:
            yield _cause(f"/inhoud/{field}/omvang_bytes", "waarde", "Het document heeft een andere omvang.")


def _cause(pointer: str, code: str, nl: str) -> Cause:
    return Cause(
        pointer=pointer,
        code=code,
        detail_nl=nl,
        detail_en="Store the document first, and name it as answered.",
    )


async def _require_room(parts: Parts) -> None:
    since = parts.clock() - timedelta(days=1)
    if await parts.database.read(lambda c: documents.bytes_kept_since(c, since)) > PER_DAY:
        raise TooManyRequests(retry_after_s=QUOTA_RETRY_S, code="documenten-quotum")


def _mac(parts: Parts, sha256: str) -> str:
    return hmac.new(parts.database.secret, f"document:{sha256}".encode(), hashlib.sha256).hexdigest()


def _belongs_to(document_id: str) -> str:
    return f"document:{document_id}"
