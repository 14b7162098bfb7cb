"""May this person open this copy now, and what of it? Asked by the node at every opening.

(1) Load the delivery; a copy of another agency is not found. (2) Load the case. (3) With break glass, ask whether it
may be broken. (4) Ask about every category of the message, under the reader's own purpose. (5) Write decision and
leaf, also of a refusal. (6) Answer per field.
"""

from dataclasses import dataclass
from datetime import datetime

from audit.body import MessageRef, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.errors import NotFound, Refused
from gateway.domain.identifiers import CategoryId, Oin, RoleId
from gateway.hub.policy.questions import AccessQuestion, ReadingAction, ReadingQuestion
from gateway.hub.policy.verdicts import AccessDecision, CategoryDecision, ReadingDecision
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.deliveries import Delivered
from gateway.hub.storage.recalls import Recalled, load_recalled
from gateway.hub.storage.rows import Row
from gateway.hub.usecases.auditing import audit_foreign_copy, cited, commitment_ref, leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor, Context, actor_context, may_read_as_assigned
from gateway.hub.usecases.deciding import subject_of
from gateway.hub.usecases.decision_record import access_decision_row, linked, reading_decision_row
from gateway.hub.usecases.grounds import Matter
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.proposal import check_staff, known_purpose
from gateway.hub.usecases.recall_record import TAKEN_BACK, opening_row, refuse_recalled
from gateway.hub.usecases.settling import load_record, settle
from gateway.hub.usecases.succeeding import link_leaves, require_current
from gateway.protocol.exchange import Answer
from gateway.protocol.manifest import Obligation
from gateway.protocol.plan import FieldPlan, Reason
from gateway.protocol.questions import ReadAnswer, ReadQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """Who wants to open what, and the glass that was broken for it, if any."""

    question: ReadQuestion
    known: Recalled
    found: Delivered
    record: CaseRecord
    reader: Actor
    now: datetime

    @property
    def message_type(self) -> MessageType:
        return catalogue().message(self.found.message.message_type)


async def decide_reading(parts: Parts, asker: Asker, body: bytes) -> Answer:
    """What of the copy this person may see. Raises InvalidInput, NotFound, Refused, DecisionUnavailable."""
    await require_current(parts, asker)
    question = ReadQuestion.parse_bytes(body)
    check_staff(question.lezer)
    return await settle(lambda: _decide(parts, asker, question))


async def _decide(parts: Parts, asker: Asker, question: ReadQuestion) -> Answer:
    """As decide_reading. Raises Moved when a fact changed before the decision was on record: nobody opens a copy on
    an assignment that has ended."""
    known = await parts.reader.read(lambda c: load_recalled(c, question.kopie_id))  # (1)
    if known is None or known.found.delivery.oin != asker.oin:
        await audit_foreign_copy(parts, asker, EventTag.READING_REFUSED)
        raise NotFound
    found = known.found
    opening = _Opening(
        question=question,
        known=known,
        found=found,
        record=await load_record(parts, asker, found.delivery.case_id),  # (2)
        reader=Actor(
            agency=asker.participant(parts.registry()),
            role=question.lezer.rol,
            staff=question.lezer.medewerker,
        ),
        now=parts.clock(),
    )
    glass = await _break_glass(parts, opening)  # (3)
    asked = _reading_question(opening, glass)
    verdict = await parts.decider.decide_reading(asked)  # (4)
    await parts.writer.write(_change(asker, opening, glass, asked, verdict))  # (5)
    if opening.known.recall is not None:
        raise refuse_recalled()
    if not verdict.allowed:
        raise Refused(
            rule=verdict.rule,
            article=verdict.article,
            detail_nl=verdict.reason_nl,
            detail_en=verdict.reason_en,
            next_step_nl=verdict.next_step_nl,
            next_step_en=verdict.next_step_en,
        )
    return Answer(200, _answer(opening, verdict).to_json())  # (6)


@dataclass(frozen=True, slots=True)
class _Glass:
    """The decision on breaking the glass."""

    question: AccessQuestion
    decision: AccessDecision


async def _break_glass(parts: Parts, opening: _Opening) -> _Glass | None:
    """The decision, when the reader declared an emergency. The reason itself stays at the node."""
    if opening.question.breekglas is None:
        return None
    context = _context(opening)
    kept = ("dienst", "doel_verklaard", "gebied_bevoegd", "kopie_bij_organisatie")
    question = AccessQuestion(
        now=opening.now,
        subject=subject_of(opening.reader),
        case_state=opening.record.standing.state,
        context={key: context[key] for key in kept} | {"reden_vermeld": True},
        question="break_glass",
        purpose=known_purpose(opening.question.doel),
    )
    return _Glass(question, await parts.decider.decide_access(question))


def _reading_question(opening: _Opening, glass: _Glass | None) -> ReadingQuestion:
    kind, delivery = opening.message_type, opening.found.delivery
    becomes_owner = RoleId(delivery.role) in kind.owner_after
    return ReadingQuestion(
        now=opening.now,
        subject=subject_of(opening.reader),
        case_state=opening.record.standing.state,
        context=_context(opening) | {"break_glass": glass is not None and glass.decision.allowed},
        action=ReadingAction.READ,
        purpose=known_purpose(opening.question.doel),
        owner=Oin(delivery.oin if becomes_owner else opening.record.heir(opening.found.message.oin)),
        categories=_categories(kind),
        message=kind.name,
    )


def _context(opening: _Opening) -> Context:
    return actor_context(opening.record, opening.reader, opening.now, matter=_matter(opening)) | {
        "doel_verklaard": opening.question.doel is not None,
        "toegewezen": may_read_as_assigned(opening.record, opening.reader),
    }


def _matter(opening: _Opening) -> Matter:
    """The copy as the registers are held against it: the data of whoever sent it, for the declared purpose."""
    purpose = known_purpose(opening.question.doel)
    return Matter(
        owner=opening.record.heir(opening.found.message.oin),
        categories=frozenset(_categories(opening.message_type)),
        purposes=frozenset() if purpose is None else frozenset({purpose}),
        in_reply_to=opening.found.message.in_reply_to,
    )


def _categories(kind: MessageType) -> tuple[CategoryId, ...]:
    """The categories of the message, each once, in the order of its fields."""
    return tuple(dict.fromkeys(field.category for field in kind.fields))


def _change(
    asker: Asker, opening: _Opening, glass: _Glass | None, asked: ReadingQuestion, verdict: ReadingDecision
) -> Change:
    case_id = opening.found.delivery.case_id
    links = opening.record.links_of(opening.reader.agency)
    rows: list[Row] = [linked(reading_decision_row(asked, verdict, case_id, opening.now), links)]
    is_allowed = verdict.allowed and opening.known.recall is None
    if is_allowed:
        rows += opening_row(opening.known, opening.now)
    event = EventTag.READING_ALLOWED if is_allowed else EventTag.READING_REFUSED
    leaves = [_leaf(event, asker, opening, verdict, purpose=verdict.purpose)]
    leaves += link_leaves(
        asker,
        links,
        opening.now,
        role=opening.reader.role,
        staff=opening.reader.staff,
        case_id=case_id,
        decision_id=verdict.decision_id,
    )
    if glass is not None:
        rows.append(linked(access_decision_row(glass.question, glass.decision, case_id, opening.now), links))
        broken = EventTag.BREAK_GLASS_OPENED if glass.decision.allowed else EventTag.BREAK_GLASS_REFUSED
        leaves.append(_leaf(broken, asker, opening, glass.decision, purpose=glass.question.purpose))
    return Change(
        key=f"lezen:{verdict.decision_id}",
        judge=lambda _: Judgement(inserts=tuple(rows)),
        leaves=tuple(leaves),
        reads=opening.record.situation.versions,
    )


def _leaf(
    event: EventTag,
    asker: Asker,
    opening: _Opening,
    verdict: ReadingDecision | AccessDecision,
    *,
    purpose: str | None,
) -> Leaf:
    delivery, message = opening.found.delivery, opening.found.message
    why = Why(
        purpose=purpose,
        rule=verdict.rule if opening.known.recall is None else TAKEN_BACK,
        article=cited(verdict.article),
        decision_id=verdict.decision_id,
        revision=verdict.revision,
    )
    return leaf(
        event,
        asker,
        opening.now,
        role=opening.reader.role,
        staff=opening.reader.staff,
        why=why,
        case_id=delivery.case_id,
        message=MessageRef(
            message_id=delivery.message_id,
            copy_id=delivery.copy_id,
            type=message.message_type,
            commitment=commitment_ref(opening.found.commitment),
        ),
    )


def _answer(opening: _Opening, verdict: ReadingDecision) -> ReadAnswer:
    by_category = {each.category: each for each in verdict.categories}
    return ReadAnswer(
        kopie_id=opening.question.kopie_id,
        toegestaan=True,
        doel=str(verdict.purpose),
        velden=[_field(f.name, by_category[f.category]) for f in opening.message_type.fields],
        verplichtingen=[Obligation(id=o.id, parameters=dict(o.parameters)) for o in verdict.obligations],
        revisie=verdict.revision,
        besluit_id=verdict.decision_id,
    )


def _field(name: str, decision: CategoryDecision) -> FieldPlan:
    return FieldPlan(
        veld=name,
        categorie=decision.category,
        besluit=decision.decision.value,
        masker=decision.mask,
        regel=decision.rule,
        reden=Reason(nl=decision.reason_nl, en=decision.reason_en),
        artikel=decision.article,
        artikel_status=decision.article_status,
    )
