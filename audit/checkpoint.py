"""Checkpoints: the signed head of the log, by C2SP tlog-checkpoint over a signed note with Ed25519.

Source: https://c2sp.org/tlog-checkpoint. Ours have no extension lines (the text itself discourages them,
because no monitor can audit them); others' are carried along unread. The key name is the origin, so a
checkpoint that verifies is of that log.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Self

from audit.errors import CheckpointInvalid, NoteInvalid, SignatureInvalid, WrongOrigin
from audit.note import (
    NoteSignature,
    NoteSigner,
    SignatureType,
    SignedNote,
    VerifierKey,
    decode_base64,
    is_key_name,
)
from audit.tree import EMPTY_ROOT, HASH_BYTES, MAX_SIZE

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree head: which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_key_name(self.origin):
            raise CheckpointInvalid("de oorsprong is leeg of bevat een spatie of plus")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_BYTES:
            raise CheckpointInvalid("de omvang of de wortel bestaat niet")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointInvalid("de wortel van een leeg logboek is een andere")

    @property
    def text(self) -> str:
        """The note text: three lines and the extensions, each ended by a newline."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `text`. Raises CheckpointInvalid."""
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n") or len(lines) < 3 or not all(lines):
            raise CheckpointInvalid("een checkpoint heeft ten minste drie regels en geen lege")
        if not _SIZE.fullmatch(lines[1]):
            raise CheckpointInvalid("de omvang is geen getal zonder voorloopnullen")
        try:
            root = decode_base64(lines[2])
        except NoteInvalid as exc:
            raise CheckpointInvalid("de wortel is geen base64") from exc
        return cls(origin=lines[0], size=int(lines[1]), root=root, extensions=tuple(lines[3:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint whose log signature was verified, with the note that it came in (for its cosignatures)."""

    checkpoint: Checkpoint
    note: SignedNote

    def to_text(self) -> str:
        """The whole note, as it is stored, sent and exported."""
        return self.note.to_text()


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> SignedCheckpoint:
    """The checkpoint signed by its log. Only ever for a committed head: a signed head cannot be taken back.

    Raises WrongOrigin when the signer is another log's, SignatureInvalid when it is a witness key.
    """
    _require_log_key(signer.verifier, checkpoint.origin)
    line = NoteSignature(
        name=signer.verifier.name, key_id=signer.verifier.key_id, blob=signer.sign(checkpoint.text.encode())
    )
    return SignedCheckpoint(checkpoint=checkpoint, note=SignedNote(text=checkpoint.text, signatures=(line,)))


def open_checkpoint(text: str, log_key: VerifierKey) -> SignedCheckpoint:
    """The checkpoint in this note, after its log signature was verified with `log_key`.

    Raises NoteInvalid for what is not a checkpoint, WrongOrigin for another log's, SignatureInvalid for
    another key or altered bytes. Cosignatures are not checked here: `audit.witness`.
    """
    note = SignedNote.parse(text)
    checkpoint = Checkpoint.parse(note.text)
    _require_log_key(log_key, checkpoint.origin)
    log_key.check(note.signature_by(log_key).blob, note.text.encode())
    return SignedCheckpoint(checkpoint=checkpoint, note=note)


def _require_log_key(key: VerifierKey, origin: str) -> None:
    if key.type is not SignatureType.ED25519:
        raise SignatureInvalid(f"de sleutel van {key.name} is die van een getuige, niet van een logboek")
    if key.name != origin:
        raise WrongOrigin(f"het checkpoint is van {origin}, de sleutel van {key.name}")
