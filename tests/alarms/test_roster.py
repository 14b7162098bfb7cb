"""An alarm that nobody takes on goes along the roster and ends on a call list."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.identifiers import Oin, RoleId, StaffRef
from gateway.domain.urgency import Urgency
from gateway.hub.alarms import (
    AlarmProgress,
    AskPerson,
    Call,
    OnDuty,
    PutOnCallList,
    Settled,
    WaitUntil,
    next_step,
)
from gateway.hub.alarms.roster import ATTEMPTS, RETRY_AFTER
from tests.deadlines.story import VEILIG_THUIS, at

NIGHT = at("2026-02-12T03:00")


def line(number: int, *, channel: str = "webhook", hours: int = 8) -> OnDuty:
    return OnDuty(
        oin=Oin(VEILIG_THUIS),
        role=RoleId("vt_medewerker"),
        staff=StaffRef(f"m-{number}"),
        channel=channel,
        address=f"https://alarm.example/{number}",
        starts_at=NIGHT - timedelta(hours=1),
        ends_at=NIGHT + timedelta(hours=hours),
    )


ROSTER = (line(1), line(2), line(3))


def called(
    progress: AlarmProgress, who: OnDuty, when: datetime, *, delivered: bool = True, permanent: bool = False
) -> AlarmProgress:
    call = Call(line=who, at=when, delivered=delivered, permanent=permanent)
    return replace(progress, calls=(*progress.calls, call))


def test_the_first_on_duty_is_called_at_once() -> None:
    assert next_step(ROSTER, AlarmProgress(urgency=Urgency.U0), NIGHT) == AskPerson(line=ROSTER[0])


@pytest.mark.parametrize(
    ("urgency", "minutes"), [(Urgency.U0, 5), (Urgency.U1, 15), (Urgency.U2, 120), (Urgency.U3, 480)]
)
def test_the_next_is_called_when_the_first_does_not_answer_in_time(urgency: Urgency, minutes: int) -> None:
    roster = tuple(replace(each, ends_at=NIGHT + timedelta(days=2)) for each in ROSTER)
    progress = called(AlarmProgress(urgency=urgency), roster[0], NIGHT)
    until = NIGHT + timedelta(minutes=minutes)
    assert next_step(roster, progress, until - timedelta(seconds=1)) == WaitUntil(moment=until)
    assert next_step(roster, progress, until) == AskPerson(line=roster[1])


def test_after_the_last_of_the_roster_comes_the_call_list() -> None:
    progress = AlarmProgress(urgency=Urgency.U0)
    for turn, each in enumerate(ROSTER):
        progress = called(progress, each, NIGHT + timedelta(minutes=5 * turn))
    assert next_step(ROSTER, progress, NIGHT + timedelta(minutes=15)) == PutOnCallList()
    assert next_step(ROSTER, replace(progress, listed=True), NIGHT + timedelta(minutes=15)) == Settled()


def test_with_nobody_on_duty_the_alarm_goes_to_the_call_list_at_once() -> None:
    assert next_step((), AlarmProgress(urgency=Urgency.U0), NIGHT) == PutOnCallList()
    over = tuple(replace(each, ends_at=NIGHT) for each in ROSTER)
    assert next_step(over, AlarmProgress(urgency=Urgency.U0), NIGHT) == PutOnCallList()


def test_a_duty_that_ended_meanwhile_is_skipped_and_one_that_began_is_called() -> None:
    progress = called(AlarmProgress(urgency=Urgency.U0), ROSTER[0], NIGHT)
    later = NIGHT + timedelta(minutes=5)
    roster = (ROSTER[0], replace(ROSTER[1], ends_at=later), replace(ROSTER[2], starts_at=later))
    assert next_step(roster, progress, later) == AskPerson(line=roster[2])


def test_an_address_that_is_of_no_use_is_left_at_once() -> None:
    progress = called(AlarmProgress(urgency=Urgency.U0), ROSTER[0], NIGHT, delivered=False, permanent=True)
    assert next_step(ROSTER, progress, NIGHT) == AskPerson(line=ROSTER[1])


def test_an_address_that_is_out_of_order_is_tried_three_times() -> None:
    progress, now = AlarmProgress(urgency=Urgency.U0), NIGHT
    for attempt in range(ATTEMPTS):
        assert next_step(ROSTER, progress, now) == AskPerson(line=ROSTER[0])
        progress = called(progress, ROSTER[0], now, delivered=False)
        if attempt < ATTEMPTS - 1:
            assert next_step(ROSTER, progress, now) == WaitUntil(moment=now + RETRY_AFTER)
            now += RETRY_AFTER
    assert next_step(ROSTER, progress, now) == AskPerson(line=ROSTER[1])


def test_one_person_with_two_addresses_is_tried_at_both() -> None:
    roster = (line(1), replace(line(1), channel="mail", address="m1@veilig-thuis.example"))
    progress = called(AlarmProgress(urgency=Urgency.U0), roster[0], NIGHT, delivered=False, permanent=True)
    assert next_step(roster, progress, NIGHT) == AskPerson(line=roster[1])


def test_an_alarm_that_somebody_took_on_wakes_nobody_else() -> None:
    progress = replace(called(AlarmProgress(urgency=Urgency.U0), ROSTER[0], NIGHT), settled=True)
    assert next_step(ROSTER, progress, NIGHT + timedelta(hours=1)) == Settled()


@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.timedeltas(timedelta(minutes=-20), timedelta(minutes=20))),
        max_size=60,
    )
)
def test_every_alarm_that_nobody_takes_on_ends_on_the_call_list(
    turns: list[tuple[bool, bool, timedelta]],
) -> None:
    """Whatever the addresses do and however the clock jumps: nobody is called for ever, and nothing is forgotten."""
    roster = tuple(
        replace(each, starts_at=NIGHT - timedelta(days=9), ends_at=NIGHT + timedelta(days=9))
        for each in ROSTER
    )
    progress, now = AlarmProgress(urgency=Urgency.U0), NIGHT
    steps = iter([*turns, *[(True, False, timedelta())] * 60])
    for _ in range(len(turns) + 60):
        step = next_step(roster, progress, now)
        delivered, permanent, jump = next(steps)
        match step:
            case AskPerson(line=who):
                progress = called(progress, who, now, delivered=delivered, permanent=permanent)
                now += jump
            case WaitUntil(moment=moment):
                assert moment > now
                now = moment
            case PutOnCallList():
                progress = replace(progress, listed=True)
            case Settled():
                break
    assert progress.listed
    assert {call.line.staff for call in progress.calls} == {each.staff for each in roster}
    assert len(progress.calls) <= ATTEMPTS * len(roster)
