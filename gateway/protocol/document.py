"""Sealing one document for one recipient's copy, and what the hub may check of it. Opening is in `document_opening`.

A message carries of a document only its name, size and digest (`Document` of the catalogue). The bytes are a part of
their own, one for each copy that holds the field: all of it or nothing. A part is bound to its copy and field, and to
the message by the digest in the content, which the commitment of the copy covers. So no signed format of a copy
changes by it, and who has no copy with the field has nothing to open.

Format version 1, in this order: the sender's JWS over `DocumentStatement`, a newline, a JWE (ECDH-ES+A256KW, A256GCM)
to the recipient's key that holds a content key of this part alone, a newline, and the bytes under that key
(AES-256-GCM, `byte_stream`). Not one JWE over everything: that format is base64 and whole in memory. The plaintext is
padded with zeros to a multiple of 64 KiB; its digest is inside the JWE only, because a digest in clear would let the
hub test a guess. A new version is a new `versie`; a reader refuses one that it does not know.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from joserfc import jwe
from joserfc.registry import HeaderParameter

from gateway.domain.errors import PayloadTooLarge
from gateway.protocol.byte_stream import KEY_BYTES, NONCE_BYTES, TAG_BYTES, encrypted
from gateway.protocol.canonical import b64u, malformed, sha256_hex
from gateway.protocol.files import pieces_of, unfinished, write_whole
from gateway.protocol.keys import SealingKey, SigningKey, VerificationKey
from gateway.protocol.wire import Digest, OinRole, ShortText, Signed, Uuid

DOCUMENT: Final = "schakel-document+jws"
CONTEXT_HEADER: Final = "schakel_document"
MAX_DOCUMENT: Final = 20 * 1024 * 1024
"""Bytes of one document (domain.md 3, type Document)."""
STEP: Final = 64 * 1024
MAX_HEAD: Final = 16 * 1024
MAX_PART: Final = MAX_HEAD + MAX_DOCUMENT + TAG_BYTES

KEY_SEALING = jwe.JWERegistry(
    header_registry={CONTEXT_HEADER: HeaderParameter("SHA-256 of the context", "str", required=True)},
    algorithms=["ECDH-ES+A256KW", "A256GCM"],
)


class DocumentContext(Signed):
    """Where a part belongs: one field of one copy for one recipient."""

    versie: Literal[1] = 1
    kopie_id: Uuid
    bericht_id: Uuid
    zaak_id: Uuid
    veld: ShortText
    ontvanger: OinRole
    ontvanger_kid: ShortText


class DocumentStatement(Signed):
    """What the sender signs of a part: where it belongs and which bytes it is. Says nothing about the plaintext."""

    versie: Literal[1] = 1
    context: DocumentContext
    sleutel_sha256: Digest
    omvang_bytes: int
    verzegeld_sha256: Digest


class ContentKey(Signed):
    """The inside of the JWE."""

    versie: Literal[1] = 1
    sleutel: ShortText
    nonce: ShortText
    omvang_bytes: int
    sha256: Digest


class DocumentReference(Signed):
    """The value of a Document field."""

    bestandsnaam: str
    mediatype: Literal["application/pdf"]
    omvang_bytes: int
    sha256: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The first two lines of a part, verified, and how many bytes they are."""

    statement: DocumentStatement
    key_jwe: str
    size: int


def seal_document(
    pieces: Iterable[bytes],
    reference: DocumentReference,
    context: DocumentContext,
    *,
    to: SealingKey,
    by: SigningKey,
    into: Path,
) -> None:
    """Writes the sealed part to `into`, which exists only when it is whole. The pieces are those of `reference`.

    Raises PayloadTooLarge; InvalidInput when the pieces are another document, and OSError.
    """
    key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
    body, digest, size = unfinished(into), hashlib.sha256(), 0
    try:
        with body.open("wb") as file:
            for piece in encrypted(
                padded(pieces, reference), key=key, nonce=nonce, bound_to=context.canonical()
            ):
                digest.update(piece)
                size += file.write(piece)
        inside = ContentKey(
            sleutel=b64u(key), nonce=b64u(nonce), omvang_bytes=reference.omvang_bytes, sha256=reference.sha256
        )
        key_jwe = _sealed_key(inside, context, to)
        statement = DocumentStatement(
            context=context,
            sleutel_sha256=sha256_hex(key_jwe.encode()),
            omvang_bytes=size,
            verzegeld_sha256=digest.hexdigest(),
        )
        head = f"{by.sign(statement, typ=DOCUMENT)}\n{key_jwe}\n".encode()
        write_whole(into, _chained(head, body))
    finally:
        body.unlink(missing_ok=True)


def padded(pieces: Iterable[bytes], reference: DocumentReference) -> Iterator[bytes]:
    """The document with zeros up to the next step, when it is the one that the reference names."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_DOCUMENT:
            raise too_large()
        digest.update(piece)
        yield piece
    if (size, digest.hexdigest()) != (reference.omvang_bytes, reference.sha256):
        raise malformed("document", "andere bytes dan de verwijzing noemt")
    yield bytes(-size % STEP)


def parse_head(start: bytes, key: VerificationKey) -> Head:
    """The head of a part whose first MAX_HEAD bytes, or all of them, are given. Raises InvalidInput when it is none, or
    is not signed with `key`."""
    lines = start.split(b"\n", 2)
    if len(lines) != 3 or not all(line.isascii() for line in lines[:2]):
        raise malformed("document", "kop ontbreekt of is te lang")
    statement = DocumentStatement.parse_bytes(key.verify(lines[0].decode("ascii"), typ=DOCUMENT))
    if sha256_hex(lines[1]) != statement.sleutel_sha256:
        raise malformed("document", "andere sleutel dan de afzender tekende")
    if not TAG_BYTES < statement.omvang_bytes <= MAX_DOCUMENT + TAG_BYTES:
        raise too_large()
    size = len(lines[0]) + len(lines[1]) + 2
    return Head(statement=statement, key_jwe=lines[1].decode("ascii"), size=size)


def too_large() -> PayloadTooLarge:
    return PayloadTooLarge(
        detail_nl=f"Een document is hoogstens {MAX_DOCUMENT // 1024 // 1024} MB.",
        detail_en=f"A document is at most {MAX_DOCUMENT // 1024 // 1024} MB.",
    )


def _chained(head: bytes, body: Path) -> Iterator[bytes]:
    yield head
    yield from pieces_of(body)


def _sealed_key(inside: ContentKey, context: DocumentContext, to: SealingKey) -> str:
    header = {
        "alg": "ECDH-ES+A256KW",
        "enc": "A256GCM",
        "typ": "JWE",
        "kid": to.kid,
        CONTEXT_HEADER: sha256_hex(context.canonical()),
    }
    return jwe.encrypt_compact(header, inside.canonical(), to.key, registry=KEY_SEALING)
