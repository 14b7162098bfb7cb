"""Asks the policy about a message and the act that commits with it, and says what outsiders may learn of a refusal.

One question decides the whole message; a second one, asked at the same time, the act that it records. For a case that
does not exist, or that the agency has no access to, the same questions are asked, and the answer is always the same:
not found. Which rule refused stands in the audit log only.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from audit.body import Why
from gateway.domain.acts import act_rule_for
from gateway.domain.case import CaseStanding
from gateway.domain.case_facts import FactEntry
from gateway.domain.catalogue import ActRule, Transition, catalogue
from gateway.domain.errors import Cause, Conflict, NotFound, Refused, SchakelError
from gateway.domain.identifiers import AgencyKind, MessageId, Oin, RoleId
from gateway.domain.urgency import Urgency, urgency_of
from gateway.hub.policy.questions import MessageQuestion, RecipientQuestion, Subject, TransitionQuestion
from gateway.hub.policy.verdicts import AccessDecision, MessageVerdict, TransitionDecision
from gateway.hub.ports import PolicyDecider
from gateway.hub.storage.rows import DecisionRow
from gateway.hub.storage.situations import Situation
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor, actor_context, is_competent, recipient_context, side_of
from gateway.hub.usecases.decision_record import message_decision_row, transition_decision_row
from gateway.hub.usecases.grounds import Matter, matter_of_sending
from gateway.hub.usecases.proposal import Proposal
from gateway.protocol.wire import Kant


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The verdicts on a proposal, with the record that they were made on."""

    proposal: Proposal
    record: CaseRecord
    verdict: MessageVerdict
    act: Transition | None
    act_verdict: TransitionDecision | None
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
            article=deciding.article[:200],
            decision_id=deciding.decision_id,
            revision=deciding.revision,
        )

    def side_of(self, oin: str, role: str) -> Kant:
        """The side on which a recipient stands in the case; both nodes judge obligations by it."""
        return side_of(self.record, oin, role, None)

    def refusal(self) -> SchakelError | None:
        """What the sender is told when the message as a whole may not go; None when it may."""
        if not self.is_visible:
            return NotFound()
        if self.proposal.sender.opens and self.record.exists:
            return _exists_already()
        if not self.verdict.allowed:
            return refused(self.verdict)
        if self.act_verdict is not None and not self.act_verdict.allowed:
            return refused(self.act_verdict)
        return None


def can_see(record: CaseRecord, actor: Actor) -> bool:
    """Whether an existing case exists for this agency."""
    return is_competent(record, actor.agency) or record.is_involved(actor.agency.oin)


def refused(verdict: MessageVerdict | TransitionDecision | AccessDecision) -> Refused:
    """A refusal with rule, article and next step; of an act with every check that fails."""
    missing = verdict.missing if isinstance(verdict, TransitionDecision) else ()
    return Refused(
        rule=verdict.rule,
        article=verdict.article,
        detail_nl=verdict.reason_nl,
        detail_en=verdict.reason_en,
        next_step_nl=verdict.next_step_nl,
        next_step_en=verdict.next_step_en,
        causes=[
            Cause(pointer="", code=m.rule, detail_nl=m.reason_nl, detail_en=m.reason_en, article=m.article)
            for m in missing
        ],
    )


def _exists_already() -> Conflict:
    """Case ids are random and minted by the opener: whoever meets this has not minted it."""
    return Conflict(
        code="zaak-bestaat-al",
        detail_nl="Een zaak met dit id bestaat al; open de zaak met een nieuw, willekeurig id.",
        detail_en="A case with this id exists already; open the case with a new, random id.",
    )


async def decide(decider: PolicyDecider, proposal: Proposal, situation: Situation, now: datetime) -> Decided:
    """The policy's verdicts on the proposal in this situation. Raises DecisionUnavailable."""
    record = _with_message(CaseRecord.of(situation, opening_in=proposal.opening_in), proposal)
    rule = _named_act(proposal) or act_rule_for(
        proposal.message_type, RoleId(proposal.sender.role), proposal.facts, record.standing.state
    )
    act = None if rule is None else catalogue().transitions[rule.action]
    fits = act is not None and record.standing.state in act.from_states
    if rule is not None and rule.by_hub and not fits:
        act = None  # what the hub applies by itself it applies only where it fits
    after = record.standing.after(act) if act is not None and fits else record.standing
    question = _message_question(proposal, record, now, after if fits else None)
    if act is None or rule is None or rule.by_hub:
        verdict, act_verdict = await decider.decide_message(question), None
        decisions = [message_decision_row(question, verdict, proposal.case_id, now)]
    else:
        asked = act_question(proposal.sender, record, act.action, now)
        verdict, act_verdict = await asyncio.gather(
            decider.decide_message(question), decider.decide_transition(asked)
        )
        decisions = [
            message_decision_row(question, verdict, proposal.case_id, now),
            transition_decision_row(asked, act_verdict, proposal.case_id, now),
        ]
    return Decided(
        proposal=proposal,
        record=record,
        verdict=verdict,
        act=act,
        act_verdict=act_verdict,
        after=after,
        urgency=_urgency(proposal, record),
        decisions=tuple(decisions),
    )


def _named_act(proposal: Proposal) -> ActRule | None:
    """The act that the sender names, where facts cannot tell; also when it does not fit: the policy then says why."""
    rules = proposal.message_type.acts
    return next((rule for rule in rules if rule.declared and rule.action == proposal.act), None)


def subject_of(actor: Actor) -> Subject:
    return Subject(oin=Oin(actor.agency.oin), agency=AgencyKind(actor.agency.kind), role=RoleId(actor.role))


def _with_message(record: CaseRecord, proposal: Proposal) -> CaseRecord:
    """The facts with those of the message itself: they commit together."""
    pending = FactEntry(
        message_id=MessageId(""),
        message=proposal.message_type.name,
        sender=Oin(proposal.sender.agency.oin),
        facts=proposal.facts,
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
                        proposal.message_type, proposal.sender.agency.oin, recipient.role
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
