"""The body of a leaf, version 1: who did what, why, about whom. Identifiers only; a place for free text does
not exist.

Evolution: version 1 is closed. A member is never renamed, given another meaning or made required later; a new
optional member, or any other change, is a new `versie`. Readers refuse a version that they do not know,
because a body that is half understood proves nothing. Event tags may be added without a new version
(`audit.events`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from audit.errors import BodyInvalid, UnknownVersion
from audit.events import TAG_FORM, EventTag
from audit.shape import Shape

VERSION = 1

_ID = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._:/@+=-]{0,199}"
)  # No spaces: a name or a sentence cannot stand here.
_OIN = re.compile(r"[0-9]{20}")
_ARTICLE = re.compile(
    r"[^\x00-\x1f\x7f-\x9f]{1,200}"
)  # A citation from the policy data, such as "art. 16 lid 1 Wpg".
_TRACE = re.compile(r"(?!0{32})[0-9a-f]{32}")  # W3C Trace Context: 16 bytes, not all zero.
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url without padding.
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The acting organisation, its role and, when a person acted, a pseudonym that only his agency can
    resolve."""

    oin: str
    role: str | None = None
    person: str | None = None

    def to_json(self) -> dict[str, object]:
        return {"oin": self.oin, "rol": self.role, "persoon": self.person}

    @classmethod
    def parse(cls, shape: Shape) -> Self:
        shape.closed("oin", "rol", "persoon")
        return cls(
            oin=shape.text("oin", _OIN), role=shape.maybe("rol", _ID), person=shape.maybe("persoon", _ID)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The organisation and role that something was provided to."""

    oin: str
    role: str | None = None

    def to_json(self) -> dict[str, object]:
        return {"oin": self.oin, "rol": self.role}

    @classmethod
    def parse(cls, shape: Shape) -> Self:
        shape.closed("oin", "rol")
        return cls(oin=shape.text("oin", _OIN), role=shape.maybe("rol", _ID))


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The purpose, and the decision that allowed or refused it: rule, article, decision id and policy
    revision."""

    purpose: str | None = None
    rule: str | None = None
    article: str | None = None
    decision_id: str | None = None
    revision: str | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "doel": self.purpose,
            "regel": self.rule,
            "artikel": self.article,
            "besluit_id": self.decision_id,
            "revisie": self.revision,
        }

    @classmethod
    def parse(cls, shape: Shape) -> Self:
        shape.closed("doel", "regel", "artikel", "besluit_id", "revisie")
        return cls(
            purpose=shape.maybe("doel", _ID),
            rule=shape.maybe("regel", _ID),
            article=shape.maybe("artikel", _ARTICLE),
            decision_id=shape.maybe("besluit_id", _ID),
            revision=shape.maybe("revisie", _ID),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The case and the persons in it. `numbers[i]` is the running number of this event for `person_ids[i]`,
    from 1 on."""

    case_id: str | None = None
    person_ids: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {"zaak_id": self.case_id, "persoon_ids": [*self.person_ids], "volgnummers": [*self.numbers]}

    @classmethod
    def parse(cls, shape: Shape) -> Self:
        shape.closed("zaak_id", "persoon_ids", "volgnummers")
        persons, numbers = shape.texts("persoon_ids", _ID), shape.integers("volgnummers", at_least=1)
        if len(persons) != len(numbers):
            raise BodyInvalid(
                f"{shape.pointer}/volgnummers: {len(numbers)} nummers voor {len(persons)} personen"
            )
        if len(set(persons)) != len(persons):
            raise BodyInvalid(f"{shape.pointer}/persoon_ids: een persoon staat er twee keer")
        return cls(case_id=shape.maybe("zaak_id", _ID), person_ids=persons, numbers=numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """The message or copy; `commitment` is SHA-256(salt || content) in base64url, the only digest of content
    anywhere."""

    message_id: str
    copy_id: str | None = None
    type: str | None = None
    commitment: str | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "bericht_id": self.message_id,
            "kopie_id": self.copy_id,
            "type": self.type,
            "commitment": self.commitment,
        }

    @classmethod
    def parse(cls, shape: Shape) -> Self:
        shape.closed("bericht_id", "kopie_id", "type", "commitment")
        return cls(
            message_id=shape.text("bericht_id", _ID),
            copy_id=shape.maybe("kopie_id", _ID),
            type=shape.maybe("type", _ID),
            commitment=shape.maybe("commitment", _DIGEST),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Which leaves lost salt and body. Stands in a `log:blad:gewist` leaf, which itself is never erased."""

    indexes: tuple[int, ...]

    def to_json(self) -> dict[str, object]:
        return {"gewist": [*self.indexes]}

    @classmethod
    def parse(cls, shape: Shape) -> Self:
        shape.closed("gewist")
        indexes = shape.integers("gewist", at_least=0)
        if not indexes or list(indexes) != sorted(set(indexes)):
            raise BodyInvalid(f"{shape.pointer}/gewist: bladen horen oplopend en zonder herhaling te staan")
        return cls(indexes=indexes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """The log that this one continues. Stands in a `log:oorsprong:geopend` leaf, the first of a new origin.

    `checkpoint` is the signed note of the old log, so that its size, root and signature travel with the
    citation.
    """

    checkpoint: str

    def to_json(self) -> dict[str, object]:
        return {"voorganger": self.checkpoint}

    @classmethod
    def parse(cls, shape: Shape) -> Self:
        shape.closed("voorganger")
        return cls(checkpoint=shape.text("voorganger", re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]{1,4000}")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One event. `at` is aware and is written in UTC with milliseconds; `what` is an EventTag when we write
    it."""

    at: datetime
    who: Who
    what: str
    why: Why | None = None
    about: About | None = None
    message: MessageRef | None = None
    trace_id: str | None = None
    to: Recipient | None = None
    log: Erasure | Predecessor | None = None

    def to_json(self) -> dict[str, Any]:
        """The members as they stand on the wire; `aan` and `log` are present only where they say
        something."""
        members: dict[str, Any] = {
            "versie": VERSION,
            "tijdstip": _instant(self.at),
            "wie": self.who.to_json(),
            "wat": str(self.what),
            "waarom": self.why.to_json() if self.why else None,
            "over": self.about.to_json() if self.about else None,
            "bericht": self.message.to_json() if self.message else None,
            "trace_id": self.trace_id,
        }
        optional = {"aan": self.to, "log": self.log}
        return members | {name: value.to_json() for name, value in optional.items() if value is not None}


def parse_body(value: object) -> Body:
    """The body that `value` (parsed JSON) holds. Raises UnknownVersion, or BodyInvalid naming the member."""
    shape = Shape.of(value)
    if shape.integer("versie", at_least=1) != VERSION:
        raise UnknownVersion(f"/versie: onbekende versie {shape.integer('versie', at_least=1)}")
    members = ("versie", "tijdstip", "wie", "wat", "waarom", "over", "bericht", "trace_id")
    shape.closed(*members, *(name for name in ("aan", "log") if shape.has(name)))
    what = shape.text("wat", TAG_FORM)
    return Body(
        at=_parse_instant(shape.text("tijdstip", _INSTANT)),
        who=Who.parse(shape.inner("wie")),
        what=what,
        why=Why.parse(shape.inner("waarom")) if shape.filled("waarom") else None,
        about=About.parse(shape.inner("over")) if shape.filled("over") else None,
        message=MessageRef.parse(shape.inner("bericht")) if shape.filled("bericht") else None,
        trace_id=shape.maybe("trace_id", _TRACE),
        to=Recipient.parse(shape.inner("aan")) if shape.has("aan") else None,
        log=_parse_log(what, shape),
    )


def _parse_log(what: str, shape: Shape) -> Erasure | Predecessor | None:
    match what:
        case EventTag.LEAF_ERASED:
            return Erasure.parse(shape.inner("log"))
        case EventTag.ORIGIN_OPENED if shape.has("log"):
            return Predecessor.parse(shape.inner("log"))
    if shape.has("log"):
        raise BodyInvalid("/log: hoort niet bij deze gebeurtenis")
    return None


def _instant(at: datetime) -> str:
    if at.tzinfo is None:
        raise BodyInvalid("/tijdstip: een tijdstip zonder tijdzone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parse_instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise BodyInvalid("/tijdstip: geen bestaand tijdstip") from exc
