"""What the node asks of the systems of its agency: take over what arrived. Adapters implement it.

Uses the domain and nothing else, so that an adapter sees no keys, no hub and no formats of the exchange.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from gateway.domain.errors import Unavailable


class Mark(StrEnum):
    """What the agency must know of a delivery besides its content."""

    SIMULATION = "simulatie"
    PREDECESSOR_MISSING = "voorganger_ontbreekt"
    DOCUMENT_MISSING = "document_ontbreekt"
    CORRECTED = "gecorrigeerd"
    WITHDRAWN = "ingetrokken"
    CONTESTED = "betwist"
    RECALLED = "teruggehaald"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A field of the message that this copy does not hold as its sender filled it in, and the rule behind it."""

    field: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One verified copy, ready for the agency's own system.

    `copy_id` is the idempotency key: the same copy may be offered again after a crash, and is then the same delivery.
    `sent_at` is RFC 3339 in UTC. `content` is what the sender's node left of the message for this role. `corrections`
    are the copies of corrections of this message that came before it was handed over; those that come later are
    deliveries of their own, whose content names the message.
    """

    copy_id: str
    message_id: str
    case_id: str
    message_type: str
    sender_oin: str
    sender_role: str
    role: str
    purpose: str
    urgency: str
    sent_at: str
    content: Mapping[str, Any]
    withheld: tuple[Withheld, ...]
    marks: tuple[Mark, ...]
    corrections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The agency's system has it. `reference` is that system's own number for it, at most 200 characters; `in_node`
    when nothing left the node, so that a copy that is taken back can still be destroyed."""

    reference: str
    in_node: bool = False


class RecallKind(StrEnum):
    """What became of a copy that its sender took back."""

    TAKEN_BACK = "teruggehaald"
    BREACH = "datalek"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallNotice:
    """A copy was taken back, which the agency's system took over or may have taken over. Holds no content.

    `kind` is BREACH when somebody saw the copy or the system has it: its sender keeps a breach file (AVG 33). A copy of
    which that shows later is told a second time, as BREACH. `reference` is the system's own of the delivery, None when
    its answer never came. `taken_back_at` is RFC 3339 in UTC.
    """

    kind: RecallKind
    copy_id: str
    message_id: str
    case_id: str
    message_type: str
    sender_oin: str
    sender_role: str
    role: str
    reference: str | None
    taken_back_at: str

    @property
    def notice_id(self) -> str:
        """The idempotency key: each kind is told once of a copy."""
        return f"{self.copy_id}.{self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """The agency's system keeps the notice, under its own `reference` of at most 200 characters. `was_here`: it had
    taken the copy over, at any time."""

    reference: str
    was_here: bool


class AgencyUnavailable(Unavailable):
    """The agency's system did not take the delivery or the notice over. It is offered again; nothing is lost."""

    default_code = "organisatiesysteem-onbereikbaar"
    default_nl = "Het systeem van de organisatie is niet bereikbaar."
    default_en = "The agency's own system cannot be reached."


class AgencyAdapter(Protocol):
    """The bridge to one agency's system.

    `deliver` returns only when the system keeps the delivery. Offered again with the same copy id it changes nothing
    and returns the same reference. It raises AgencyUnavailable, and nothing else, when the delivery was not taken over
    or when that is not known. `recall` promises the same of a notice, by its notice id; from then on the system does
    not take that copy over any more. `adapters.conformance` holds an adapter to this.
    """

    async def deliver(self, delivery: Delivery) -> Handed: ...

    async def recall(self, notice: RecallNotice) -> Noted: ...

    async def close(self) -> None: ...


class OwnMailbox:
    """For an agency without a system of its own: the mailbox of the node is where its people look."""

    async def deliver(self, delivery: Delivery) -> Handed:
        return Handed(reference=delivery.copy_id, in_node=True)

    async def recall(self, notice: RecallNotice) -> Noted:
        return Noted(reference=notice.notice_id, was_here=False)

    async def close(self) -> None:
        return None
