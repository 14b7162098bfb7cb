"""A small log of invented events, the same in every run: seeded keys and salts, instants counted from one moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.append import Appended, plan_append
from audit.body import About, Body, Erasure, MessageRef, Recipient, Who, Why
from audit.check_heads import Trust
from audit.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from audit.events import EventTag
from audit.export import CheckpointLine, Header, LeafLine, write_export
from audit.leaf import Leaf
from audit.note import NoteSigner, SignatureType
from audit.outcome import Outcome
from audit.tree import Frontier
from audit.verify import verify_export
from audit.witness import cosign, with_cosignatures

ORIGIN = "logboek.voorbeeld.invalid/proef"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICE = "00000099000000001000"
MUNICIPALITY = "00000099000000002000"
ERASED = 4  # the leaf of `small_log` that lost its salt and body
ERASURE_RECORD = 9


def key(seed: str) -> Ed25519PrivateKey:
    """A key that everybody knows: for tests only, as its name in any file says."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"test key {seed}".encode()).digest())


def log_signer(origin: str = ORIGIN, seed: str = "log") -> NoteSigner:
    return NoteSigner.from_key(origin, key(seed))


def witness_signer(name: str = "getuige.voorbeeld.invalid/vt") -> NoteSigner:
    return NoteSigner.from_key(name, key(name), type=SignatureType.COSIGNATURE_V1)


def event(index: int, about: About | None, what: str = EventTag.COPY_PROVIDED) -> Body:
    return Body(
        at=START + timedelta(minutes=index),
        who=Who(oin=POLICE, role="hovj", person="p-7f3a"),
        what=what,
        why=Why(
            purpose="screening",
            rule="P_matrix",
            article="art. 16 Wpg",
            decision_id=f"b-{index}",
            revision="12",
        ),
        about=about,
        message=MessageRef(
            message_id=f"m-{index}",
            copy_id=f"k-{index}",
            type="screening.gepland.kennisgeving",
            commitment="A" * 43,
        ),
        trace_id=f"{index + 1:032x}",
        to=Recipient(oin=MUNICIPALITY, role="wijkagent"),
    )


def leaf(index: int, body: Body) -> Leaf:
    return Leaf(body=body.to_json(), salt=sha256(f"test salt {index}".encode()).digest())


def about(**numbers: int) -> About:
    """About the persons named (underscores become hyphens), with the number of this event for each."""
    persons = tuple(name.replace("_", "-") for name in numbers)
    return About(case_id="z-0001", person_ids=persons, numbers=tuple(numbers.values()))


def small_bodies() -> list[Body]:
    """Twelve events about two persons; leaf 9 records that leaf 4 was erased, leaf 11 closes the report of `p-een`."""
    return [
        event(0, None, EventTag.POLICY_REVISION_ACTIVATED),
        event(1, about(p_een=1)),
        event(2, about(p_een=2, p_twee=1)),
        event(3, about(p_twee=2), EventTag.READING_REFUSED),
        event(4, about(p_twee=3)),
        event(5, about(p_een=3), EventTag.RECEIPT_OPENED),
        event(6, about(p_twee=4)),
        event(7, None, EventTag.DECISION_UNAVAILABLE),
        event(8, about(p_een=4), EventTag.RECEIPT_TECHNICAL),
        replace(event(9, None, EventTag.LEAF_ERASED), log=Erasure(indexes=(ERASED,))),
        event(10, about(p_twee=5)),
        event(11, about(p_een=5), EventTag.REPORT_GIVEN),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Lines of an export, loose, so that a test can break exactly one thing and write it out."""

    header: Header
    checkpoints: tuple[str, ...]
    leaves: tuple[LeafLine, ...]

    def export(self) -> bytes:
        out = BytesIO()
        write_export(
            out,
            self.header,
            checkpoints=(CheckpointLine(note=note) for note in self.checkpoints),
            leaves=self.leaves,
        )
        return out.getvalue()


def append(leaves: Sequence[Leaf]) -> Appended:
    return plan_append(Frontier(), (one.hash for one in leaves))


def head(
    leaves: Sequence[Leaf], size: int, *, signer: NoteSigner | None = None, origin: str = ORIGIN
) -> SignedCheckpoint:
    """The signed checkpoint of the first `size` leaves, cosigned by the witness."""
    checkpoint = Checkpoint(origin=origin, size=size, root=append(leaves[:size]).root)
    signed = sign_checkpoint(checkpoint, signer or log_signer(origin))
    return with_cosignatures(signed, [cosign(signed, witness_signer(), now=START + timedelta(hours=1))])


def log_of(
    bodies: Sequence[Body], *, sizes: Sequence[int] = (), erased: Sequence[int] = (), origin: str = ORIGIN
) -> Log:
    """The log of these events with checkpoints at `sizes` and at its end."""
    leaves = [leaf(index, body) for index, body in enumerate(bodies)]
    wanted = sorted({*sizes, len(leaves)})
    lines = [
        LeafLine(index=index, hash=one.hash) if index in erased else LeafLine.of(index, one)
        for index, one in enumerate(leaves)
    ]
    return Log(
        header=Header(
            origin=origin,
            log_key=log_signer(origin).verifier,
            witnesses=(witness_signer().verifier,),
            size=len(leaves),
        ),
        checkpoints=tuple(head(leaves, size, origin=origin).to_text() for size in wanted),
        leaves=tuple(lines),
    )


def small_log() -> Log:
    """A sound log of twelve leaves, one of them erased, with checkpoints at 1, 3, 7, 8 and 12."""
    return log_of(small_bodies(), sizes=(1, 3, 7, 8), erased=(ERASED,))


def trust(*heads: str) -> Trust:
    """What a well-prepared auditor brings: the key of the log and that of the witness."""
    return Trust(log_key=log_signer().verifier, witnesses=(witness_signer().verifier,), heads=heads)


def verified(export: bytes, *heads: str) -> Outcome:
    return verify_export(BytesIO(export), trust(*heads))


def defects(export: bytes, *heads: str) -> list[str]:
    """What is wrong and where, without the sentences: whole-value comparison is what a test wants."""
    return [str(finding).split(": ", 1)[0] for finding in verified(export, *heads).findings]
