"""What people see in lists: their mailbox, what was sent in their roles, and what somebody must look at. No content."""

import json
from dataclasses import dataclass

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
from gateway.node.usecases.corrections import marks_of
from gateway.node.usecases.parts import Parts, Person
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


async def mailbox(parts: Parts, person: Person) -> tuple[MailboxEntry, ...]:
    """Newest first."""

    def load(connection: Connection) -> tuple[MailboxEntry, ...]:
        copies = received.received_by(connection, person.roles)
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

    return await parts.database.read(load)


async def sent_messages(parts: Parts, person: Person) -> tuple[SentEntry, ...]:
    """What was sent in the person's roles, newest first."""
    return await parts.database.read(
        lambda c: tuple(_entry(c, message) for message in sent.messages_of(c, person.roles))
    )


async def sent_message(parts: Parts, person: Person, message_id: str) -> SentEntry:
    """Raises NotFound for a message that does not exist, or was sent in a role that this person does not have."""

    def load(connection: Connection) -> SentEntry | None:
        message = sent.find_message(connection, message_id)
        return None if message is None else _entry(connection, message)

    entry = await parts.database.read(load)
    if entry is None:
        raise NotFound
    person.require_addressee(entry.message.role)
    return entry


async def signals(parts: Parts, person: Person) -> Signals:
    """For the person's roles; what was set aside without a name is shown to everyone of the agency."""

    def load(connection: Connection) -> Signals:
        return Signals(
            missing=reported(connection, person.roles),
            quarantined=tuple(
                q for q in received.quarantined(connection) if q.role is None or q.role in person.roles
            ),
        )

    return await parts.database.read(load)


def _entry(connection: Connection, message: SentMessage) -> SentEntry:
    return SentEntry(
        message=message,
        plan=Plan.parse(json.loads(message.plan)),
        copies=sent.copies_of(connection, message.message_id),
        receipts=sent.receipts_for(connection, message.message_id),
        recalls=recalls.recalled_of(connection, message.message_id),
        is_contested=bool(contested_among(connection, [message.message_id])),
    )
