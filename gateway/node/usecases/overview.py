"""What people see in lists: their mailbox, what was sent in their roles, and what somebody must look at. No content.

Each goes through the decision on which cases exist for the person (`visible`).
"""

import json
from dataclasses import dataclass, replace

from gateway.domain.errors import NotFound
from gateway.node.ports import Mark
from gateway.node.storage import recalls, received, sent
from gateway.node.storage.contested import contested_among
from gateway.node.storage.corrections import KnownCorrection, corrections_of
from gateway.node.storage.database import Connection
from gateway.node.storage.recalls import RecallOut
from gateway.node.storage.rows import (
    MissingNumber,
    Quarantined,
    ReceiptIn,
    ReceiptOut,
    ReceivedCopy,
    SentCopy,
    SentMessage,
)
from gateway.node.storage.sender_numbers import reported
from gateway.node.storage.sent import SentState
from gateway.node.usecases.corrections import marks_of
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.visible import Listing, Seen, require_seen, seen_by
from gateway.protocol.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxEntry:
    """A copy for one of the person's roles, with the receipts that were given for it and what corrects it."""

    copy: ReceivedCopy
    receipts: tuple[ReceiptOut, ...]
    corrections: tuple[KnownCorrection, ...] = ()
    is_recalled: bool = False
    is_contested: bool = False

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What must be known of the copy before it is read."""
        recalled = (Mark.RECALLED,) if self.is_recalled else ()
        mark = self.copy.mark
        return (
            *recalled,
            *marks_of(self.corrections, contested=self.is_contested),
            *(() if mark is None else (Mark(mark),)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEntry:
    """A message of ours: per recipient where it is and what was withheld; who gets nothing stands in the plan only."""

    message: SentMessage
    plan: Plan
    copies: tuple[SentCopy, ...]
    receipts: tuple[ReceiptIn, ...]
    recalls: tuple[RecallOut, ...] = ()
    is_contested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What should not happen: numbers that a sender counted and that never came, and items that were set aside."""

    missing: tuple[MissingNumber, ...]
    quarantined: tuple[Quarantined, ...]
    incomplete: str | None = None


async def mailbox(parts: Parts, person: Person) -> Listing[MailboxEntry]:
    """Newest first, of cases that exist for this person. Raises Unavailable when the hub cannot decide."""
    addressed = await parts.database.read(lambda c: received.received_by(c, person.roles))
    seen = await seen_by(parts, person, ((copy.case_id, copy.role) for copy in addressed))
    copies = tuple(copy for copy in addressed if seen.shows(copy.case_id, copy.role, copy.urgency))

    def load(connection: Connection) -> tuple[MailboxEntry, ...]:
        given = received.receipts_of(connection, [copy.copy_id for copy in copies])
        told = corrections_of(connection, copies)
        contested = contested_among(connection, {copy.message_id for copy in copies})
        back = {recall.copy_id for recall in recalls.recalled_from(connection, person.roles)}
        return tuple(
            MailboxEntry(
                copy=copy,
                receipts=tuple(r for r in given if r.copy_id == copy.copy_id),
                corrections=tuple(c for c in told if c.original == copy.copy_id),
                is_recalled=copy.copy_id in back,
                is_contested=copy.message_id in contested,
            )
            for copy in copies
        )

    return Listing(entries=await parts.database.read(load), incomplete=seen.incomplete)


async def sent_messages(parts: Parts, person: Person) -> Listing[SentEntry]:
    """What was sent in the person's roles, newest first, of cases that exist for this person; and what he wrote himself
    that did not reach the hub. Raises Unavailable when the hub cannot decide."""
    messages = await parts.database.read(lambda c: sent.messages_of(c, person.roles))
    others = [message for message in messages if not _is_own_draft(message, person)]
    seen = await seen_by(parts, person, ((message.case_id, message.role) for message in others))
    shown = [
        message
        for message in messages
        if _is_own_draft(message, person) or seen.shows(message.case_id, message.role, message.urgency)
    ]
    entries = await parts.database.read(lambda c: tuple(_entry(c, message) for message in shown))
    return Listing(entries=entries, incomplete=seen.incomplete)


async def sent_message(parts: Parts, person: Person, message_id: str) -> SentEntry:
    """Raises NotFound for a message that does not exist, or was sent in a role that this person does not have or in a
    case that does not exist for him; Unavailable when the hub cannot decide."""
    message = await parts.database.read(lambda c: sent.find_message(c, message_id))
    if message is None:
        raise NotFound
    person.require_addressee(message.role)
    if not _is_own_draft(message, person):
        await require_seen(parts, person, case_id=message.case_id, role=message.role, urgency=message.urgency)
    return await parts.database.read(lambda c: _entry(c, message))


async def just_sent(parts: Parts, person: Person, message_id: str) -> SentEntry:
    """The message that this person handed in just now, which is no news to him. Raises NotFound."""
    message = await parts.database.read(lambda c: sent.find_message(c, message_id))
    if message is None:
        raise NotFound
    person.require_addressee(message.role)
    return await parts.database.read(lambda c: _entry(c, message))


async def signals(parts: Parts, person: Person) -> Signals:
    """Of cases that exist for this person. What was set aside is told to everyone of its role, and to everyone of the
    agency when it names none, without the copy: whoever tampers must not be able to hide it behind another case."""

    def load(connection: Connection) -> tuple[tuple[MissingNumber, ...], tuple[Quarantined, ...]]:
        return reported(connection, person.roles), tuple(
            q for q in received.quarantined(connection) if q.role is None or q.role in person.roles
        )

    missing, quarantined = await parts.database.read(load)
    named = ((q.case_id, q.role) for q in quarantined if q.case_id is not None and q.role is not None)
    seen = await seen_by(parts, person, (*((m.case_id, m.role) for m in missing), *named))
    return Signals(
        missing=tuple(m for m in missing if seen.shows(m.case_id, m.role, None)),
        quarantined=tuple(_told(q, seen) for q in quarantined),
        incomplete=seen.incomplete,
    )


def _told(set_aside: Quarantined, seen: Seen) -> Quarantined:
    case_id, role = set_aside.case_id, set_aside.role
    if case_id is not None and role is not None and seen.shows(case_id, role, None):
        return set_aside
    return replace(set_aside, copy_id=None, case_id=None)


def _is_own_draft(message: SentMessage, person: Person) -> bool:
    """What the hub does not have, or refused: only whoever wrote it knows of it."""
    return message.staff == person.staff and message.state != SentState.ACCEPTED


def _entry(connection: Connection, message: SentMessage) -> SentEntry:
    return SentEntry(
        message=message,
        plan=Plan.parse(json.loads(message.plan)),
        copies=sent.copies_of(connection, message.message_id),
        receipts=sent.receipts_for(connection, message.message_id),
        recalls=recalls.recalled_of(connection, message.message_id),
        is_contested=bool(contested_among(connection, [message.message_id])),
    )
