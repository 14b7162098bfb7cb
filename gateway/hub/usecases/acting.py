"""Which act a message records, where that stands in the life of the case, and on what it is judged. Pure.

A message that states a decision again, with other terms, records no act; but whoever may not take the decision may not
restate it either, so it is judged as the decision was: in the state in which that was taken, without what it replaces.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.acts import act_rule_for
from gateway.domain.case import CaseStanding
from gateway.domain.catalogue import ActRule, Transition, catalogue
from gateway.domain.clock import parse_time
from gateway.domain.history import Insertion, RecordedAct
from gateway.domain.identifiers import MessageId, RoleId, StateId
from gateway.domain.term import TERM_ACTS
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.placing import Placing, place
from gateway.hub.usecases.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAct:
    """`act` is what the message records, None when it changes nothing; `judged` the act whose power and preconditions
    are asked about, on the case `judged_on`. `insertion` is None when the act does not start in the state it met."""

    placing: Placing
    act: Transition | None
    judged: Transition | None
    judged_on: CaseRecord
    insertion: Insertion | None

    def present(self, record: CaseRecord) -> CaseRecord:
        """The case as it stands today, without ends that the act shows not to have taken place."""
        if self.insertion is None or not self.insertion.lapsed:
            return record
        return replace(record, standing=self.placing.without(self.insertion.lapsed))

    @property
    def then(self) -> CaseStanding:
        return self.placing.then.standing

    @property
    def after_then(self) -> CaseStanding | None:
        """Where the act brought the case at its own moment; None when it changes nothing."""
        return None if self.act is None or self.insertion is None else self.then.after(self.act)


def planned_act(proposal: Proposal, record: CaseRecord, now: datetime) -> PlannedAct:
    """The act of this message. `record` holds its facts as pending. Raises InvalidValue."""
    happened = proposal.facts.get("gebeurd_op")
    placing = place(
        record,
        parse_time(happened) if isinstance(happened, str) else None,
        now,
        lambda state: _starts(proposal, state),
    )
    rule = _rule_in(proposal, placing.then.standing.state)
    act = None if rule is None else catalogue().transitions[rule.action]
    fits = act is not None and placing.then.standing.state in act.from_states
    if rule is not None and rule.by_hub and not fits:
        act = None  # what the hub applies by itself it applies only where it fits
    insertion = placing.insert(act) if act is not None and fits else None
    judged, judged_on = (None, placing.then) if rule is not None and rule.by_hub else (act, placing.then)
    if rule is None:
        judged, judged_on = _restated(proposal, placing)
    return PlannedAct(placing=placing, act=act, judged=judged, judged_on=judged_on, insertion=insertion)


def _starts(proposal: Proposal, state: StateId) -> bool:
    """Whether the message fits this state: its act starts there, or it records none there."""
    rule = _rule_in(proposal, state)
    return rule is None or state in catalogue().transitions[rule.action].from_states


def _rule_in(proposal: Proposal, state: StateId) -> ActRule | None:
    return _named_act(proposal) or act_rule_for(
        proposal.message_type, RoleId(proposal.sender.role), proposal.facts, state
    )


def _named_act(proposal: Proposal) -> ActRule | None:
    """The act that the sender names, where facts cannot tell; also when it does not fit: the policy then says why."""
    rules = proposal.message_type.acts
    return next((rule for rule in rules if rule.declared and rule.action == proposal.act), None)


def _restated(proposal: Proposal, placing: Placing) -> tuple[Transition | None, CaseRecord]:
    """The decision on record that the message states again, and the case on which it was taken."""
    own = {rule.action for rule in proposal.message_type.acts} & TERM_ACTS
    earlier = placing.history.latest(own)
    if earlier is None:
        return None, placing.then
    before = placing.history.before(earlier)
    facts = placing.then.facts.restating(
        proposal.message_type.name, _cause(placing.then, earlier), before.state
    )
    return earlier.transition, replace(placing.then, standing=before, facts=facts)


def _cause(record: CaseRecord, act: RecordedAct) -> MessageId:
    return MessageId(next(row.cause for row in record.situation.states if row.position == act.position))
