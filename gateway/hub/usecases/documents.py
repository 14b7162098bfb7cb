"""Documents of copies: taken from the sender of a copy once it was accepted, and given to its recipient alone.

A document is taken only for a field of a copy that this agency sent and whose manifest allows that field: what was not
decided is not stored. (1) Find the copy and its manifest; whatever is wrong is "not found", for a stranger as for a
copy that does not exist. (2) Count what the agency may still store. (3) Read the part to a file, wrapped under the key
of the case. (4) Check that it is whole and signed for this place. (5) Write its row and leaf: then it is there. The
same bytes again get the same answer, other bytes are refused. The hub has no key that opens a part.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from audit.body import MessageRef
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.documents import document_fields
from gateway.domain.errors import Conflict, NotFound, TooManyRequests
from gateway.domain.identifiers import new_id
from gateway.hub.storage.case_keys import CaseKeyGone
from gateway.hub.storage.changes import Change, Clash, Judgement
from gateway.hub.storage.deliveries import Delivered, load_copy, load_delivery
from gateway.hub.storage.document_files import DocumentFiles, NewFile, is_unfinished
from gateway.hub.storage.document_rows import (
    DocumentRow,
    bytes_stored_since,
    files_of_case,
    find_document,
)
from gateway.hub.storage.recalls import has_recall
from gateway.hub.usecases.auditing import audit_foreign_copy, leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.succeeding import require_current
from gateway.hub.usecases.transfers import Transfers
from gateway.hub.usecases.turned_away import Note, TurnedAway, unnoted
from gateway.protocol.byte_stream import verify
from gateway.protocol.canonical import malformed
from gateway.protocol.copy import CopyContext, verify_statement
from gateway.protocol.document import MAX_HEAD, MAX_PART, DocumentContext, Head, parse_head, too_large
from gateway.protocol.keys import VerificationKey

PER_DAY: Final = 4 * 1024 * 1024 * 1024
"""Bytes that one agency may store in 24 hours; the busiest sends some hundred documents of a few hundred KB."""
QUOTA_RETRY_S: Final = 3600
_MATTER: Final = "document"
RUBBISH_AFTER_S: Final = 24 * 3600.0
AT_A_TIME: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """A document on its way to its recipient: its size, its digest, and the bytes."""

    row: DocumentRow
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A field of a copy that may hold a document, and by which key its part is signed."""

    found: Delivered
    context: CopyContext
    field: str
    sender: VerificationKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What the hub does with documents. `per_day` is in bytes per sending agency."""

    parts: Parts
    files: DocumentFiles
    transfers: Transfers
    per_day: int = PER_DAY
    on_turned_away: Note = unnoted

    async def take(
        self, asker: Asker, copy_id: str, field: str, stream: AsyncIterator[bytes]
    ) -> dict[str, Any]:
        """What is on record of the document, after the commit.

        Raises NotFound, InvalidInput for a part that is not whole or not signed for this place, PayloadTooLarge,
        Conflict for other bytes than before, TooManyRequests, StorageUnavailable.
        """
        await require_current(self.parts, asker)
        try:
            return await self._take(asker, copy_id, field, stream)
        except TooManyRequests as error:
            self.on_turned_away(TurnedAway(oin=asker.oin, code=error.code, about=_MATTER))
            raise

    async def _take(
        self, asker: Asker, copy_id: str, field: str, stream: AsyncIterator[bytes]
    ) -> dict[str, Any]:
        with self.transfers.of(asker.oin):
            place = await self._place(asker, copy_id, field)  # (1)
            earlier = await self.parts.reader.read(lambda c: find_document(c, copy_id, field))
            if earlier is not None:
                return await _same(earlier, stream)
            await self._require_room(asker)  # (2)
            try:
                with self.files.new_file(place.context.zaak_id, copy_id, field) as file:
                    size, sha256 = await _read(stream, file, place)  # (3), (4)
                    name = await asyncio.to_thread(file.finish)
            except CaseKeyGone as error:
                raise NotFound from error
            return await self._write(asker, place, name, size, sha256)  # (5)

    async def give(self, asker: Asker, copy_id: str, field: str) -> Provided:
        """The document, for the recipient of the copy. Raises NotFound also while it is not there yet."""
        found = await self._delivered(asker, copy_id, lambda d: d.delivery.oin)
        row = await self.parts.reader.read(lambda c: find_document(c, copy_id, field))
        if row is None:
            raise NotFound
        try:
            await asyncio.to_thread(lambda: verify(self.files.pieces(row)))
        except (CaseKeyGone, OSError) as error:
            raise NotFound from error
        await self.parts.writer.write(
            Change(
                key=f"document-verstrekt:{new_id()}",
                judge=lambda _: Judgement(),
                leaves=(self._leaf(EventTag.DOCUMENT_PROVIDED, asker, found),),
            )
        )
        return Provided(row=row, pieces=lambda: self.files.pieces(row))

    async def remove_rubbish(self) -> int:
        """Removes files that no row names and that nobody can be writing to any more; how many."""
        removed = 0
        for case_id in await asyncio.to_thread(self.files.cases):
            named = await self.parts.reader.read(files_of_case(case_id))
            for file in await asyncio.to_thread(self.files.older_than, case_id, RUBBISH_AFTER_S):
                if is_unfinished(file) or file not in named:
                    await asyncio.to_thread(self.files.remove, case_id, file)
                    removed += 1
        return removed

    async def _place(self, asker: Asker, copy_id: str, field: str) -> _Place:
        found = await self._delivered(asker, copy_id, lambda d: d.message.oin)
        kind = catalogue().message(found.message.message_type)
        copy = await self.parts.reader.read(lambda c: load_copy(c, copy_id))
        if copy is None or field not in document_fields(kind):
            raise NotFound
        sender = asker.participant(self.parts.registry()).verification_key
        try:
            sealed = self.parts.case_keys.unwrap(copy.case_id, copy_id, copy.wrapped)
        except CaseKeyGone as error:
            raise NotFound from error
        context = verify_statement(sealed.split(b"\n")[0].decode("ascii"), sender).context
        if not any(each.veld == field and each.besluit == "allow" for each in context.manifest):
            raise NotFound
        return _Place(found=found, context=context, field=field, sender=sender)

    async def _delivered(self, asker: Asker, copy_id: str, whose: Callable[[Delivered], str]) -> Delivered:
        """The delivery, for the one agency that may know; recalled and rejected copies are gone for both, also one that
        was taken back too late: its recipient destroyed what it had."""
        found, is_recalled = await self.parts.reader.read(
            lambda c: (load_delivery(c, copy_id), has_recall(c, copy_id))
        )
        is_gone = found is None or found.delivery.outcome is not None or is_recalled
        if found is None or is_gone or whose(found) != asker.oin:
            await audit_foreign_copy(self.parts, asker, EventTag.DOCUMENT_REFUSED)
            raise NotFound
        return found

    async def _require_room(self, asker: Asker) -> None:
        since = rfc3339(self.parts.clock() - timedelta(days=1))
        used = await self.parts.reader.read(lambda c: bytes_stored_since(c, asker.oin, since))
        if used + MAX_PART > self.per_day:
            raise TooManyRequests(
                retry_after_s=QUOTA_RETRY_S,
                code="documenten-quotum",
                detail_nl="Uw organisatie heeft vandaag te veel documenten verstuurd.",
                detail_en="Your agency sent too many documents today.",
            )

    async def _write(self, asker: Asker, place: _Place, file: str, size: int, sha256: str) -> dict[str, Any]:
        """A clash means that the same upload came twice at once: the first counts, and this file is rubbish."""
        row = DocumentRow(
            copy_id=place.context.kopie_id,
            field=place.field,
            case_id=place.context.zaak_id,
            oin=asker.oin,
            size=size,
            sha256=sha256,
            file=file,
            stored_at=rfc3339(self.parts.clock()),
        )
        change = Change(
            key=f"document:{row.copy_id}:{row.field}",
            judge=lambda _: Judgement(inserts=(row,)),
            leaves=(self._leaf(EventTag.DOCUMENT_STORED, asker, place.found),),
        )
        try:
            await self.parts.writer.write(change)
        except Clash:
            first = await self.parts.reader.read(lambda c: find_document(c, row.copy_id, row.field))
            await asyncio.to_thread(self.files.remove, row.case_id, file)
            if first is None or first.sha256 != sha256:
                raise _reused() from None
            return _on_record(first)
        return _on_record(row)

    def _leaf(self, event: EventTag, asker: Asker, found: Delivered) -> Leaf:
        delivery = found.delivery
        return leaf(
            event,
            asker,
            self.parts.clock(),
            case_id=delivery.case_id,
            message=MessageRef(
                message_id=delivery.message_id, copy_id=delivery.copy_id, type=found.message.message_type
            ),
        )


async def _read(stream: AsyncIterator[bytes], file: NewFile, place: _Place) -> tuple[int, str]:
    """Size and digest of the part, which is then in the file. Never holds more than a head and a piece of it."""
    body, sealed = hashlib.sha256(), hashlib.sha256()
    start, head, size, waiting = b"", None, 0, bytearray()
    async for piece in stream:
        size += len(piece)
        if size > MAX_PART:
            raise too_large()
        body.update(piece)
        waiting += piece
        if head is not None:
            sealed.update(piece)
        else:
            start += piece
            if len(start) >= MAX_HEAD:
                head = _head(start, place)
                sealed.update(start[head.size :])
        if len(waiting) >= AT_A_TIME:
            await asyncio.to_thread(file.write, bytes(waiting))
            waiting.clear()
    if head is None:
        head = _head(start, place)
        sealed.update(start[head.size :])
    await asyncio.to_thread(file.write, bytes(waiting))
    statement = head.statement
    if (size - head.size, sealed.hexdigest()) != (statement.omvang_bytes, statement.verzegeld_sha256):
        raise malformed("document", "andere bytes dan de afzender tekende")
    return size, body.hexdigest()


def _head(start: bytes, place: _Place) -> Head:
    """Raises InvalidInput for a part that is signed for another place: else one document could answer for another."""
    head, copy = parse_head(start, place.sender), place.context
    signed = head.statement.context
    expected = DocumentContext(
        kopie_id=copy.kopie_id,
        bericht_id=copy.bericht_id,
        zaak_id=copy.zaak_id,
        veld=place.field,
        ontvanger=copy.ontvanger,
        ontvanger_kid=signed.ontvanger_kid,
    )
    if signed != expected:
        raise malformed("document", "getekend voor een andere plaats")
    return head


async def _same(row: DocumentRow, stream: AsyncIterator[bytes]) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    async for piece in stream:
        size += len(piece)
        if size > MAX_PART:
            raise too_large()
        digest.update(piece)
    if digest.hexdigest() != row.sha256:
        raise _reused()
    return _on_record(row)


def _on_record(row: DocumentRow) -> dict[str, Any]:
    return {
        "kopieId": row.copy_id,
        "veld": row.field,
        "omvangBytes": row.size,
        "sha256": row.sha256,
        "bewaardOp": row.stored_at,
    }


def _reused() -> Conflict:
    return Conflict(
        code="document-hergebruikt",
        detail_nl="Voor dit veld van deze kopie is eerder een ander document gestuurd.",
        detail_en="Another document was sent for this field of this copy before.",
    )
