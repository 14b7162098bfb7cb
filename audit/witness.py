"""What a witness does: judge whether a checkpoint continues what it saw before, cosign it, and check others'
cosignatures.

Format: https://c2sp.org/tlog-cosignature, version 1 (Ed25519, type 0x04). Asking over the network, and
remembering `Seen` in the same transaction as the cosignature leaves, is the node's; whose keys count as
witnesses is the registry's (a key that the operator hosts never does).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from audit.checkpoint import SignedCheckpoint
from audit.errors import (
    NotConsistent,
    NoteInvalid,
    ProofInvalid,
    SignatureInvalid,
    StaleCheckpoint,
    WrongOrigin,
)
from audit.note import NoteSignature, NoteSigner, SignatureType, SignedNote, VerifierKey
from audit.tree import EMPTY_ROOT, verify_consistency, verify_inclusion

_TIME_BYTES = 8
_MAX_TIME_S = 2**63 - 1  # C2SP tlog-cosignature, Format: the timestamp MUST NOT exceed it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The largest head of a log that a witness has cosigned; all that it has to remember."""

    origin: str
    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvent:
    """A leaf that the witness was given as proof of something it did itself, with its path to the offered
    checkpoint."""

    leaf_hash: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A verified cosignature: which witness, and when it says to have signed (POSIX seconds)."""

    witness: VerifierKey
    at_s: int


def judge(
    seen: Seen,
    offered: SignedCheckpoint,
    *,
    consistency: Sequence[bytes],
    own_events: Iterable[OwnEvent] = (),
) -> Seen:
    """What to remember once the offered checkpoint is cosigned; returning means that it may be.

    (1) It is of the log that was seen before. (2) It is not smaller. (3) The old head is a prefix of it. (4)
    The witness's own events are in it. Raises WrongOrigin, StaleCheckpoint, NotConsistent and ProofInvalid,
    in that order.
    """
    head = offered.checkpoint
    if head.origin != seen.origin:  # (1)
        raise WrongOrigin(f"het checkpoint is van {head.origin}, niet van {seen.origin}")
    if head.size < seen.size:  # (2)
        raise StaleCheckpoint(f"{head.size} bladen, terwijl er al {seen.size} gezien zijn")
    try:  # (3)
        verify_consistency(
            old_size=seen.size, old_root=seen.root, new_size=head.size, new_root=head.root, proof=consistency
        )
    except ProofInvalid as exc:
        raise NotConsistent(
            f"{head.size} bladen bouwen niet voort op de {seen.size} van eerder: {exc}"
        ) from exc
    for event in own_events:  # (4)
        verify_inclusion(
            leaf_hash=event.leaf_hash, index=event.index, size=head.size, path=event.path, root=head.root
        )
    return Seen(origin=head.origin, size=head.size, root=head.root)


def cosign(signed: SignedCheckpoint, witness: NoteSigner, *, now: datetime) -> NoteSignature:
    """The cosignature line, for a checkpoint that `judge` let pass. `now` is aware; whole seconds go into the
    line.

    Raises SignatureInvalid when the key is not a witness key (type 0x04).
    """
    _require_witness_key(witness.verifier)
    at_s = int(now.timestamp())
    blob = at_s.to_bytes(_TIME_BYTES, "big") + witness.sign(_message(at_s, signed.note.text))
    return NoteSignature(name=witness.verifier.name, key_id=witness.verifier.key_id, blob=blob)


def with_cosignatures(signed: SignedCheckpoint, lines: Iterable[NoteSignature]) -> SignedCheckpoint:
    """The checkpoint with these lines behind its own; a newer line of a witness takes the place of its older
    one."""
    by_key = {(line.name, line.key_id): line for line in (*signed.note.signatures, *lines)}
    return replace(signed, note=SignedNote(text=signed.note.text, signatures=tuple(by_key.values())))


def cosignatures(signed: SignedCheckpoint, witnesses: Sequence[VerifierKey]) -> tuple[Cosignature, ...]:
    """The verified cosignatures of these witnesses, in the order of the keys; a witness without a line is
    left out.

    Raises SignatureInvalid when the line of one of them does not verify, NoteInvalid when two witnesses have
    one public key: the signed bytes hold no name, so that one signature would count twice.
    """
    if len({key.public for key in witnesses}) != len(witnesses):
        raise NoteInvalid("twee getuigen hebben dezelfde sleutel")
    return tuple(
        _verified(signed, key) for key in witnesses if any(line.by(key) for line in signed.note.signatures)
    )


def _verified(signed: SignedCheckpoint, witness: VerifierKey) -> Cosignature:
    _require_witness_key(witness)
    blob = signed.note.signature_by(witness).blob
    at_s = int.from_bytes(blob[:_TIME_BYTES], "big")
    if at_s > _MAX_TIME_S:
        raise SignatureInvalid(f"het tijdstip van {witness.name} bestaat niet")
    witness.check(blob[_TIME_BYTES:], _message(at_s, signed.note.text))
    return Cosignature(witness=witness, at_s=at_s)


def _require_witness_key(key: VerifierKey) -> None:
    if key.type is not SignatureType.COSIGNATURE_V1:
        raise SignatureInvalid(f"de sleutel van {key.name} is niet die van een getuige")


def _message(at_s: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()
