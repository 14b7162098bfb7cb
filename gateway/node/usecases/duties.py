"""Duty rosters and alarms, as people of the agency see to them. The hub keeps and decides; the node keeps a copy of
the roster, for when the hub is away."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.domain.clock import rfc3339
from gateway.node.hub_link import answer_or_error
from gateway.node.rosters.line import Duty
from gateway.node.storage.emergencies import replace_roster
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.canonical import malformed
from gateway.protocol.duty_questions import (
    MAX_LINES,
    CallListQuestion,
    DutiesAndAlarms,
    DutiesQuestion,
    HandoverQuestion,
    RosterLine,
    RosterQuestion,
    SubstituteQuestion,
    TakeOnQuestion,
)
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff

AHEAD: Final = timedelta(days=62)  # how much of the roster a node keeps


async def import_roster(
    parts: Parts, person: Person, *, role: str, duties: Sequence[Duty]
) -> Mapping[str, Any]:
    """What the hub keeps now; all of the roster or nothing. The person must have every role that it is about.

    Raises InvalidInput with every mistake by its line, Refused, Unavailable.
    """
    if len(duties) > MAX_LINES:
        raise malformed("bestand", f"hoogstens {MAX_LINES} diensten in een keer")
    for needed in sorted({role, *(duty.role for duty in duties)}):
        person.require_role(needed)
    lines = [
        RosterLine(
            regel=duty.line,
            rol=duty.role,
            medewerker=duty.staff,
            van=duty.starts_at,
            tot=duty.ends_at,
            volgorde=duty.rank,
            kanaal=duty.channel,
            adres=duty.address,
        )
        for duty in duties
    ]
    answer = await _ask(parts, RosterQuestion(soort="rooster", door=_staff(person, role), regels=lines))
    await _keep_copy(parts, person, role)
    return answer


async def substitute(
    parts: Parts,
    person: Person,
    *,
    role: str,
    before: str,
    after: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Mapping[str, Any]:
    """The duties that passed. Raises InvalidInput, Refused, Conflict when there is no such duty, Unavailable."""
    person.require_role(role)
    question = SubstituteQuestion(
        soort="vervanging",
        door=_staff(person, role),
        rol=role,
        medewerker=before,
        vervanger=after,
        van=rfc3339(starts_at),
        tot=rfc3339(ends_at),
    )
    answer = await _ask(parts, question)
    await _keep_copy(parts, person, role)
    return answer


async def hand_over(parts: Parts, person: Person, *, role: str, before: str, after: str) -> Mapping[str, Any]:
    """The running duty and how many cases passed. Raises InvalidInput, Refused, Conflict, Unavailable."""
    person.require_role(role)
    question = HandoverQuestion(
        soort="overdracht", door=_staff(person, role), rol=role, medewerker=before, opvolger=after
    )
    answer = await _ask(parts, question)
    await _keep_copy(parts, person, role)
    return answer


async def show_duties(
    parts: Parts, person: Person, *, role: str, starts_at: datetime, ends_at: datetime
) -> Mapping[str, Any]:
    """The agency's duties in the period, by start. Raises Refused, Unavailable."""
    person.require_role(role)
    return await _ask(parts, _duties(person, role, starts_at, ends_at))


async def show_call_list(parts: Parts, person: Person, *, role: str) -> Mapping[str, Any]:
    """The alarms that nobody took on and that are this role's, the most urgent first. Raises Refused, Unavailable."""
    person.require_role(role)
    return await _ask(parts, CallListQuestion(soort="bellijst", door=_staff(person, role)))


async def take_on(parts: Parts, person: Person, *, role: str, alarm_id: str) -> Mapping[str, Any]:
    """Nobody is called about the alarm any more. Raises NotFound, Refused, Unavailable."""
    person.require_role(role)
    question = TakeOnQuestion(soort="alarm_overname", alarm_id=alarm_id, door=_staff(person, role))
    return await _ask(parts, question)


async def _keep_copy(parts: Parts, person: Person, role: str) -> None:
    """The roster as the hub has it from now on, for openings while the hub is away."""
    now = parts.clock()
    answer = await _ask(parts, _duties(person, role, now, now + AHEAD))
    rows = [
        {"role": each["rol"], "staff": each["medewerker"], "starts_at": each["van"], "ends_at": each["tot"]}
        for each in answer["diensten"]
    ]
    await parts.database.write(lambda c: replace_roster(c, rows, now=rfc3339(now)))


def _duties(person: Person, role: str, starts_at: datetime, ends_at: datetime) -> DutiesQuestion:
    period = {"van": rfc3339(starts_at), "tot": rfc3339(ends_at)}
    return DutiesQuestion(soort="diensten", door=_staff(person, role), **period)


async def _ask(parts: Parts, question: DutiesAndAlarms) -> Mapping[str, Any]:
    return answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))


def _staff(person: Person, role: str) -> Staff:
    return Staff(rol=role, medewerker=person.staff)
