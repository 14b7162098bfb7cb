"""Hands a case over to whoever is competent where the dwelling is now.

Competence follows from the municipality of the case, so that the new agencies have it and the old ones have lost it in
the same transaction. People of agencies that were competent for the old dwelling and are not for the new one are taken
off the case; people of others stay. What was sent stays with whom it was sent to. Terms run on. An act of before is
judged by the competence of its moment. Every agency that this concerns is told (`told_of_handover`).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.errors import Cause, Conflict, InvalidInput, SchakelError
from gateway.domain.identifiers import new_id
from gateway.hub.storage.case_rows import CaseTransferRow
from gateway.hub.storage.changes import Judgement, Revision
from gateway.hub.storage.rows import AssignmentRow, CaseRow
from gateway.hub.usecases.case_change import Judged, judge_change, write_change
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.told_of_handover import MUST_BE_THERE, notices
from gateway.protocol.case_questions import HandoverCaseQuestion
from gateway.protocol.exchange import Answer
from gateway.protocol.registry import Registry

_ASKED = "zaak_overdragen"


async def hand_over_case(parts: Parts, asker: Asker, question: HandoverCaseQuestion) -> Answer:
    """Where the case is now, and how many people of each agency were taken off it.

    Raises InvalidInput, NotFound, Refused, Conflict, DecisionUnavailable, Moved.
    """
    registry, target, now = parts.registry(), question.gemeentecode, parts.clock()
    judged = await judge_change(
        parts,
        asker,
        question.door,
        {_ASKED: question.zaak_id},
        lambda records: _misfit(registry, target, records, now),
    )
    record = judged.record(_ASKED)
    ending = tuple(_ending(registry, record, target))
    transfer = _transfer(judged, record, target)
    told = (
        notices(parts, record, transfer, now) if judged.refusal is None else ()
    )  # else the case may not exist
    judgement = Judgement(
        inserts=(transfer, *told),
        revisions=tuple(_revisions(question.zaak_id, target, ending, judged)),
    )
    await write_change(parts, judged, EventTag.CASE_TRANSFERRED, judgement)
    own = sum(1 for each in ending if each.oin == asker.oin)
    return Answer(200, {"zaakId": question.zaak_id, "gemeentecode": target, "beeindigdeToewijzingen": own})


def _misfit(
    registry: Registry, target: str, records: Mapping[str, CaseRecord], now: datetime
) -> SchakelError | None:
    """The new municipality must have somebody who can take the case up; the case must really move."""
    if records[_ASKED].municipality == target:
        return Conflict(
            code="zelfde-gemeente",
            detail_nl="De woning van deze zaak ligt al in deze gemeente.",
            detail_en="The dwelling of this case is in this municipality already.",
        )
    there = {each.kind for each in registry.participants.values() if each.is_competent(target, now)}
    missing = [kind for kind in MUST_BE_THERE if kind not in there]
    if not missing:
        return None
    return InvalidInput(
        causes=[
            Cause(
                pointer="/gemeentecode",
                code="niet_aangesloten",
                detail_nl=f"Voor deze gemeente is geen {kind} aangesloten.",
                detail_en=f"No {kind} takes part for this municipality.",
            )
            for kind in missing
        ]
    )


def _ending(registry: Registry, record: CaseRecord, target: str) -> Iterator[AssignmentRow]:
    """The assignments that rested on the competence which the agency loses."""
    for assignment in record.active_assignments():
        agency = registry.participants.get(record.heir(assignment.oin))
        was = agency is not None and agency.is_competent(record.municipality or "", record.at)
        if agency is None or (was and not agency.is_competent(target, record.at)):
            yield assignment


def _transfer(judged: Judged, record: CaseRecord, target: str) -> CaseTransferRow:
    return CaseTransferRow(
        transfer_id=new_id(),
        case_id=record.situation.case_id,
        from_municipality=record.municipality or "",
        to_municipality=target,
        made_at=rfc3339(judged.now),
        oin=judged.actor.agency.oin,
        role=judged.actor.role,
        staff=judged.actor.staff,
    )


def _revisions(
    case_id: str, target: str, ending: Iterable[AssignmentRow], judged: Judged
) -> Iterator[Revision]:
    yield Revision(row=CaseRow, key={"case_id": case_id}, values={"municipality": target})
    for assignment in ending:
        yield Revision(
            row=AssignmentRow,
            key={"assignment_id": assignment.assignment_id},
            values={"ended_at": rfc3339(judged.now)},
        )
