"""The questions about duties and alarms: rosters, who takes one over, the call list, and taking an alarm on."""

from typing import assert_never

from gateway.domain.clock import parse_time, rfc3339
from gateway.hub.alarms.reach import addresses_at
from gateway.hub.storage.calling import addresses_of
from gateway.hub.storage.rosters import agency_roster
from gateway.hub.usecases.attend_alarms import show_call_list, take_on
from gateway.hub.usecases.import_roster import import_roster
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.staffing import require_own_role
from gateway.hub.usecases.take_over_duty import hand_over, substitute
from gateway.protocol.duty_questions import (
    CallListQuestion,
    DutiesAndAlarms,
    DutiesQuestion,
    HandoverQuestion,
    RosterQuestion,
    SubstituteQuestion,
    TakeOnQuestion,
)
from gateway.protocol.exchange import Answer


async def answer_duties(parts: Parts, asker: Asker, question: DutiesAndAlarms) -> Answer:
    """The answer of the question's own module, and what it raises."""
    match question:
        case RosterQuestion():
            return await import_roster(parts, asker, question)
        case SubstituteQuestion():
            return await substitute(parts, asker, question)
        case HandoverQuestion():
            return await hand_over(parts, asker, question)
        case DutiesQuestion():
            return await show_duties(parts, asker, question)
        case CallListQuestion():
            return await show_call_list(parts, asker, question)
        case TakeOnQuestion():
            return await take_on(parts, asker, question)
        case _:
            assert_never(question)


async def show_duties(parts: Parts, asker: Asker, question: DutiesQuestion) -> Answer:
    """The agency's duties in the period, by start, each with the channels that reach it; addresses are not shown.
    Raises InvalidInput, Refused."""
    require_own_role(asker.participant(parts.registry()), question.door)
    begin, end = rfc3339(parse_time(question.van)), rfc3339(parse_time(question.tot))
    duties = await parts.reader.read(lambda c: agency_roster(c, oin=asker.oin, begin=begin, end=end))
    roles = sorted({duty.role for duty in duties})
    addresses = await parts.reader.read(lambda c: addresses_of(c, oin=asker.oin, roles=roles))
    return Answer(
        200,
        {
            "diensten": [
                {
                    "rol": duty.role,
                    "medewerker": duty.staff,
                    "van": duty.starts_at,
                    "tot": duty.ends_at,
                    "volgorde": duty.rank or 0,
                    "kanalen": [each.channel for each in addresses_at(duty, addresses, duty.starts_at)],
                }
                for duty in duties
            ]
        },
    )
