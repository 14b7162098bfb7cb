"""The record of what happened with one person's data, provable without the rest of the log.

It holds every numbered event of the person with its path to one signed checkpoint. The numbers
(`audit.sequence`) prove that nothing between the first and the last was left out. That nothing came *after*
the last is proven only up to a closing event (`log:overzicht:verstrekt`), because that one took the next
number when the report was made. Whoever verifies the whole log proves it up to the end of that log.

A body cannot be shortened without breaking its hash, so a report names the pseudonyms of other persons in the
same event and of staff. It is for the controller and an auditor; a person gets the text that `lines` gives.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from audit.append import plan_append
from audit.body import Body
from audit.canonical import canonical, parse
from audit.checkpoint import SignedCheckpoint
from audit.errors import BodyInvalid, ProofInvalid, UnknownVersion
from audit.events import EventTag
from audit.export import LeafLine
from audit.leaf import Leaf
from audit.note import VerifierKey, decode_base64
from audit.proof import Evidence, open_witnessed
from audit.shape import Shape
from audit.tree import Frontier, inclusion_proof
from audit.witness import Cosignature

FORMAT = "schakel-overzicht"
VERSION = 1

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_WORD = re.compile(r"\S{1,200}")
_NOTE = re.compile(r"[\s\S]{1,65536}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVerdict:
    """What a verified report proves. `missing` are numbers below the last that it does not hold.

    `closed` says that the last event is the closing one, so that nothing before it can have been left off the
    end.
    """

    events: tuple[tuple[int, int, Body], ...]  # number, leaf index, body
    missing: tuple[int, ...]
    closed: bool
    vouching: tuple[Cosignature, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every event about the person up to the closing one is in the report."""
        return self.closed and not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReport:
    """The events of one person by index, each with its own path, and the one checkpoint that they all lead
    to."""

    person_id: str
    checkpoint: str
    events: tuple[Evidence, ...]

    def to_bytes(self) -> bytes:
        """The report as a file: one canonical JSON object and a newline."""
        events = [
            {
                "index": event.index,
                "zout": b64encode(event.leaf.salt).decode(),
                "inhoud": event.leaf.body,
                "pad": [b64encode(element).decode() for element in event.path],
            }
            for event in self.events
        ]
        members = {
            "formaat": FORMAT,
            "versie": VERSION,
            "persoon_id": self.person_id,
            "checkpoint": self.checkpoint,
            "gebeurtenissen": events,
        }
        return canonical(members) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads a report; nothing in it is proven before `verify`. Raises BodyInvalid, UnknownVersion or
        NoteInvalid."""
        if not data.endswith(b"\n"):
            raise BodyInvalid("/: het bestand is afgebroken")
        shape = Shape.of(parse(data[:-1]))
        if shape.text("formaat", _WORD) != FORMAT:
            raise BodyInvalid("/formaat: dit is geen overzicht van een persoon")
        if shape.integer("versie", at_least=1) != VERSION:
            raise UnknownVersion(f"/versie: onbekende versie {shape.integer('versie', at_least=1)}")
        shape.closed("formaat", "versie", "persoon_id", "checkpoint", "gebeurtenissen")
        checkpoint = shape.text("checkpoint", _NOTE)
        events = tuple(_parse_event(event, checkpoint) for event in shape.objects("gebeurtenissen"))
        return cls(person_id=shape.text("persoon_id", _WORD), checkpoint=checkpoint, events=events)

    def verify(
        self, log_key: VerifierKey, *, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
    ) -> ReportVerdict:
        """What the report proves, after every event was proven to be in the log.

        Raises ProofInvalid for an event that is not in the log, is not about this person, or is out of order, and as
        `audit.proof.open_witnessed` does.
        """
        signed, vouching = open_witnessed(self.checkpoint, log_key, witnesses=witnesses, quorum=quorum)
        events: list[tuple[int, int, Body]] = []
        for event in self.events:
            event.require_in(signed.checkpoint)
            body = event.leaf.parsed()
            number = number_of(body, self.person_id)
            if number is None:
                raise ProofInvalid(f"blad {event.index} gaat niet over deze persoon")
            if events and (number <= events[-1][0] or event.index <= events[-1][1]):
                raise ProofInvalid(f"blad {event.index} met volgnummer {number} staat niet op volgorde")
            events.append((number, event.index, body))
        held = {number for number, _, _ in events}
        return ReportVerdict(
            events=tuple(events),
            missing=tuple(number for number in range(1, max(held, default=0)) if number not in held),
            closed=bool(events) and events[-1][2].what == EventTag.REPORT_GIVEN,
            vouching=vouching,
        )


def build_report(person_id: str, leaves: Iterable[LeafLine], signed: SignedCheckpoint) -> PersonReport:
    """The report over the leaves of a verified export, up to the checkpoint. Keeps the whole tree in memory.

    Raises ProofInvalid when the leaves are not those of the checkpoint.
    """
    head = signed.checkpoint
    own: list[tuple[int, Leaf]] = []
    hashes: list[bytes] = []
    for line in leaves:
        if line.index >= head.size:
            break
        hashes.append(line.hash)
        if line.body is not None and line.salt is not None and _names(line.body, person_id):
            own.append((line.index, Leaf(body=line.body, salt=line.salt)))
    nodes = _nodes(hashes, signed)
    text = signed.to_text()
    events = tuple(
        Evidence(
            leaf=leaf,
            index=at,
            path=inclusion_proof(at, head.size, lambda *node: nodes[node]),
            checkpoint=text,
        )
        for at, leaf in own
    )
    return PersonReport(person_id=person_id, checkpoint=text, events=events)


def number_of(body: Body, person_id: str) -> int | None:
    """The running number of this event for the person, or None when it is not about him."""
    if body.about is None or person_id not in body.about.person_ids:
        return None
    return body.about.numbers[body.about.person_ids.index(person_id)]


def lines(verdict: ReportVerdict) -> list[str]:
    """The events as a person reads them, oldest first: no names (there are none), and no pseudonyms of
    others."""
    return [_sentence(number, body) for number, _, body in verdict.events]


def _sentence(number: int, body: Body) -> str:
    parts = [f"{number:>4}  {body.at.isoformat(timespec='seconds')}  {body.what}", f"door {body.who.oin}"]
    if body.to is not None:
        parts.append(f"aan {body.to.oin} ({body.to.role or 'geen rol'})")
    if body.message is not None and body.message.type:
        parts.append(f"bericht {body.message.type}")
    if body.why is not None:
        parts.append(
            f"doel {body.why.purpose or 'geen'}, grond {body.why.article or body.why.rule or 'geen'}"
        )
    return "; ".join(parts)


def _nodes(hashes: Sequence[bytes], signed: SignedCheckpoint) -> Mapping[tuple[int, int], bytes]:
    appended = plan_append(Frontier(), hashes)
    if (appended.frontier.size, appended.root) != (signed.checkpoint.size, signed.checkpoint.root):
        raise ProofInvalid("de bladen zijn niet die van het checkpoint")
    return {(0, leaf.leaf_index): leaf.hash for leaf in appended.leaves} | {
        (node.level, node.node_index): node.hash for node in appended.nodes
    }


def _names(body: Mapping[str, Any], person_id: str) -> bool:
    about = body.get("over")
    return isinstance(about, dict) and person_id in about.get("persoon_ids", ())


def _parse_event(shape: Shape, checkpoint: str) -> Evidence:
    shape.closed("index", "zout", "inhoud", "pad")
    return Evidence(
        leaf=Leaf(body=shape.inner("inhoud").members, salt=decode_base64(shape.text("zout", _BASE64))),
        index=shape.integer("index", at_least=0),
        path=tuple(decode_base64(element) for element in shape.texts("pad", _BASE64)),
        checkpoint=checkpoint,
    )
