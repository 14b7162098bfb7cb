"""How it stands with the answers to messages of an agency: expected, late, missing, double, contradictory.

Decided by `gateway.domain.conversation`; here it is decided on what: only messages that the asking agency sent or was
sent, and of a message that it was sent only itself as a recipient. So who else was asked, or answered, cannot show.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.conversation import Conversation, ExpectedAnswer, MessageRecord, conversation
from gateway.domain.identifiers import MessageId, Oin, RoleId
from gateway.domain.urgency import Urgency
from gateway.hub.storage.conversations import Exchanged, load_exchanged
from gateway.hub.storage.deliveries import Outcome
from gateway.hub.storage.rows import MessageRow
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.conversations import (
    ConversationAnswer,
    ConversationQuestion,
    GivenAnswer,
    MessageConversation,
    OwedAnswer,
)
from gateway.protocol.exchange import Answer


async def show_conversations(parts: Parts, asker: Asker, question: ConversationQuestion) -> Answer:
    """The conversations of those messages that are the asking agency's; nothing about the others."""
    exchanged = await parts.reader.read(
        lambda c: load_exchanged(c, oin=asker.oin, message_ids=question.berichten)
    )
    successions, now = parts.registry().successions, parts.clock()
    seen = _seen(exchanged, asker.oin, lambda oin: Oin(successions.heir(oin, now)))
    shown = [
        _shown(seen[message_id], seen, now)
        for message_id in dict.fromkeys(question.berichten)
        if message_id in seen
    ]
    return Answer(200, ConversationAnswer(gesprekken=shown).to_json())


@dataclass(frozen=True, slots=True)
class _Seen:
    """A message as this agency may know it."""

    case_id: str
    record: MessageRecord


def _seen(exchanged: Exchanged, oin: str, heir: Callable[[str], Oin]) -> dict[str, _Seen]:
    """What the agency sent, with every recipient; what it was sent, with itself as the only one. Whoever took the place
    of an agency (`heir`) owes its answers."""
    reached: dict[tuple[str, str], list[tuple[Oin, RoleId]]] = {}
    for delivery in exchanged.deliveries:
        if delivery.outcome != Outcome.RECALLED:
            address = (heir(delivery.oin), RoleId(delivery.role))
            reached.setdefault((delivery.source, delivery.message_id), []).append(address)
    found = {}
    for message in exchanged.messages:
        recipients = reached.get((message.source, message.message_id), [])
        own = [address for address in recipients if address[0] == oin]
        sender = heir(message.oin)
        if sender == oin or own:
            told = recipients if sender == oin else own
            found[message.message_id] = _Seen(message.case_id, _record(message, sender, told))
    return found


def _record(message: MessageRow, sender: Oin, recipients: Sequence[tuple[Oin, RoleId]]) -> MessageRecord:
    return MessageRecord(
        message_id=MessageId(message.message_id),
        message=message.message_type,
        sender=sender,
        role=RoleId(message.role),
        accepted_at=parse_time(message.accepted_at),
        urgency=Urgency(message.urgency),
        facts=json.loads(message.facts),
        recipients=tuple(recipients),
        position=message.position,
        answers=None if message.in_reply_to is None else MessageId(message.in_reply_to),
    )


def _shown(asked: _Seen, seen: Mapping[str, _Seen], now: datetime) -> MessageConversation:
    about = _conversation(asked, seen, now)
    record = asked.record
    answered = None if record.answers is None else seen.get(record.answers)
    within = None if answered is None else _conversation(answered, seen, now)
    return MessageConversation(
        bericht_id=record.message_id,
        verwacht=[_owed(each, seen) for each in about.expected],
        ongevraagd=list(about.unasked),
        volledig=about.complete,
        antwoord_op=None if answered is None else answered.record.message_id,
        te_laat=_is(record.message_id, "late", within),
        dubbel=_is(record.message_id, "duplicates", within),
        spreekt_tegen=[] if within is None else list(_against(record.message_id, within.expected)),
    )


def _conversation(asked: _Seen, seen: Mapping[str, _Seen], now: datetime) -> Conversation:
    return conversation(asked.record, [s.record for s in seen.values() if s.case_id == asked.case_id], now)


def _is(message_id: str, what: str, within: Conversation | None) -> bool:
    return within is not None and any(message_id in getattr(each, what) for each in within.expected)


def _against(message_id: str, expected: Sequence[ExpectedAnswer]) -> Iterator[MessageId]:
    for each in expected:
        for one, other in each.contradictions:
            if message_id in {one, other}:
                yield other if one == message_id else one


def _owed(expected: ExpectedAnswer, seen: Mapping[str, _Seen]) -> OwedAnswer:
    return OwedAnswer(
        van=list(expected.owed_by),
        uiterlijk=None if expected.due_at is None else rfc3339(expected.due_at),
        stand=expected.standing.value,
        antwoorden=[_given(message_id, expected, seen) for message_id in expected.answers],
    )


def _given(message_id: MessageId, expected: ExpectedAnswer, seen: Mapping[str, _Seen]) -> GivenAnswer:
    record = seen[message_id].record
    return GivenAnswer(
        bericht_id=message_id,
        type=record.message,
        van=record.sender,
        aangenomen_op=rfc3339(record.accepted_at),
        te_laat=message_id in expected.late,
        dubbel=message_id in expected.duplicates,
        spreekt_tegen=list(_against(message_id, [expected])),
    )
