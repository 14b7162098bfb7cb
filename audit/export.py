"""The export: one text file that holds a log whole, to be carried away and verified without us.

One JSON object per line, canonical (RFC 8785), each line ended by a newline: first the header, then the
checkpoints by size, then the leaves by index. FORMAT.md has every member. Writing checks nothing that the log
should have got right; reading checks form only, line by line, so that a file of any size can be read; truth
is `audit.verify`'s.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Any, BinaryIO

from audit.canonical import canonical, parse
from audit.errors import AuditError, BodyInvalid, ExportMalformed, UnknownVersion
from audit.leaf import Leaf
from audit.note import VerifierKey, decode_base64
from audit.shape import Shape
from audit.tree import HASH_BYTES

FORMAT = "schakel-logboek"
VERSION = 1
MAX_LINE_BYTES = 1 << 17  # A checkpoint with its full number of signatures, four times over.

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LINE_TEXT = re.compile(r"[^\n]{1,400}")
_NOTE_TEXT = re.compile(r"[\s\S]{1,65536}")


class Scope(StrEnum):
    """Whether leaves without a body are all erased (WHOLE) or may also have been held back from this reader
    (PART)."""

    WHOLE = "volledig"
    PART = "deel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Which log, its key, the witnesses whose signatures occur, and how many leaves follow."""

    origin: str
    log_key: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()
    size: int
    scope: Scope = Scope.WHOLE

    def to_json(self) -> dict[str, Any]:
        return {
            "regel": "kop",
            "formaat": FORMAT,
            "versie": VERSION,
            "soort": self.scope.value,
            "oorsprong": self.origin,
            "sleutel": self.log_key.to_text(),
            "getuigen": [key.to_text() for key in self.witnesses],
            "omvang": self.size,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointLine:
    """A checkpoint as it was signed, cosignatures included."""

    note: str

    def to_json(self) -> dict[str, Any]:
        return {"regel": "checkpoint", "notitie": self.note}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafLine:
    """A leaf at its index. Without salt and body (erased or held back) only its hash is left."""

    index: int
    hash: bytes
    salt: bytes | None = None
    body: dict[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, index: int, leaf: Leaf) -> "LeafLine":
        return cls(index=index, hash=leaf.hash, salt=leaf.salt, body=leaf.body)

    def to_json(self) -> dict[str, Any]:
        return {
            "regel": "blad",
            "index": self.index,
            "hash": b64encode(self.hash).decode(),
            "zout": None if self.salt is None else b64encode(self.salt).decode(),
            "inhoud": self.body,
        }


Line = Header | CheckpointLine | LeafLine


def write_export(
    out: BinaryIO, header: Header, *, checkpoints: Iterable[CheckpointLine], leaves: Iterable[LeafLine]
) -> None:
    """Writes the export. The caller gives checkpoints by size and leaves by index, the last checkpoint over
    all leaves."""
    everything: tuple[Iterable[Line], ...] = ((header,), checkpoints, leaves)
    out.writelines(canonical(line.to_json()) + b"\n" for line in chain.from_iterable(everything))


def read_export(stream: BinaryIO) -> Iterator[tuple[int, Line | ExportMalformed]]:
    """Each line with its number from 1; a line that is not of the format comes as the error, so that reading
    goes on."""
    number = 0
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        try:
            yield number, _parse_line(raw)
        except AuditError as exc:
            yield number, ExportMalformed(number, exc)
        if len(raw) > MAX_LINE_BYTES:
            return


def _parse_line(raw: bytes) -> Line:
    if len(raw) > MAX_LINE_BYTES:
        raise BodyInvalid(f"/: de regel is langer dan {MAX_LINE_BYTES} bytes")
    if not raw.endswith(b"\n"):
        raise BodyInvalid("/: de regel is afgebroken")
    shape = Shape.of(parse(raw[:-1]))
    match shape.text("regel", _LINE_TEXT):
        case "kop":
            return _parse_header(shape)
        case "checkpoint":
            shape.closed("regel", "notitie")
            return CheckpointLine(note=shape.text("notitie", _NOTE_TEXT))
        case "blad":
            return _parse_leaf(shape)
    raise BodyInvalid("/regel: onbekende soort regel")


def _parse_header(shape: Shape) -> Header:
    if shape.text("formaat", _LINE_TEXT) != FORMAT:
        raise BodyInvalid("/formaat: dit is geen export van een logboek")
    version = shape.integer("versie", at_least=1)
    if version != VERSION:
        raise UnknownVersion(f"/versie: onbekende versie {version}")
    shape.closed("regel", "formaat", "versie", "soort", "oorsprong", "sleutel", "getuigen", "omvang")
    return Header(
        origin=shape.text("oorsprong", _LINE_TEXT),
        log_key=VerifierKey.parse(shape.text("sleutel", _LINE_TEXT)),
        witnesses=tuple(VerifierKey.parse(text) for text in shape.texts("getuigen", _LINE_TEXT)),
        size=shape.integer("omvang", at_least=0),
        scope=Scope(shape.text("soort", re.compile("|".join(Scope)))),
    )


def _parse_leaf(shape: Shape) -> LeafLine:
    shape.closed("regel", "index", "hash", "zout", "inhoud")
    leaf_hash = decode_base64(shape.text("hash", _BASE64))
    if len(leaf_hash) != HASH_BYTES:
        raise BodyInvalid("/hash: geen SHA-256")
    if shape.filled("zout") != shape.filled("inhoud"):
        raise BodyInvalid("/inhoud: zout en inhoud horen samen te staan of samen te ontbreken")
    return LeafLine(
        index=shape.integer("index", at_least=0),
        hash=leaf_hash,
        salt=decode_base64(shape.text("zout", _BASE64)) if shape.filled("zout") else None,
        body=shape.inner("inhoud").members if shape.filled("inhoud") else None,
    )
