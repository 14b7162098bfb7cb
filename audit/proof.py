"""Evidence of one leaf, to keep and to show: a C2SP tlog-proof that carries the leaf itself.

Source: https://c2sp.org/tlog-proof. `extra` holds the canonical JSON of salt and body; it is not
authenticated by the format, and need not be: the leaf hash is computed from it. Any tlog-proof tool can check
the rest.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from audit.canonical import canonical, parse
from audit.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from audit.errors import NoteInvalid, ProofInvalid
from audit.leaf import Leaf
from audit.note import VerifierKey, decode_base64
from audit.shape import Shape
from audit.tree import verify_inclusion
from audit.witness import Cosignature, cosignatures

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_INDEX = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_MAX_PATH = 64  # A path is never longer than the levels of a tree, and no tree has more than 53.


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A leaf, its place, the path to the root, and the signed checkpoint (as text) with that root."""

    leaf: Leaf
    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def to_text(self) -> str:
        """The proof as a `.tlog-proof` file."""
        extra = canonical({"zout": b64encode(self.leaf.salt).decode(), "inhoud": self.leaf.body})
        lines = (_FIRST_LINE, f"extra {b64encode(extra).decode()}", f"index {self.index}")
        path = (b64encode(element).decode() for element in self.path)
        return "".join(f"{line}\n" for line in (*lines, *path)) + "\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a proof; nothing in it is proven before `verify`. Raises NoteInvalid, BodyInvalid or
        UnknownVersion."""
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or len(lines) < 3 or lines[0] != _FIRST_LINE or len(lines) > 3 + _MAX_PATH:
            raise NoteInvalid("geen bewijs volgens c2sp.org/tlog-proof@v1 met een blad erin")
        extra, index = lines[1].removeprefix("extra "), lines[2].removeprefix("index ")
        if extra == lines[1] or index == lines[2] or not _INDEX.fullmatch(index):
            raise NoteInvalid("het bewijs noemt geen blad of geen plaats")
        shape = Shape.of(parse(decode_base64(extra)))
        shape.closed("zout", "inhoud")
        return cls(
            leaf=Leaf(body=shape.inner("inhoud").members, salt=decode_base64(shape.text("zout", _BASE64))),
            index=int(index),
            path=tuple(decode_base64(line) for line in lines[3:]),
            checkpoint=checkpoint,
        )

    def verify(
        self, log_key: VerifierKey, *, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
    ) -> tuple[SignedCheckpoint, tuple[Cosignature, ...]]:
        """The checkpoint and its cosignatures, when the leaf is in the log that they sign.

        Raises ProofInvalid when it is not, and as `open_witnessed` does.
        """
        signed, vouching = open_witnessed(self.checkpoint, log_key, witnesses=witnesses, quorum=quorum)
        self.require_in(signed.checkpoint)
        return signed, vouching

    def require_in(self, head: Checkpoint) -> None:
        """Returns when the leaf is in the tree of this head, whoever vouches for that. Raises ProofInvalid."""
        verify_inclusion(
            leaf_hash=self.leaf.hash, index=self.index, size=head.size, path=self.path, root=head.root
        )


def open_witnessed(
    note: str, log_key: VerifierKey, *, witnesses: Sequence[VerifierKey], quorum: int
) -> tuple[SignedCheckpoint, tuple[Cosignature, ...]]:
    """The checkpoint, signed by its log and cosigned by at least `quorum` of these witnesses, with who they are.

    Raises ProofInvalid when too few cosigned; SignatureInvalid, WrongOrigin and NoteInvalid as `open_checkpoint` does.
    """
    signed = open_checkpoint(note, log_key)
    vouching = cosignatures(signed, witnesses)
    if len(vouching) < quorum:
        raise ProofInvalid(f"{len(vouching)} getuigen ondertekenden mee, {quorum} zijn nodig")
    return signed, vouching
