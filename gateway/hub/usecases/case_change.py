"""What linking, merging and handing over of cases have in common: who asks, whether it may be, and what is recorded.

Every case that is named must exist for the agency; otherwise the answer is the same as for one that does not exist,
whatever the policy said. The policy decides about role, state, territory and assignment, for each case apart.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from audit.body import Why
from audit.events import EventTag
from gateway.domain.errors import NotFound, SchakelError
from gateway.hub.policy.questions import AccessQuestion
from gateway.hub.policy.verdicts import AccessDecision
from gateway.hub.storage.changes import Change, Judgement, case_scope
from gateway.hub.storage.rows import DecisionRow
from gateway.hub.usecases.auditing import cited, leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor, actor_context
from gateway.hub.usecases.continued import continued_elsewhere
from gateway.hub.usecases.deciding import can_see, refused, subject_of
from gateway.hub.usecases.decision_record import access_decision_row, linked
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.settling import load_record
from gateway.hub.usecases.staffing import require_own_role
from gateway.hub.usecases.succeeding import link_leaves
from gateway.protocol.submission import Staff

_FACTS = ("break_glass", "dienst", "gebied_bevoegd", "toegewezen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The cases by the question that was asked about each, and what the policy said. `refusal` None: it may be."""

    asker: Asker
    actor: Actor
    records: Mapping[str, CaseRecord]
    verdicts: tuple[AccessDecision, ...]
    decisions: tuple[DecisionRow, ...]
    refusal: SchakelError | None
    now: datetime

    def record(self, question: str) -> CaseRecord:
        return self.records[question]


async def judge_change(
    parts: Parts,
    asker: Asker,
    door: Staff,
    case_ids: Mapping[str, str],
    misfit: Callable[[Mapping[str, CaseRecord]], SchakelError | None],
) -> Judged:
    """The verdict on a change of the cases in `case_ids`, by the question that is asked about each.

    `misfit` is asked last: what about these cases makes the change impossible, whoever asks. Raises InvalidInput,
    Refused (a role that is not the agency's), DecisionUnavailable.
    """
    agency, now = asker.participant(parts.registry()), parts.clock()
    require_own_role(agency, door)
    actor = Actor(agency=agency, role=door.rol, staff=door.medewerker)
    records = {name: await load_record(parts, asker, case_id) for name, case_id in case_ids.items()}
    asked = [_question(name, record, actor, now) for name, record in records.items()]
    verdicts = await asyncio.gather(*(parts.decider.decide_access(question) for question in asked))
    decisions = [
        linked(access_decision_row(question, verdict, record.situation.case_id, now), record.links_of(agency))
        for question, verdict, record in zip(asked, verdicts, records.values(), strict=True)
    ]
    return Judged(
        asker=asker,
        actor=actor,
        records=records,
        verdicts=tuple(verdicts),
        decisions=tuple(decisions),
        refusal=_refusal(records, verdicts, actor) or misfit(records),
        now=now,
    )


async def write_change(parts: Parts, judged: Judged, event: EventTag, judgement: Judgement) -> None:
    """Writes the change, or that it was refused, and raises the refusal. Raises Moved, Clash."""
    allowed = judged.refusal is None
    await parts.writer.write(_change(judged, event if allowed else EventTag.CASE_CHANGE_REFUSED, judgement))
    if judged.refusal is not None:
        raise judged.refusal


def _refusal(
    records: Mapping[str, CaseRecord], verdicts: list[AccessDecision], actor: Actor
) -> SchakelError | None:
    if not all(record.exists and can_see(record, actor) for record in records.values()):
        return NotFound()
    denied = next((verdict for verdict in verdicts if not verdict.allowed), None)
    if denied is not None:
        return refused(denied)
    problems = (continued_elsewhere(record, actor) for record in records.values())
    return next((problem for problem in problems if problem is not None), None)


def _question(name: str, record: CaseRecord, actor: Actor, now: datetime) -> AccessQuestion:
    context = actor_context(record, actor, now)
    return AccessQuestion(
        now=now,
        subject=subject_of(actor),
        case_state=record.standing.state,
        context={fact: context[fact] for fact in _FACTS},
        question=name,
        purpose=None,
    )


def _change(judged: Judged, event: EventTag, judgement: Judgement) -> Change:
    deciding = next((v for v in judged.verdicts if not v.allowed), judged.verdicts[0])
    why = Why(
        rule=deciding.rule,
        article=cited(deciding.article),
        decision_id=deciding.decision_id,
        revision=deciding.revision,
    )
    records = judged.records.values()
    leaves = tuple(
        leaf(
            event,
            judged.asker,
            judged.now,
            role=judged.actor.role,
            staff=judged.actor.staff,
            why=why,
            case_id=record.situation.case_id,
        )
        for record in records
    )
    leaves += tuple(
        link
        for record in records
        if judged.refusal is None
        for link in link_leaves(
            judged.asker,
            record.links_of(judged.actor.agency),
            judged.now,
            role=judged.actor.role,
            staff=judged.actor.staff,
            case_id=record.situation.case_id,
            decision_id=deciding.decision_id,
        )
    )
    inserts = (*judged.decisions, *(judgement.inserts if judged.refusal is None else ()))
    scopes = frozenset(case_scope(record.situation.case_id) for record in records)
    return Change(
        key=f"zaakwijziging:{judged.verdicts[0].decision_id}",
        judge=lambda _: Judgement(
            inserts=inserts, revisions=judgement.revisions if judged.refusal is None else ()
        ),
        leaves=leaves,
        reads={scope: version for record in records for scope, version in record.situation.versions.items()},
        touches=scopes if judged.refusal is None else frozenset(),
    )
