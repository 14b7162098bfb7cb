"""Asks the policy about a message and the act that commits with it, and says what outsiders may learn of a refusal.

One question decides the whole message; a second one, asked at the same time, the act that it records. For a case that
does not exist, or that the agency has no access to, the same questions are asked, and the answer is always the same:
not found. Which rule refused stands in the audit log only.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from audit.body import Why
from gateway.domain.case import CaseStanding
from gateway.domain.case_facts import FactEntry
from gateway.domain.catalogue import Transition
from gateway.domain.errors import Cause, Conflict, InvalidInput, NotFound, Refused, SchakelError
from gateway.domain.identifiers import AgencyKind, MessageId, Oin, RoleId
from gateway.domain.term import term_causes
from gateway.domain.urgency import Urgency, urgency_of
from gateway.hub.policy.questions import MessageQuestion, RecipientQuestion, Subject, TransitionQuestion
from gateway.hub.policy.verdicts import AccessDecision, FailedRule, MessageVerdict, TransitionDecision
from gateway.hub.ports import PolicyDecider
from gateway.hub.storage.rows import DecisionRow
from gateway.hub.storage.situations import Situation
from gateway.hub.usecases.acting import PlannedAct, planned_act
from gateway.hub.usecases.auditing import cited
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor, actor_context, is_competent, recipient_context, side_of
from gateway.hub.usecases.continued import continued_elsewhere
from gateway.hub.usecases.decision_record import linked, message_decision_row, transition_decision_row
from gateway.hub.usecases.grounds import Matter, matter_of_sending
from gateway.hub.usecases.placing import obstructed
from gateway.hub.usecases.proposal import Proposal
from gateway.hub.usecases.stricter import stricter_of
from gateway.protocol.succession import Succession, Successions
from gateway.protocol.wire import RecordedKant


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The verdicts on a proposal, with the record that they were made on."""

    proposal: Proposal
    record: CaseRecord
    verdict: MessageVerdict
    act: Transition | None
    act_verdict: TransitionDecision | None
    planned: PlannedAct
    after: CaseStanding
    urgency: Urgency
    decisions: tuple[DecisionRow, ...]

    @property
    def is_visible(self) -> bool:
        """Whether the case exists for the asking agency: it opens it, is competent for it, or is involved in it."""
        return self.proposal.sender.opens or (
            self.record.exists and can_see(self.record, self.proposal.sender)
        )

    @property
    def why(self) -> Why:
        """The deciding rule, as the audit log keeps it."""
        refused = self.act_verdict if self.verdict.allowed and self.act_verdict is not None else None
        deciding = refused if refused is not None and not refused.allowed else self.verdict
        return Why(
            purpose=self.verdict.purpose,
            rule=deciding.rule,
            article=cited(deciding.article),
            decision_id=deciding.decision_id,
            revision=deciding.revision,
        )

    @property
    def links(self) -> tuple[Succession, ...]:
        """The successions on which the standing of the sender in the case rests."""
        return self.record.links_of(self.proposal.sender.agency)

    def side_of(self, oin: str, role: str) -> RecordedKant:
        """The side on which a recipient stands in the case; both nodes judge obligations by it."""
        return side_of(self.record, oin, role, None)

    def refusal(self) -> SchakelError | None:
        """What the sender is told when the message as a whole may not go; None when it may."""
        if not self.is_visible:
            return NotFound()
        if self.proposal.sender.opens and self.record.exists:
            return _exists_already()
        continued = (
            None if self.proposal.sender.opens else continued_elsewhere(self.record, self.proposal.sender)
        )
        return continued or self.planned.placing.too_early() or self._policy_refusal() or self._misfit()

    def _policy_refusal(self) -> Refused | None:
        """With everything that is missing, of the message and of the act that it records."""
        act = self.act_verdict
        if not self.verdict.allowed:
            return refused(self.verdict, *(() if act is None else act.missing))
        return refused(act) if act is not None and not act.allowed else None

    def _misfit(self) -> SchakelError | None:
        """An act that has no place in the life of the case any more, or a term that contradicts what is on record."""
        insertion = self.planned.insertion
        found = None if insertion is None else obstructed(insertion, self.planned.placing.at)
        causes = tuple(term_causes(self.planned.placing.then.facts))
        return found or (InvalidInput(causes=causes) if causes else None)


def can_see(record: CaseRecord, actor: Actor) -> bool:
    """Whether an existing case exists for this agency."""
    return is_competent(record, actor.agency) or record.is_involved(actor.agency.oin)


def refused(verdict: MessageVerdict | TransitionDecision | AccessDecision, *also: FailedRule) -> Refused:
    """A refusal with rule, article and next step; of an act with every check that fails, and `also` those of the act
    that was to commit with a refused message."""
    missing = verdict.missing if isinstance(verdict, TransitionDecision) else also
    causes = [
        Cause(pointer="", code=m.rule, detail_nl=m.reason_nl, detail_en=m.reason_en, article=m.article)
        for m in missing
    ]
    if also and verdict.rule not in {cause.code for cause in causes}:
        causes.insert(0, _cause_of(verdict))
    return Refused(
        rule=verdict.rule,
        article=verdict.article,
        detail_nl=verdict.reason_nl,
        detail_en=verdict.reason_en,
        next_step_nl=verdict.next_step_nl,
        next_step_en=verdict.next_step_en,
        causes=causes,
    )


def _cause_of(verdict: MessageVerdict | TransitionDecision | AccessDecision) -> Cause:
    return Cause(
        pointer="",
        code=verdict.rule,
        detail_nl=verdict.reason_nl,
        detail_en=verdict.reason_en,
        article=verdict.article,
    )


def _exists_already() -> Conflict:
    """Case ids are random and minted by the opener: whoever meets this has not minted it."""
    return Conflict(
        code="zaak-bestaat-al",
        detail_nl="Een zaak met dit id bestaat al; open de zaak met een nieuw, willekeurig id.",
        detail_en="A case with this id exists already; open the case with a new, random id.",
    )


async def decide(
    decider: PolicyDecider,
    proposal: Proposal,
    situation: Situation,
    now: datetime,
    successions: Successions,
) -> Decided:
    """The policy's verdicts on the proposal in this situation. Raises DecisionUnavailable."""
    record = _with_message(
        CaseRecord.of(situation, now, successions, opening_in=proposal.opening_in), proposal
    )
    planned = planned_act(proposal, record, now)
    asked = _message_questions(proposal, planned, now)
    verdicts, (act_verdict, act_decisions) = await asyncio.gather(
        asyncio.gather(*(decider.decide_message(question) for question in asked)),
        _judged_act(decider, proposal, planned),
    )
    links = _links(proposal, record)
    decisions = [
        linked(message_decision_row(question, verdict, proposal.case_id, now), links)
        for question, verdict in zip(asked, verdicts, strict=True)
    ]
    return Decided(
        proposal=proposal,
        record=record,
        verdict=reduce(stricter_of, verdicts),
        act=planned.act,
        act_verdict=act_verdict,
        planned=planned,
        after=record.standing if planned.insertion is None else planned.insertion.after,
        urgency=_urgency(proposal, record),
        decisions=(*decisions, *act_decisions),
    )


async def _judged_act(
    decider: PolicyDecider, proposal: Proposal, planned: PlannedAct
) -> tuple[TransitionDecision | None, tuple[DecisionRow, ...]]:
    """Whether the act may be taken, at the moment at which it was; None where no power is judged."""
    if planned.judged is None:
        return None, ()
    placing = planned.placing
    asked = act_question(proposal.sender, planned.judged_on, planned.judged.action, placing.at)
    verdict = await decider.decide_transition(asked)
    row = transition_decision_row(asked, verdict, proposal.case_id, placing.now)
    return verdict, (linked(row, planned.judged_on.links_of(proposal.sender.agency)),)


def _links(proposal: Proposal, record: CaseRecord) -> list[Succession]:
    """The successions behind the sender and the recipients, as the case stands now."""
    agencies = (proposal.sender.agency, *(recipient.agency for recipient in proposal.recipients))
    return [link for agency in agencies for link in record.links_of(agency)]


def _message_questions(proposal: Proposal, planned: PlannedAct, now: datetime) -> list[MessageQuestion]:
    """What is disclosed is judged in the present state, and in that of the moment of the act when it was another."""
    present = planned.present(planned.placing.record)
    after = None if planned.insertion is None else planned.insertion.after
    questions = [_message_question(proposal, present, now, after)]
    if planned.placing.dated and planned.then.state != present.standing.state:
        past = replace(present, standing=planned.then)
        questions.append(_message_question(proposal, past, now, planned.after_then))
    return questions


def subject_of(actor: Actor) -> Subject:
    return Subject(oin=Oin(actor.agency.oin), agency=AgencyKind(actor.agency.kind), role=RoleId(actor.role))


def _with_message(record: CaseRecord, proposal: Proposal) -> CaseRecord:
    """The facts with those of the message itself: they commit together."""
    pending = FactEntry(
        message_id=MessageId(""),
        message=proposal.message_type.name,
        sender=Oin(proposal.sender.agency.oin),
        facts=proposal.facts,
        role=RoleId(proposal.sender.role),
    )
    return replace(record, facts=record.facts.judging(pending))


def _message_question(
    proposal: Proposal, record: CaseRecord, now: datetime, after: CaseStanding | None
) -> MessageQuestion:
    return MessageQuestion(
        now=now,
        subject=subject_of(proposal.sender),
        case_state=record.standing.state,
        context=actor_context(record, proposal.sender, now),
        message=proposal.message_type.name,
        owner=Oin(proposal.sender.agency.oin),
        purpose=proposal.purpose,
        state_after=None if after is None else after.state,
        recipients=tuple(
            RecipientQuestion(
                oin=Oin(recipient.agency.oin),
                agency=AgencyKind(recipient.agency.kind),
                role=RoleId(recipient.role),
                competent_or_assigned=is_competent(record, recipient.agency),
                context=recipient_context(
                    record,
                    recipient.agency,
                    recipient.role,
                    now,
                    matter=matter_of_sending(
                        proposal.message_type,
                        proposal.sender.agency.oin,
                        recipient.role,
                        proposal.in_reply_to,
                    ),
                ),
            )
            for recipient in proposal.recipients
        ),
    )


def act_question(actor: Actor, record: CaseRecord, action: str, now: datetime) -> TransitionQuestion:
    return TransitionQuestion(
        now=now,
        subject=subject_of(actor),
        case_state=record.standing.state,
        context=actor_context(record, actor, now, matter=Matter(act=action)),
        action=action,
    )


def _urgency(proposal: Proposal, record: CaseRecord) -> Urgency:
    """A system message is as urgent as what it answers."""
    answered = next((m.urgency for m in record.situation.sent if m.message_id == proposal.in_reply_to), None)
    return urgency_of(proposal.message_type, proposal.facts, None if answered is None else Urgency(answered))
