"""Opening a document at the recipient's node. The hub may not import this module (import contract).

In order; every step refuses with a named reason: (1) the head is signed by the sender of the copy, (2) it belongs to
this copy, field and key, (3) the bytes are those that the sender signed, (4) the content key opens with our key and is
bound to the same place, (5) the size and digest are those of the field in the opened copy, (6) the bytes open, are
that document, and are a PDF by their first bytes. Nothing is yielded to a reader before all six held.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError

from gateway.protocol.byte_stream import decrypted
from gateway.protocol.canonical import malformed, sha256_hex, unb64u
from gateway.protocol.document import (
    CONTEXT_HEADER,
    KEY_SEALING,
    MAX_HEAD,
    ContentKey,
    DocumentContext,
    DocumentReference,
    Head,
    parse_head,
)
from gateway.protocol.files import pieces_of
from gateway.protocol.keys import OpeningKey, VerificationKey
from gateway.protocol.wire import load_json

PDF_START: Final = b"%PDF-"
"""ISO 32000-2, 7.5.2. A document that starts otherwise is shown to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which field of which opened copy the document is asked for, and what the copy says of it. The kid of the key is
    that of the part: a copy and its document may be sealed on both sides of a renewal."""

    copy_id: str
    message_id: str
    case_id: str
    field: str
    role: str
    oin: str
    reference: DocumentReference


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDocument:
    """A document that was verified whole. `pieces` may be asked for again."""

    path: Path
    head: Head
    key: ContentKey

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the PDF."""
        left = self.key.omvang_bytes
        for piece in _plain(self.path, self.head, self.key):
            if left > 0:
                yield piece[:left]
            left -= len(piece)


def open_document(
    path: Path, place: Place, *, sender: VerificationKey, keys: Mapping[str, OpeningKey]
) -> OpenDocument:
    """The document in the file. Raises InvalidInput with the step that failed, PayloadTooLarge, and OSError."""
    with path.open("rb") as file:
        head = parse_head(file.read(MAX_HEAD), sender)  # (1)
    context = head.statement.context
    own = keys.get(context.ontvanger_kid)
    if _address(context) != (
        place.copy_id, place.message_id, place.case_id, place.field, place.oin, place.role
    ):  # (2)  # fmt: skip
        raise malformed("document", "hoort bij een andere kopie")
    if own is None:
        raise malformed("sleutel", "niet verzegeld met een sleutel van dit knooppunt")
    _check_bytes(path, head)  # (3)
    key = _content_key(head, own)  # (4)
    if (key.omvang_bytes, key.sha256) != (place.reference.omvang_bytes, place.reference.sha256):  # (5)
        raise malformed("document", "een ander document dan de kopie noemt")
    _check_plain(_plain(path, head, key), key)  # (6)
    return OpenDocument(path=path, head=head, key=key)


def _address(context: DocumentContext) -> tuple[str, ...]:
    return (
        context.kopie_id,
        context.bericht_id,
        context.zaak_id,
        context.veld,
        context.ontvanger.oin,
        context.ontvanger.rol,
    )


def _check_bytes(path: Path, head: Head) -> None:
    digest, size = hashlib.sha256(), 0
    for piece in pieces_of(path, skip=head.size):
        digest.update(piece)
        size += len(piece)
    if (size, digest.hexdigest()) != (head.statement.omvang_bytes, head.statement.verzegeld_sha256):
        raise malformed("document", "andere bytes dan de afzender tekende")


def _content_key(head: Head, own: OpeningKey) -> ContentKey:
    try:
        opened = jwe.decrypt_compact(head.key_jwe, own.key, registry=KEY_SEALING)
    except (JoseError, ValueError, TypeError) as error:
        raise malformed("zegel", type(error).__name__) from error
    header, context = opened.headers(), head.statement.context
    if "zip" in header or header.get("kid") != own.kid:
        raise malformed("zegel", "header hoort niet bij deze sleutel")
    if header.get(CONTEXT_HEADER) != sha256_hex(context.canonical()):
        raise malformed("zegel", "header hoort niet bij deze kopie")
    return ContentKey.parse(load_json(opened.plaintext or b""))


def _plain(path: Path, head: Head, key: ContentKey) -> Iterator[bytes]:
    return decrypted(
        pieces_of(path, skip=head.size),
        key=unb64u(key.sleutel),
        nonce=unb64u(key.nonce),
        bound_to=head.statement.context.canonical(),
    )


def _check_plain(pieces: Iterator[bytes], key: ContentKey) -> None:
    digest, left, start = hashlib.sha256(), key.omvang_bytes, b""
    for piece in pieces:
        mine, rest = piece[: max(left, 0)], piece[max(left, 0) :]
        start = (start + mine)[: len(PDF_START)] if len(start) < len(PDF_START) else start
        digest.update(mine)
        left -= len(mine)
        if rest.strip(b"\0"):
            raise malformed("document", "opvulling is niet leeg")
    if left != 0 or digest.hexdigest() != key.sha256:
        raise malformed("document", "andere bytes dan de kopie noemt")
    if start != PDF_START:
        raise malformed("document", "geen PDF")
