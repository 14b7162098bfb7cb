"""An act on a case that has no message of its own, such as closing it.

An act that a message records commits with that message and in no other way.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from audit.body import Why
from audit.events import EventTag
from gateway.domain.case import CaseState
from gateway.domain.catalogue import Transition, catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import Cause, InvalidInput, NotFound, SchakelError
from gateway.domain.history import CLOSED, Insertion
from gateway.domain.identifiers import StateId
from gateway.hub.policy.verdicts import TransitionDecision
from gateway.hub.storage.changes import Change, Judgement, Revision, case_scope
from gateway.hub.storage.clock_reading import running_clocks
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.rows import CaseRow, CaseStateRow, DecisionRow
from gateway.hub.usecases.auditing import cited, leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.clocks import clocks_of_closing
from gateway.hub.usecases.context import Actor
from gateway.hub.usecases.continued import continued_elsewhere
from gateway.hub.usecases.deciding import act_question, can_see, refused
from gateway.hub.usecases.decision_record import linked, transition_decision_row
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.placing import Placing, history_revisions, late_mark, obstructed, place
from gateway.hub.usecases.proposal import check_staff
from gateway.hub.usecases.settling import load_record, record_lapse
from gateway.hub.usecases.succeeding import link_leaves
from gateway.protocol.canonical import malformed
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import ActQuestion
from gateway.protocol.submission import MAX_AHEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An act that was decided; `allowed` only when the case is also theirs to see."""

    question: ActQuestion
    record: CaseRecord
    running: tuple[ClockRow, ...]
    actor: Actor
    act: Transition
    placing: Placing
    insertion: Insertion | None
    verdict: TransitionDecision
    decision: DecisionRow
    visible: bool
    now: datetime

    @property
    def allowed(self) -> bool:
        return self.refusal() is None

    def refusal(self) -> SchakelError | None:
        """What the asker is told; None when the act may be registered."""
        if not self.visible:
            return NotFound()
        continued = continued_elsewhere(self.record, self.actor)
        if continued is not None:
            return continued
        if not self.verdict.allowed:
            return refused(self.verdict)
        return None if self.insertion is None else obstructed(self.insertion, self.placing.at)


async def decide_act(parts: Parts, asker: Asker, question: ActQuestion) -> Answer:
    """The new state. Raises InvalidInput, NotFound, Refused, DecisionUnavailable, Moved."""
    act, now = _act_of(question), parts.clock()
    agency = asker.participant(parts.registry())
    actor = Actor(agency=agency, role=question.door.rol, staff=question.door.medewerker)
    record = await load_record(parts, asker, question.zaak_id)
    if record.lapse_is_due(now):
        await record_lapse(parts, asker, question.zaak_id)
    running = await parts.reader.read(lambda c: running_clocks(c, question.zaak_id))
    placing = _placed(record, act, question, now)
    asked = act_question(actor, placing.then, act.action, placing.at)
    verdict = await parts.decider.decide_transition(
        asked
    )  # also for a case that is not theirs: the same time
    judged = _Judged(
        question=question,
        record=record,
        running=running,
        actor=actor,
        act=act,
        placing=placing,
        insertion=placing.insert(act) if placing.then.standing.state in act.from_states else None,
        verdict=verdict,
        decision=linked(
            transition_decision_row(asked, verdict, question.zaak_id, now), placing.then.links_of(agency)
        ),
        visible=record.exists and can_see(record, actor),
        now=now,
    )
    if judged.visible:
        _check_times(judged)
    await parts.writer.write(_change(asker, judged))
    refusal = judged.refusal()
    if refusal is not None:
        raise refusal
    return Answer(200, _answer(judged))


def _placed(record: CaseRecord, act: Transition, question: ActQuestion, now: datetime) -> Placing:
    """The act in the life of the case. One that closes the case is judged on all that is known by now: what happened
    since is not closed away."""
    placing = place(record, parse_time(question.gebeurd_op), now, lambda state: state in act.from_states)
    if act.to_state not in CLOSED:
        return placing
    return replace(placing, then=replace(placing.then, facts=record.facts))


def _answer(judged: _Judged) -> dict[str, Any]:
    after = judged.record.standing if judged.insertion is None else judged.insertion.after
    told = {"zaakId": judged.question.zaak_id, "handeling": judged.act.action, "toestand": after.state}
    return told | late_mark(judged.placing.at, judged.now)


def _act_of(question: ActQuestion) -> Transition:
    """The act. Raises InvalidInput for one that does not exist or that a message records, and for facts: an act
    without a message has no schema, so nothing could say what they mean."""
    check_staff(question.door)
    act = catalogue().transitions.get(question.handeling)
    recorders = [m.name for m in catalogue().messages if any(a.action == question.handeling for a in m.acts)]
    if act is None or recorders:
        nl = (
            f"Deze handeling gaat met een bericht: {', '.join(recorders)}."
            if recorders
            else "Onbekende handeling."
        )
        en = f"A message records this act: {', '.join(recorders)}." if recorders else "Unknown act."
        cause = Cause(pointer="/handeling", code="handeling", detail_nl=nl, detail_en=en)
        raise InvalidInput(causes=(cause,))
    if question.feiten:
        raise malformed("feiten", "deze handeling heeft geen feiten")
    return act


def _check_times(judged: _Judged) -> None:
    happened, recorded = parse_time(judged.question.gebeurd_op), parse_time(judged.question.vastgelegd_op)
    if max(happened, recorded) > judged.now + MAX_AHEAD:
        raise malformed("gebeurd_op", "in de toekomst")
    if recorded < happened:
        raise malformed("vastgelegd_op", "voordat het gebeurde")
    too_early = judged.placing.too_early()
    if too_early is not None:
        raise too_early


def _change(asker: Asker, judged: _Judged) -> Change:
    scope = case_scope(judged.question.zaak_id)
    written = leaf(
        EventTag.ACT_PERFORMED if judged.allowed else EventTag.ACT_REFUSED,
        asker,
        judged.now,
        role=judged.actor.role,
        staff=judged.actor.staff,
        why=Why(
            rule=judged.verdict.rule,
            article=cited(judged.verdict.article),
            decision_id=judged.verdict.decision_id,
            revision=judged.verdict.revision,
        ),
        case_id=judged.question.zaak_id,
    )
    return Change(
        key=f"handeling:{judged.verdict.decision_id}",
        judge=lambda _: _judgement(judged),
        leaves=(
            written,
            *link_leaves(
                asker,
                judged.record.links_of(judged.actor.agency) if judged.visible else (),
                judged.now,
                role=judged.actor.role,
                staff=judged.actor.staff,
                case_id=judged.question.zaak_id,
                decision_id=judged.verdict.decision_id,
            ),
        ),
        reads=judged.record.situation.versions,
        touches=frozenset({scope}) if judged.allowed else frozenset(),
    )


def _judgement(judged: _Judged) -> Judgement:
    insertion, case_id = judged.insertion, judged.question.zaak_id
    if not judged.allowed or insertion is None:
        return Judgement(inserts=(judged.decision,))
    after, cause = insertion.after, judged.verdict.decision_id
    state = CaseStateRow(
        case_id=case_id,
        position=len(judged.record.situation.states) + 1,
        state=judged.placing.then.standing.after(judged.act).state,
        since=rfc3339(judged.placing.at),
        act=judged.act.action,
        cause=cause,
        recorded_at=rfc3339(judged.now),
        dated=True,
    )
    revision = Revision(
        row=CaseRow,
        key={"case_id": case_id},
        values={
            "state": after.state,
            "before_suspension": after.before_suspension,
            "since": rfc3339(insertion.since),
        },
    )
    closes = after.state == StateId(CaseState.GESLOTEN)
    clocks = clocks_of_closing(judged.running, judged.now) if closes else Judgement()
    return Judgement(
        inserts=(judged.decision, state, *clocks.inserts),
        revisions=(
            revision,
            *history_revisions(judged.placing, insertion, case_id, cause),
            *clocks.revisions,
        ),
    )
