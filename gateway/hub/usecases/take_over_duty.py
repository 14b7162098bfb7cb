"""One person takes a duty over from another of the same agency, in the same role.

Substitution: for a period, the duties alone. Handover: from now on, the running duty and every open assignment, so
that no case is left with somebody who has gone. Alarms follow the duty: what is not taken on yet goes on along the
roster, on which the successor now stands. Whose side the predecessor was on passes along; whether the successor may
act is judged at each act, separation of functions included. Both are on record and in the log.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import Conflict
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement, Removal, Revision, agency_scope
from gateway.hub.storage.duty_rows import HandoverRow
from gateway.hub.storage.rosters import load_roster, load_work, scope_version
from gateway.hub.storage.rows import AssignmentRow, DutyRow
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.set_duty import MAX_DUTY, remains
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.canonical import malformed
from gateway.protocol.duty_questions import HandoverQuestion, SubstituteQuestion
from gateway.protocol.exchange import Answer
from gateway.protocol.registry import Participant
from gateway.protocol.submission import Staff

MAX_CASES: Final = 500  # a change locks every case in it; more than this is no handover of one person


async def substitute(parts: Parts, asker: Asker, question: SubstituteQuestion) -> Answer:
    """The duties that passed. Raises InvalidInput, Refused, Conflict when there is no such duty, Moved."""
    _check(asker.participant(parts.registry()), question, question.vervanger)
    begin, end = parse_time(question.van), parse_time(question.tot)
    if not begin < end <= begin + MAX_DUTY:
        raise malformed("tot", f"na van, en hoogstens {MAX_DUTY.days} dagen later")
    scope, now = agency_scope(asker.oin), parts.clock()
    version, roster = await parts.reader.read(
        lambda c: (scope_version(c, scope), load_roster(c, oin=asker.oin, role=question.rol))
    )
    period = (rfc3339(begin), rfc3339(end))
    passing = _passing(roster, question.medewerker, question.vervanger, period)
    if not passing.inserts:
        raise _no_duty()
    row = _record(asker, question, "vervanging", question.vervanger, period, now=now, cases=0)
    await parts.writer.write(
        Change(
            key=f"vervanging:{row.handover_id}",
            judge=lambda _: Judgement(inserts=(*passing.inserts, row), removals=passing.removals),
            leaves=(_leaf(asker, question.door, now),),
            reads={scope: version},
            touches=frozenset({scope}),
        )
    )
    return Answer(200, {"rol": question.rol, "medewerker": question.vervanger, "diensten": _periods(passing)})


async def hand_over(parts: Parts, asker: Asker, question: HandoverQuestion) -> Answer:
    """The duties and how many assignments passed. Raises InvalidInput, Refused, Conflict when there is nothing, or
    too much, to hand over; Moved."""
    _check(asker.participant(parts.registry()), question, question.opvolger)
    now = parts.clock()
    known = await parts.reader.read(
        lambda c: load_work(c, oin=asker.oin, role=question.rol, staff=question.medewerker)
    )
    roster, work, scopes = known.roster, known.work, frozenset(known.versions)
    running = [duty for duty in roster if duty.starts_at <= rfc3339(now) < duty.ends_at]
    ends = [duty.ends_at for duty in running if duty.staff == question.medewerker]
    period = (rfc3339(now), max(ends, default=rfc3339(now)))
    passing = _passing(running, question.medewerker, question.opvolger, period)
    if len(work) > MAX_CASES or not (work or passing.inserts):
        raise _too_much() if work else _no_duty()
    row = _record(asker, question, "overdracht", question.opvolger, period, now=now, cases=len(work))
    judgement = Judgement(
        inserts=(*passing.inserts, *_successors(work, question.opvolger, rfc3339(now)), row),
        removals=passing.removals,
        revisions=tuple(_ended(each, rfc3339(now)) for each in work),
    )
    await parts.writer.write(
        Change(
            key=f"overdracht:{row.handover_id}",
            judge=lambda _: judgement,
            leaves=(
                _leaf(asker, question.door, now),
                *(_leaf(asker, question.door, now, case_id=each.case_id) for each in work),
            ),
            reads=known.versions,
            touches=scopes,
        )
    )
    return Answer(
        200,
        {
            "rol": question.rol,
            "medewerker": question.opvolger,
            "diensten": _periods(passing),
            "zaken": len(work),
        },
    )


def _check(agency: Participant, question: SubstituteQuestion | HandoverQuestion, after: str) -> None:
    for person in (question.medewerker, after):
        require_own_role(agency, Staff(rol=question.rol, medewerker=person))
    require_own_role(agency, question.door)
    if question.medewerker == after:
        raise malformed("medewerker", "neemt niet van zichzelf over")


def _passing(roster: Iterable[DutyRow], before: str, after: str, period: tuple[str, str]) -> Judgement:
    """The duties of one person within the period, now those of the other; what is outside it stays."""
    begin, end = period
    cut = [d for d in roster if d.staff == before and d.starts_at < end and d.ends_at > begin]
    passed = tuple(
        DutyRow(
            duty_id=new_id(),
            oin=duty.oin,
            role=duty.role,
            staff=after,
            starts_at=max(duty.starts_at, begin),
            ends_at=min(duty.ends_at, end),
            rank=duty.rank,
        )
        for duty in cut
    )
    return Judgement(
        inserts=(*passed, *(rest for duty in cut for rest in remains(duty, begin, end))),
        removals=tuple(Removal(row=DutyRow, key={"duty_id": duty.duty_id}) for duty in cut),
        answer=after,
    )


def _periods(passing: Judgement) -> list[dict[str, str]]:
    mine = [row for row in passing.inserts if isinstance(row, DutyRow) and row.staff == passing.answer]
    return [{"van": row.starts_at, "tot": row.ends_at} for row in sorted(mine, key=lambda r: r.starts_at)]


def _successors(work: Iterable[AssignmentRow], after: str, now: str) -> Iterable[AssignmentRow]:
    for each in work:
        yield AssignmentRow(
            assignment_id=new_id(),
            case_id=each.case_id,
            oin=each.oin,
            role=each.role,
            staff=after,
            side=each.side,
            basis=each.basis,
            made_at=now,
            ended_at=None,
        )


def _ended(each: AssignmentRow, now: str) -> Revision:
    return Revision(row=AssignmentRow, key={"assignment_id": each.assignment_id}, values={"ended_at": now})


def _record(
    asker: Asker,
    question: SubstituteQuestion | HandoverQuestion,
    kind: str,
    after: str,
    period: tuple[str, str],
    *,
    now: datetime,
    cases: int,
) -> HandoverRow:
    return HandoverRow(
        handover_id=new_id(),
        oin=asker.oin,
        role=question.rol,
        kind=kind,
        from_staff=question.medewerker,
        to_staff=after,
        by_staff=question.door.medewerker,
        starts_at=period[0],
        ends_at=period[1],
        cases=cases,
        recorded_at=rfc3339(now),
    )


def _leaf(asker: Asker, by: Staff, now: datetime, *, case_id: str | None = None) -> Leaf:
    return leaf(EventTag.DUTY_TAKEN_OVER, asker, now, role=by.rol, staff=by.medewerker, case_id=case_id)


def _no_duty() -> Conflict:
    return Conflict(
        code="geen-dienst",
        detail_nl="Deze medewerker heeft dan in deze rol geen dienst en geen open werk.",
        detail_en="This person has no duty and no open work in this role then.",
    )


def _too_much() -> Conflict:
    return Conflict(
        code="te-veel-zaken",
        detail_nl=f"Meer dan {MAX_CASES} zaken gaan niet in een keer over.",
        detail_en=f"More than {MAX_CASES} cases do not pass at once.",
    )
