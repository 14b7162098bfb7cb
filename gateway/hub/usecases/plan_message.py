"""A plan: what each recipient of a message would get, field by field. Advice, but logged like everything else.

(1) Read the request. (2) Load the case. (3) Ask the policy. (4) Write the audit leaf and the decision. (5) Answer with
the plan, or with the refusal.
"""

from datetime import datetime

from audit.events import EventTag
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.errors import SchakelError
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.situations import load_situation
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.deciding import Decided, decide
from gateway.hub.usecases.grounds import pilot_plan
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.proposal import Proposal, read_proposal
from gateway.hub.usecases.references import reference_refusal
from gateway.hub.usecases.settling import settle
from gateway.hub.usecases.succeeding import link_leaves, require_current
from gateway.hub.usecases.untold import untold_refusal
from gateway.protocol.exchange import Answer
from gateway.protocol.plan import Plan, PlanRequest, plan_digest, recipient_plan


async def plan_message(parts: Parts, asker: Asker, body: bytes) -> Answer:
    """The plan. Raises InvalidInput, NotFound, Refused, DecisionUnavailable, Unavailable."""
    await require_current(parts, asker)
    request = PlanRequest.parse_bytes(body)
    return await settle(lambda: _plan(parts, asker, request))


async def _plan(parts: Parts, asker: Asker, request: PlanRequest) -> Answer:
    """As plan_message. Raises Moved when a fact changed before the plan was on record."""
    now = parts.clock()
    proposal = _read(parts, asker, request)  # (1)
    situation = await parts.reader.read(  # (2)
        lambda c: load_situation(
            c,
            case_id=proposal.case_id,
            oin=asker.oin,
            now=rfc3339(now),
            opening_in=proposal.opening_in,
        )
    )
    decided = await decide(parts.decider, proposal, situation, now, parts.registry().successions)  # (3)
    refusal = decided.refusal() or reference_refusal(decided) or untold_refusal(decided, parts.registry())
    await parts.writer.write(_record(asker, decided, refusal, now))  # (4)
    if refusal is not None:
        raise refusal  # (5)
    return Answer(200, plan_of(decided, rfc3339(now)).to_json())


def plan_of(decided: Decided, made_at: str) -> Plan:
    """The plan that follows from the verdicts."""
    proposal, verdict = decided.proposal, decided.verdict
    act = None if decided.act is None else decided.act.action
    return Plan(
        zaak_id=proposal.case_id,
        type=proposal.message_type.name,
        toestand=decided.record.standing.state,
        handeling=act,
        doel=str(verdict.purpose),
        urgentie=decided.urgency.value,
        revisie=verdict.revision,
        ontvangers=[
            recipient_plan(each, side=decided.side_of(each.oin, each.role)) for each in verdict.recipients
        ],
        opgesteld_op=made_at,
        plan_sha256=plan_digest(
            message=proposal.message_type.name, case_id=proposal.case_id, act=act, decision=verdict
        ),
        proef=pilot_plan(decided.record, proposal.message_type.name, decided.planned.placing.at),
    )


def _record(asker: Asker, decided: Decided, refusal: SchakelError | None, now: datetime) -> Change:
    proposal = decided.proposal
    written = leaf(
        EventTag.PLAN_GIVEN if refusal is None else EventTag.PLAN_REFUSED,
        asker,
        now,
        role=proposal.sender.role,
        staff=proposal.sender.staff,
        why=decided.why,
        case_id=proposal.case_id,
    )
    return Change(
        key=f"plan:{decided.verdict.decision_id}",
        judge=lambda _: Judgement(inserts=decided.decisions),
        leaves=(
            written,
            *link_leaves(
                asker,
                decided.links if decided.is_visible else (),
                now,
                role=proposal.sender.role,
                staff=proposal.sender.staff,
                case_id=proposal.case_id,
                decision_id=decided.verdict.decision_id,
            ),
        ),
        reads=decided.record.situation.versions,
    )


def _read(parts: Parts, asker: Asker, request: PlanRequest) -> Proposal:
    registry = parts.registry()
    return read_proposal(
        registry,
        asker.participant(registry),
        message_type=catalogue().message(request.type),
        case_id=request.zaak_id,
        municipality=request.gemeentecode,
        staff=request.afzender,
        facts=request.feiten,
        recipients=request.ontvangers,
        act=request.handeling,
        in_reply_to=request.in_antwoord_op,
        purpose=request.doel,
        now=parts.clock(),
    )
