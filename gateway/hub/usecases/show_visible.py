"""Which cases of a list exist for a person: decided by the policy, for many cases in one go.

The answer depends on a few facts about person and case. Cases for which these are alike are one question, so that the
policy is asked a handful of times however long the list is; each such decision stands once in the audit log. A case
that does not exist is asked about like any other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.body import Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.case import START
from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.hub.policy.questions import AccessQuestion, FactValue
from gateway.hub.policy.verdicts import AccessDecision
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.rows import DecisionRow
from gateway.hub.storage.visibility import ListedCase, load_listed
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import (
    Actor,
    is_competent,
    is_on_duty,
    is_retention_over,
    may_read_as_assigned,
)
from gateway.hub.usecases.deciding import subject_of
from gateway.hub.usecases.decision_record import list_decision_row
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.exchange import Answer
from gateway.protocol.submission import Staff
from gateway.protocol.visibility import CaseInRole, VisibilityAnswer, VisibilityQuestion

QUESTION: Final = "zaak_in_lijst"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What decides, of a person in a role and a case. Alike for many cases."""

    role: str
    values: tuple[tuple[str, FactValue], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    facts: _Facts
    asked: AccessQuestion
    verdict: AccessDecision
    cases: int


async def show_visible(parts: Parts, asker: Asker, question: VisibilityQuestion) -> Answer:
    """The cases that a list may show. Raises InvalidInput, Refused (G01), DecisionUnavailable, Moved."""
    agency, now = asker.participant(parts.registry()), parts.clock()
    for role in sorted({each.rol for each in question.zaken}):
        require_own_role(agency, Staff(rol=role, medewerker=question.medewerker))
    ids = dict.fromkeys(each.zaak_id for each in question.zaken)
    listed = await parts.reader.read(lambda c: load_listed(c, ids, oin=asker.oin, now=rfc3339(now)))
    successions = parts.registry().successions
    records = {id_: CaseRecord.of(one.situation, now, successions) for id_, one in listed.items()}
    alike: dict[_Facts, list[CaseInRole]] = defaultdict(list)
    for each in dict.fromkeys((case.zaak_id, case.rol) for case in question.zaken):
        actor = Actor(agency=agency, role=each[1], staff=question.medewerker)
        facts = _facts(records[each[0]], listed[each[0]], actor, now)
        alike[facts].append(CaseInRole(zaak_id=each[0], rol=each[1]))
    decided = [
        await _decide(
            parts, Actor(agency=agency, role=facts.role, staff=question.medewerker), facts, cases, now
        )
        for facts, cases in alike.items()
    ]
    reads = {scope: version for one in listed.values() for scope, version in one.situation.versions.items()}
    await parts.writer.write(_change(asker, question.medewerker, decided, reads, now))
    shown = {
        (case.zaak_id, case.rol)
        for one in decided
        if one.verdict.allowed
        for case in alike[one.facts]
        if records[case.zaak_id].exists
    }
    ordered = [case for case in question.zaken if (case.zaak_id, case.rol) in shown]
    return Answer(200, VisibilityAnswer(zichtbaar=ordered).to_json())


def _facts(record: CaseRecord, listed: ListedCase, actor: Actor, now: datetime) -> _Facts:
    return _Facts(
        actor.role,
        (
            ("bewaartermijn_verlopen", is_retention_over(record, now)),
            ("break_glass", False),
            ("dienst", is_on_duty(record, actor)),
            ("gebied_bevoegd", is_competent(record, actor.agency)),
            ("toegewezen", _works_on(record, listed, actor)),
        ),
    )


def _works_on(record: CaseRecord, listed: ListedCase, actor: Actor) -> bool:
    """On the case; or on duty in a role that was written to in it, or that wrote in it."""
    wrote = {(record.heir(oin), role) for oin, role in listed.senders}
    on_duty = (actor.agency.oin, actor.role) in wrote and is_on_duty(record, actor)
    return may_read_as_assigned(record, actor) or on_duty


async def _decide(
    parts: Parts, actor: Actor, facts: _Facts, cases: list[CaseInRole], now: datetime
) -> _Decided:
    asked = AccessQuestion(
        now=now,
        subject=subject_of(actor),
        case_state=START,  # the question does not look at the state of a case
        context=dict(facts.values),
        question=QUESTION,
        purpose=None,
    )
    verdict = await parts.decider.decide_access(asked)
    return _Decided(facts=facts, asked=asked, verdict=verdict, cases=len(cases))


def _change(
    asker: Asker, staff: str, decided: Iterable[_Decided], reads: Mapping[str, int], now: datetime
) -> Change:
    rows: list[DecisionRow] = []
    leaves: list[Leaf] = []
    for one in decided:
        rows.append(list_decision_row(one.asked, one.verdict, cases=one.cases, now=now))
        leaves.append(_leaf(asker, staff, one, now))
    return Change(
        key=f"lijst:{new_id()}",
        judge=lambda _: Judgement(inserts=tuple(rows)),
        leaves=tuple(leaves),
        reads=reads,
    )


def _leaf(asker: Asker, staff: str, one: _Decided, now: datetime) -> Leaf:
    return leaf(
        EventTag.CASES_LISTED if one.verdict.allowed else EventTag.CASES_NOT_LISTED,
        asker,
        now,
        role=one.facts.role,
        staff=staff,
        why=Why(
            rule=one.verdict.rule,
            article=one.verdict.article[:200],
            decision_id=one.verdict.decision_id,
            revision=one.verdict.revision,
        ),
    )
