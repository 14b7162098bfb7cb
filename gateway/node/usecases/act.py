"""Acts that change a case or who works on it and have no message of their own; and what the hub tells of a case.

The node says who acts; whether that person may is decided by the hub.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain.clock import rfc3339
from gateway.node.hub_link import answer_or_error
from gateway.node.storage.emergencies import put_on_roster
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.clock_questions import (
    ClockQuestion,
    ExtendClockQuestion,
    ExtensionReason,
    SettleClockQuestion,
)
from gateway.protocol.questions import ActQuestion, AssignQuestion, CaseQuestion, DutyQuestion
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff
from gateway.protocol.wire import Facts, Kant


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act without a message, such as `sluiten`. `happened_at` is when it took place."""

    case_id: str
    action: str
    role: str
    facts: Facts
    happened_at: datetime


async def perform(parts: Parts, person: Person, act: Act) -> Mapping[str, Any]:
    """The hub's answer. Raises Refused, NotFound, Conflict, Unavailable."""
    person.require_role(act.role)
    question = ActQuestion(
        soort="handeling",
        zaak_id=act.case_id,
        handeling=act.action,
        door=_staff(person, act.role),
        feiten=act.facts,
        gebeurd_op=rfc3339(act.happened_at),
        vastgelegd_op=rfc3339(parts.clock()),
    )
    return await _ask(parts, question)


async def assign(
    parts: Parts, *, case_id: str, colleague: Staff, side: Kant | None, ends: bool
) -> Mapping[str, Any]:
    """A person of the agency works on the case from now on, or no longer. Raises Refused, NotFound, Unavailable."""
    question = AssignQuestion(
        soort="toewijzing", zaak_id=case_id, medewerker=colleague, kant=side, beeindigen=ends
    )
    return await _ask(parts, question)


async def set_duty(
    parts: Parts, *, colleague: Staff, starts_at: datetime, ends_at: datetime
) -> Mapping[str, Any]:
    """A person of the agency is on duty in that role and time. The node keeps what the hub accepted as its roster.

    Raises InvalidInput, Refused, Unavailable.
    """
    question = DutyQuestion(
        soort="dienst", medewerker=colleague, van=rfc3339(starts_at), tot=rfc3339(ends_at)
    )
    answer = await _ask(parts, question)
    await parts.database.write(
        lambda c: put_on_roster(
            c, role=colleague.rol, staff=colleague.medewerker, starts_at=question.van, ends_at=question.tot
        )
    )
    return answer


async def show_case(
    parts: Parts, person: Person, *, case_id: str, role: str, purpose: str
) -> Mapping[str, Any]:
    """What the hub tells this person of the case, for this purpose.

    Raises NotFound for an unknown case and an invisible one alike, Refused for a purpose that does not exist.
    """
    person.require_role(role)
    question = CaseQuestion(soort="zaak", zaak_id=case_id, door=_staff(person, role), doel=purpose)
    return await _ask(parts, question)


async def settle_clock(
    parts: Parts, person: Person, *, case_id: str, clock: str, role: str, purpose: str
) -> Mapping[str, Any]:
    """This person says that the duty of a clock was done outside Schakel. Gives the status of the clock.

    Raises NotFound, Refused, Conflict for a clock that stops only by a message or a receipt, Unavailable.
    """
    person.require_role(role)
    question = SettleClockQuestion(
        soort="klok_afgehandeld", zaak_id=case_id, klok_id=clock, door=_staff(person, role), doel=purpose
    )
    return await _ask(parts, question)


async def extend_clock(
    parts: Parts,
    person: Person,
    *,
    case_id: str,
    clock: str,
    reason: ExtensionReason,
    role: str,
    purpose: str,
) -> Mapping[str, Any]:
    """This person gives a duty more time, for that reason. Gives the new end of the clock.

    Raises NotFound, Refused, Conflict for a clock that is not to be extended, now or at all, Unavailable.
    """
    person.require_role(role)
    question = ExtendClockQuestion(
        soort="klok_verlengd",
        zaak_id=case_id,
        klok_id=clock,
        door=_staff(person, role),
        doel=purpose,
        reden=reason,
    )
    return await _ask(parts, question)


async def _ask(
    parts: Parts,
    question: ActQuestion | AssignQuestion | DutyQuestion | CaseQuestion | ClockQuestion,
) -> Mapping[str, Any]:
    return answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))


def _staff(person: Person, role: str) -> Staff:
    return Staff(rol=role, medewerker=person.staff)
