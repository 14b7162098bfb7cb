"""At which address a duty is reached: that of the duty itself, by day and by night, whoever has it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.urgency import Urgency
from gateway.hub.alarms.roster import PATIENCE
from tests.alarms.duty import caller, calls, line, person, raise_alarm, reachable, roster, rounds
from tests.alarms.mailbox import Mailbox, mailbox
from tests.alarms.parties import Trust, make_trust
from tests.hub.asking import decide, duty
from tests.hub.makers import RunningHub

DAY, NIGHT, ELSE = "piket-dag@politie.example", "piket-nacht@politie.example", "piket-elders@politie.example"
EVENING, MORNING, NEXT_EVENING = (
    parse_time(text)
    for text in ("2026-02-28T19:00:00.000Z", "2026-03-01T07:00:00.000Z", "2026-03-01T19:00:00.000Z")
)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("trust"))


@pytest.fixture
async def box(trust: Trust) -> AsyncIterator[Mailbox]:
    async with mailbox(trust) as opened:
        yield opened


def shift(number: int, staff: str, begin: datetime, end: datetime, address: str | None) -> dict[str, object]:
    """A duty in the first place of the order."""
    channel = None if address is None else "mail"
    times = {"van": rfc3339(begin), "tot": rfc3339(end)}
    return line(number, staff, **times, volgorde=0, adres=address, kanaal=channel)


async def two_shifts(hub: RunningHub) -> RunningHub:
    """A duty by day and one by night, each with its own address; it is night."""
    known = reachable(hub)
    lines = (
        shift(1, "pol-0007", MORNING, NEXT_EVENING, DAY),
        shift(2, "pol-0008", EVENING, MORNING, NIGHT),
    )
    assert (await roster(person(known), *lines)).answer.status == 200
    return known


async def called(hub: RunningHub, box: Mailbox) -> tuple[list[str], list[str]]:
    """Who is called about a new alarm, and where, when nobody takes it on."""
    seen, alarm_id = len(box.to()), await raise_alarm(hub)
    ringing = caller(hub, mail=box.channel)
    await rounds(ringing)
    hub.hands.pass_time(PATIENCE[Urgency.U0] + timedelta(minutes=1))
    await rounds(ringing)
    return [made.staff for made in await calls(hub, alarm_id)], box.to()[seen:]


async def test_by_night_the_address_of_the_night_is_called_and_no_other(
    each_hub: RunningHub, box: Mailbox
) -> None:
    hub = await two_shifts(each_hub)
    assert await called(hub, box) == (["pol-0008"], [NIGHT])
    hub.hands.now = MORNING
    assert await called(hub, box) == (["pol-0007"], [DAY])


async def test_a_substitute_is_reached_at_the_duty_that_he_took_over(hub: RunningHub, box: Mailbox) -> None:
    known = await two_shifts(hub)
    officer = person(known)
    question = {
        "soort": "vervanging",
        "door": {"rol": officer.role, "medewerker": officer.staff},
        "rol": officer.role,
        "medewerker": "pol-0008",
        "vervanger": "pol-0009",
        "van": rfc3339(EVENING),
        "tot": rfc3339(MORNING),
    }
    assert (await decide(officer, question)).answer.status == 200
    assert await called(known, box) == (["pol-0009"], [NIGHT])


async def test_a_duty_that_a_person_enters_is_reached_at_the_address_of_that_hour(
    hub: RunningHub, box: Mailbox
) -> None:
    known = await two_shifts(hub)
    entered = await duty(person(known, "pol-0010"), EVENING, NEXT_EVENING + timedelta(hours=2))
    assert entered.answer.status == 200
    assert await called(known, box) == (["pol-0010"], [NIGHT])
    known.hands.now = MORNING
    assert await called(known, box) == (["pol-0010"], [DAY])
    known.hands.now = NEXT_EVENING
    assert await called(known, box) == (["pol-0010"], [DAY])


async def test_after_one_other_night_the_duty_is_reached_as_before(hub: RunningHub, box: Mailbox) -> None:
    known = reachable(hub)
    officer = person(known)
    week = shift(1, "pol-0007", EVENING, EVENING + timedelta(days=7), DAY)
    assert (await roster(officer, week)).answer.status == 200
    known.hands.pass_time(timedelta(minutes=1))
    one_night = shift(1, "pol-0008", EVENING, MORNING, ELSE)
    assert (await roster(officer, one_night)).answer.status == 200
    assert await called(known, box) == (["pol-0008"], [ELSE])
    known.hands.now = MORNING
    assert await called(known, box) == (["pol-0007"], [DAY])


async def test_a_roster_stated_again_leaves_no_address_of_before(hub: RunningHub, box: Mailbox) -> None:
    known = await two_shifts(hub)
    known.hands.pass_time(timedelta(minutes=1))
    lines = (
        shift(1, "pol-0007", MORNING, NEXT_EVENING, DAY),
        shift(2, "pol-0008", EVENING, MORNING, ELSE),
    )
    assert (await roster(person(known), *lines)).answer.status == 200
    assert await called(known, box) == (["pol-0008"], [ELSE])
    shown = await decide(
        person(known),
        {
            "soort": "diensten",
            "door": {"rol": "politie_hovj", "medewerker": "pol-0007"},
            "van": rfc3339(EVENING),
            "tot": rfc3339(NEXT_EVENING),
        },
    )
    assert [each["kanalen"] for each in shown.answer.body["diensten"]] == [["mail"], ["mail"]]


async def test_a_night_without_an_address_beside_a_day_with_one_is_refused(hub: RunningHub) -> None:
    """It would be called at the address of the day, where nobody looks by night."""
    known = reachable(hub)
    lines = (
        shift(1, "pol-0007", MORNING, NEXT_EVENING, DAY),
        shift(2, "pol-0008", EVENING, MORNING, None),
    )
    refused = await roster(person(known), *lines)
    assert refused.answer.status == 400
    assert [(each["pointer"], each["code"]) for each in refused.answer.body["errors"]] == [
        ("/regels/1/adres", "adres_ontbreekt")
    ]
