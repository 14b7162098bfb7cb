"""What became of a message that asks for an answer: who answered, who is late, who is silent, who said it twice, and
who contradicts whom.

Pure, over what the hub registered: types, senders, times and case facts. Content is not looked at, so an answer
is only called contradictory when its facts or its type say so. An answer names the message that it answers; a
message that names nothing answers nothing here. Receipts are no answers (deadlines: taking on).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gateway.domain.answer_rules import (
    ANSWER_RULES,
    ANSWER_WITHIN,
    DECISIVE,
    EXCLUDE,
    GOES_ON,
    PLAIN,
    AnswerRule,
    Asked,
)
from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.clock import parse_time
from gateway.domain.errors import InvalidInput
from gateway.domain.identifiers import MessageId, Oin, RoleId
from gateway.domain.urgency import Urgency

RECEIPT: Final = "systeem.ontvangst"
REFUSAL: Final = "systeem.weigering"
CORRECTION: Final = "bericht.correctie"
SYSTEM: Final = ("systeem",)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A registered message. `recipients` are the agencies and roles that got a copy; `reply_by` is its reageer_voor.
    `position` orders messages that were registered in the same instant."""

    message_id: MessageId
    message: str
    sender: Oin
    role: RoleId
    accepted_at: datetime
    urgency: Urgency
    facts: Mapping[str, object]
    recipients: tuple[tuple[Oin, RoleId], ...] = ()
    answers: MessageId | None = None
    reply_by: datetime | None = None
    position: int = 0


class Standing(StrEnum):
    """How it stands with an answer."""

    WACHT = "wacht"
    UITGEBLEVEN = "uitgebleven"
    GEWEIGERD = "geweigerd"
    BEANTWOORD = "beantwoord"
    TE_LAAT = "te_laat"
    TEGENSTRIJDIG = "tegenstrijdig"


_COMPLETE: Final = frozenset({Standing.GEWEIGERD, Standing.BEANTWOORD, Standing.TE_LAAT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAnswer:
    """What is owed and what came: by one agency, or with `owed_by` of more by any of them; refused when all of them did
    so by a systeem.weigering and nobody answered. `answers` are in order of registration; `duplicates` say what an
    earlier one said; `contradictions` are pairs that cannot both be true."""

    owed_by: tuple[Oin, ...]
    due_at: datetime | None
    standing: Standing
    answers: tuple[MessageId, ...]
    late: tuple[MessageId, ...]
    duplicates: tuple[MessageId, ...]
    contradictions: tuple[tuple[MessageId, MessageId], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A message and what is owed for it. `unasked` are answers of agencies from which none was expected."""

    message_id: MessageId
    expected: tuple[ExpectedAnswer, ...]
    unasked: tuple[MessageId, ...]

    @property
    def complete(self) -> bool:
        """Whether everything that is owed came, or was refused, without contradiction."""
        return all(each.standing in _COMPLETE for each in self.expected)


def conversation(asked: MessageRecord, records: Iterable[MessageRecord], now: datetime) -> Conversation:
    """How it stands at `now` with the answers to a message, out of the messages of its case in any order.

    An answer that a later correction of its sender calls wrong or wrongly sent no longer contradicts and no
    longer counts. Raises: UnknownMessageType; InvalidValue for a fact that is no time."""
    message_type = catalogue().message(asked.message)
    rule = ANSWER_RULES.get(asked.message, PLAIN)
    in_order = sorted(records, key=lambda each: (each.accepted_at, each.position, each.message_id))
    void = _withdrawn(in_order)
    replies = [
        record
        for record in in_order
        if record.answers == asked.message_id
        and record.message in _reply_types(message_type)
        and record.message_id not in void
    ]
    refused = {r.sender for r in in_order if r.answers == asked.message_id and r.message == REFUSAL}
    groups = _owed(asked, message_type, rule)
    due_at = answer_due(asked)
    expected = [_expected(group, replies, due_at, now, refused=refused.issuperset(group)) for group in groups]
    known = {oin for group in groups for oin in group}
    return Conversation(
        message_id=asked.message_id,
        expected=tuple(expected),
        unasked=tuple(reply.message_id for reply in replies if reply.sender not in known),
    )


def answer_due(asked: MessageRecord) -> datetime | None:
    """Until when an answer is in time: what the message states in its facts, else its reply-by, else by its urgency.

    Raises: InvalidValue for a fact that is no time.
    """
    rule = ANSWER_RULES.get(asked.message, PLAIN)
    stated = asked.facts.get(rule.due_fact) if rule.due_fact is not None else None
    if stated is not None:
        return parse_time(stated)
    if asked.reply_by is not None:
        return asked.reply_by
    for name, times in rule.within.items():
        if (within := times.get(str(asked.facts.get(name)))) is not None:
            return asked.accepted_at + within
    general = ANSWER_WITHIN.get(asked.urgency)
    return None if general is None else asked.accepted_at + general


def check_answer(answer: str, asked: str | None) -> None:
    """Whether a message of the type `answer` may call itself an answer to one of the type `asked`, which is None when
    the case holds no such message. What only the system says (a refusal, a receipt) may answer any.

    Raises: InvalidInput `antwoord-op-niets` or `antwoord-past-niet`; UnknownMessageType.
    """
    if asked is None:
        raise InvalidInput(
            code="antwoord-op-niets",
            detail_nl="Het bericht waarop dit een antwoord is, staat niet in deze zaak.",
            detail_en="The message that this answers is not in this case.",
        )
    by_system = catalogue().message(answer).purposes == SYSTEM
    if not by_system and answer not in catalogue().message(asked).reply_types:
        raise InvalidInput(
            code="antwoord-past-niet",
            detail_nl=f"{answer} is geen antwoord op {asked}.",
            detail_en=f"{answer} is no answer to {asked}.",
        )


def _reply_types(message_type: MessageType) -> tuple[str, ...]:
    return tuple(name for name in message_type.reply_types if name != RECEIPT)


def _owed(asked: MessageRecord, message_type: MessageType, rule: AnswerRule) -> list[tuple[Oin, ...]]:
    """The agencies that owe an answer: recipients in a role that may send it. Nobody that may: the whole of them."""
    reply_types = _reply_types(message_type)
    stated = all(asked.facts.get(name) in values for name, values in rule.when.items())
    present = rule.present is None or asked.facts.get(rule.present) is not None
    if not reply_types or not rule.owed or not stated or not present:
        return []
    may = {role for name in reply_types for role in catalogue().message(name).senders}
    able = dict.fromkeys(oin for oin, role in asked.recipients if role in may)
    agencies = tuple(able or dict.fromkeys(oin for oin, _ in asked.recipients))
    return [(oin,) for oin in agencies] if rule.asked is Asked.EACH else [agencies]


def _expected(
    owed_by: tuple[Oin, ...],
    replies: Sequence[MessageRecord],
    due_at: datetime | None,
    now: datetime,
    *,
    refused: bool,
) -> ExpectedAnswer:
    own = [reply for reply in replies if reply.sender in owed_by]
    late = [reply for reply in own if due_at is not None and reply.accepted_at > due_at]
    duplicates = [
        later for index, later in enumerate(own) if any(_same(earlier, later) for earlier in own[:index])
    ]
    pairs = [
        (earlier, later)
        for index, later in enumerate(own)
        for earlier in own[:index]
        if _contradict(earlier, later)
    ]
    return ExpectedAnswer(
        owed_by=owed_by,
        due_at=due_at,
        standing=Standing.GEWEIGERD
        if refused and not own
        else _standing(own, late, contradicts=bool(pairs), overdue=due_at is not None and now >= due_at),
        answers=tuple(reply.message_id for reply in own),
        late=tuple(reply.message_id for reply in late),
        duplicates=tuple(reply.message_id for reply in duplicates),
        contradictions=tuple((earlier.message_id, later.message_id) for earlier, later in pairs),
    )


def _standing(
    own: Sequence[MessageRecord], late: Sequence[MessageRecord], *, contradicts: bool, overdue: bool
) -> Standing:
    if not own:
        return Standing.UITGEBLEVEN if overdue else Standing.WACHT
    if contradicts:
        return Standing.TEGENSTRIJDIG
    return Standing.TE_LAAT if len(late) == len(own) else Standing.BEANTWOORD


def _same(earlier: MessageRecord, later: MessageRecord) -> bool:
    """The same agency said it before: same type and same decisive fact. Other facts are times and may differ."""
    decisive = DECISIVE.get(later.message)
    return (earlier.message, earlier.sender) == (later.message, later.sender) and (
        decisive is None or earlier.facts.get(decisive) == later.facts.get(decisive)
    )


def _contradict(earlier: MessageRecord, later: MessageRecord) -> bool:
    if earlier.message != later.message:
        return frozenset({earlier.message, later.message}) in EXCLUDE
    decisive = DECISIVE.get(later.message)
    if decisive is None:
        return False
    before, after = earlier.facts.get(decisive), later.facts.get(decisive)
    return before != after and (str(before), str(after)) not in GOES_ON.get(later.message, frozenset())


def _withdrawn(records: Sequence[MessageRecord]) -> set[object]:
    """Messages that their own sender called wrong or wrongly sent."""
    senders = {record.message_id: record.sender for record in records}
    return {
        record.facts.get("bericht_id")
        for record in records
        if record.message == CORRECTION
        and record.facts.get("soort") in {"onjuist", "ten_onrechte_verzonden"}
        and senders.get(MessageId(str(record.facts.get("bericht_id")))) == record.sender
    }
