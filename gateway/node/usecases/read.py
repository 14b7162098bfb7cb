"""A person opens a copy. The hub decides each time; shown is what both the copy and this decision allow.

(1) The copy exists for whoever acts in the role it is addressed to, and for nobody else. (2) Ask the hub, with the
purpose that the person states. (3) Open the copy again, from the bytes that came. (4) Keep what both allow. (5) Store
the receipt `geopend`; only then (6) show it. What is not shown is named, with the rule and the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.errors import NotFound, Refused
from gateway.domain.identifiers import PurposeId, RuleId
from gateway.node.hub_link import answer_or_error
from gateway.node.masks import MaskContext, withheld
from gateway.node.storage import received
from gateway.node.storage.database import Connection
from gateway.node.storage.pseudonyms import pseudonym
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.kept import open_kept
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.receipts import give_receipt
from gateway.node.usecases.shown import reader_of, shown
from gateway.protocol.manifest import Manifest
from gateway.protocol.opening import OpenedCopy
from gateway.protocol.plan import FieldPlan
from gateway.protocol.questions import BreakGlass, ReadAnswer, ReadQuestion
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A field that is not shown as its sender filled it in. `by_reading` when this reader's decision withholds it, not
    the copy itself."""

    field: str
    rule: str
    reason_nl: str
    reason_en: str
    article: str
    by_reading: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a person sees of a copy under one purpose, and what not and why."""

    copy: ReceivedCopy
    purpose: str
    decision_id: str
    content: Mapping[str, Any]
    left_out: tuple[LeftOut, ...]


async def read_copy(
    parts: Parts, person: Person, copy_id: str, *, purpose: str | None, emergency: str | None = None
) -> Reading:
    """`emergency` is the reason of a person on duty who breaks the glass; the hub judges it.

    Raises NotFound, Refused, InvalidInput, and Unavailable when the hub cannot decide: then nothing is shown.
    """
    copy = await find_addressed(parts, person, copy_id)  # (1)
    answer = await _decide(parts, person, copy, purpose, emergency)  # (2)
    opened = open_kept(parts, copy)  # (3)
    return await parts.database.write(lambda c: _show(parts, c, person, copy, opened=opened, answer=answer))


async def find_addressed(parts: Parts, person: Person, copy_id: str) -> ReceivedCopy:
    """The copy, if it is addressed to a role in which this person acts. Raises NotFound."""
    copy = await parts.database.read(lambda c: received.find_received(c, copy_id))
    if copy is None:
        raise NotFound
    person.require_addressee(copy.role)
    return copy


async def _decide(
    parts: Parts, person: Person, copy: ReceivedCopy, purpose: str | None, emergency: str | None
) -> ReadAnswer:
    question = ReadQuestion(
        kopie_id=copy.copy_id,
        lezer=Staff(rol=copy.role, medewerker=person.staff),
        doel=purpose,
        breekglas=None if emergency is None else BreakGlass(reden=emergency),
    )
    body = answer_or_error(await parts.hub.ask(Verb.READ, question.canonical()))
    answer = ReadAnswer.parse(dict(body))
    if not answer.toegestaan or answer.kopie_id != copy.copy_id:
        raise Refused(rule="G00_default", article=catalogue().rule_text("G00_default").article)
    return answer


def _show(
    parts: Parts,
    connection: Connection,
    person: Person,
    copy: ReceivedCopy,
    *,
    opened: OpenedCopy,
    answer: ReadAnswer,
) -> Reading:
    message_type, manifest = catalogue().message(copy.message_type), opened.statement.context.manifest
    ctx = MaskContext(
        reader=reader_of(opened),
        pseudonym=lambda value: pseudonym(connection, copy.case_id, value, parts.database.secret),
        region=parts.agency.municipalities,
        purpose=PurposeId(answer.doel),
    )
    content = shown(message_type, opened.content, manifest, answer, ctx)  # (4)
    give_receipt(parts, connection, copy, "geopend", parts.clock(), staff=person.staff)  # (5)
    parts.to_hub.ring()
    return Reading(  # (6)
        copy=copy,
        purpose=answer.doel,
        decision_id=answer.besluit_id,
        content=content,
        left_out=_left_out(message_type, manifest, answer),
    )


def _left_out(message_type: MessageType, manifest: Manifest, answer: ReadAnswer) -> tuple[LeftOut, ...]:
    """Follows from the decisions alone, so it says nothing about whether a field was filled in."""
    by_copy = {each["veld"]: each["regel"] for each in withheld(message_type, manifest)}
    by_reading = {field.veld: field for field in answer.velden}
    found = []
    for field in message_type.fields:
        reading = by_reading.get(field.name)
        if field.name in by_copy:
            found.append(_by_copy(field.name, by_copy[field.name], reading))
        elif reading is None:
            found.append(_by_rule(field.name, "G00_default", by_reading=True))
        elif reading.besluit != "allow":
            found.append(_by_plan(reading, by_reading=True))
    return tuple(found)


def _by_copy(field: str, rule: str, reading: FieldPlan | None) -> LeftOut:
    """A manifest names the rule only; where this reading is decided by the same one, its row gives the reason."""
    if reading is not None and reading.besluit != "allow" and reading.regel == rule:
        return _by_plan(reading, by_reading=False)
    return _by_rule(field, rule, by_reading=False)


def _by_plan(plan: FieldPlan, *, by_reading: bool) -> LeftOut:
    return LeftOut(
        field=plan.veld,
        rule=plan.regel,
        reason_nl=plan.reden.nl,
        reason_en=plan.reden.en,
        article=plan.artikel,
        by_reading=by_reading,
    )


def _by_rule(field: str, rule: str, *, by_reading: bool) -> LeftOut:
    text = catalogue().rules.get(RuleId(rule)) or catalogue().rule_text("G00_default")
    return LeftOut(
        field=field,
        rule=rule,
        reason_nl=text.nl,
        reason_en=text.en,
        article=text.article,
        by_reading=by_reading,
    )
