"""What the view of a case tells of its life: its acts in the order of time, and where its parallel regions stand.

Whether the person may see the case was decided before. A region is told only to whom the policy also lets read every
category that it follows from, under the declared purpose: who may not know of a conduct order does not learn of it
from the state of the strafspoor. Acts that change no state are no part of the line of states.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.decision import Verdict
from gateway.domain.identifiers import CategoryId, Oin
from gateway.domain.regions import REGION_RULES, region_moves, region_of, regions_of
from gateway.hub.policy.questions import ReadingAction, ReadingQuestion
from gateway.hub.policy.verdicts import ReadingDecision
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.usecases.auditing import cited, leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor, actor_context, may_read_as_assigned
from gateway.hub.usecases.deciding import subject_of
from gateway.hub.usecases.decision_record import reading_decision_row
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.placing import late_mark
from gateway.hub.usecases.proposal import known_purpose

_STEERING: Final = CategoryId("procesgegevens")


def timeline(record: CaseRecord) -> list[dict[str, Any]]:
    """The states of the case in the order in which they were entered, late registration marked and explained."""
    rows = {row.position: row for row in record.situation.states}
    shown = []
    for act in record.history.acts:
        if act.transition.to_state is None:
            continue
        recorded = rows[act.position].recorded_at or rows[act.position].since
        shown.append(
            {
                "toestand": act.state,
                "handeling": act.action,
                "artikel": act.transition.basis,
                "gebeurdOp": rfc3339(act.at),
                "vastgelegdOp": recorded,
                **(late_mark(act.at, parse_time(recorded)) if act.dated else {}),
            }
        )
    return shown


async def shown_regions(
    parts: Parts, asker: Asker, record: CaseRecord, actor: Actor, *, purpose: str | None, now: datetime
) -> list[dict[str, str]]:
    """The regions that this person may know, each with its article. Raises DecisionUnavailable, Moved."""
    needed, moves = region_categories(), list(region_moves(record.facts, now))
    mine = Oin(actor.agency.oin)
    foreign = {name for name, _, entry in moves if record.heir(entry.sender) != mine}
    own = {name for name, _, _ in moves} - foreign
    readable = {
        owner: await _readable(
            parts, asker, _question(record, actor, owner, purpose=purpose, now=now), record, actor
        )
        for owner in ([mine] if own else []) + [Oin(parts.registry().hub_oin)]
    }
    stand, articles = regions_of(record.facts, now), {name: rule.article for name, rule, _ in moves}
    return [
        {"spoor": name, "stand": str(getattr(stand, name)), "artikel": articles.get(name, "")}
        for name in sorted(needed)
        if needed[name] <= readable[mine if name in own else Oin(parts.registry().hub_oin)]
    ]


async def _readable(
    parts: Parts, asker: Asker, asked: ReadingQuestion, record: CaseRecord, actor: Actor
) -> frozenset[CategoryId]:
    verdict = await parts.decider.decide_reading(asked)
    await parts.writer.write(_change(asker, record, asked, verdict, actor))
    return frozenset(each.category for each in verdict.categories if each.decision is Verdict.ALLOW)


def region_categories() -> Mapping[str, frozenset[CategoryId]]:
    """By region, the categories of the facts that its rules look at; steering data are known to everybody involved."""
    found: dict[str, set[CategoryId]] = {}
    for rule in REGION_RULES:
        message = catalogue().message(rule.message)
        looked_at = [*rule.when, *([] if rule.passed is None else [rule.passed])]
        categories = {message.field(name).category for name in looked_at} - {_STEERING}
        found.setdefault(region_of(rule), set()).update(categories)
    return {name: frozenset(categories) for name, categories in found.items()}


def _question(
    record: CaseRecord, actor: Actor, owner: Oin, *, purpose: str | None, now: datetime
) -> ReadingQuestion:
    """What an agency stated itself is its own to read; what others stated is nobody's here, the hub worked it out."""
    return ReadingQuestion(
        now=now,
        subject=subject_of(actor),
        case_state=record.standing.state,
        context=actor_context(record, actor, now)
        | {"doel_verklaard": purpose is not None, "toegewezen": may_read_as_assigned(record, actor)},
        action=ReadingAction.READ,
        purpose=known_purpose(purpose),
        owner=owner,
        categories=tuple(sorted(frozenset().union(*region_categories().values()))),
    )


def _change(
    asker: Asker, record: CaseRecord, asked: ReadingQuestion, verdict: ReadingDecision, actor: Actor
) -> Change:
    case_id = record.situation.case_id
    why = Why(
        purpose=asked.purpose,
        rule=verdict.rule,
        article=cited(verdict.article),
        decision_id=verdict.decision_id,
        revision=verdict.revision,
    )
    written = leaf(
        EventTag.REGIONS_JUDGED,
        asker,
        asked.now,
        role=actor.role,
        staff=actor.staff,
        why=why,
        case_id=case_id,
    )
    decision = replace(reading_decision_row(asked, verdict, case_id, asked.now), kind="sporen")
    return Change(
        key=f"sporen:{verdict.decision_id}",
        judge=lambda _: Judgement(inserts=(decision,)),
        leaves=(written,),
        reads=record.situation.versions,
    )
