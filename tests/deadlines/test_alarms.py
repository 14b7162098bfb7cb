"""Alarms: which are due, and that none is lost or fired twice, whatever restarts and clocks do."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.deadlines import (
    Alarm,
    AlarmKey,
    Clock,
    clock_from_record,
    clock_record,
    clocks_lapsed,
    due_alarms,
    next_moment,
    rules_of,
    steps,
)
from gateway.domain.deadlines.progress import settled_by_hand
from gateway.domain.deadlines.table import clock_deadlines
from gateway.domain.identifiers import Oin, StaffRef
from gateway.domain.urgency import Urgency
from tests.deadlines.story import BAN, IMPOSED_AT, MUNICIPALITY, OM, VEILIG_THUIS, Story, at

RECIPIENTS = ((MUNICIPALITY, "burgemeester"), (VEILIG_THUIS, "vt_medewerker"))
START = at(IMPOSED_AT)
LATER = at("2027-01-01T00:00")


def imposed() -> Story:
    story = Story()
    story.tell("huisverbod.opgelegd", IMPOSED_AT, to=RECIPIENTS, facts=BAN)
    return story


def released() -> Story:
    story = Story()
    story.tell("zsm.afdoening", "2026-02-12T14:00", sender=OM, in_vrijheid_op="2026-02-12T17:00:00+01:00")
    return story


def names(alarms: list[Alarm]) -> list[tuple[str, str, datetime]]:
    return [(alarm.deadline, alarm.step, alarm.at) for alarm in alarms]


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        ("D01", [("waarschuwing_24u", "2026-02-19T02:10"), ("einde", "2026-02-20T02:10")]),
        (
            "D04",
            [
                ("waarschuwing_20u", "2026-02-10T22:10"),
                ("einde", "2026-02-11T02:10"),
                ("escalatie", "2026-02-11T04:10"),
            ],
        ),
        (
            "D10",
            [
                ("waarschuwing_4d", "2026-02-16T02:10"),
                ("waarschuwing_3d", "2026-02-17T02:10"),
                ("einde", "2026-02-18T02:10"),
                ("escalatie", "2026-02-18T14:10"),
            ],
        ),
        (
            "D17",
            [
                ("waarschuwing_6wd", "2026-02-18T02:10"),
                ("einde", "2026-02-20T02:10"),
                ("escalatie", "2026-02-21T02:10"),
            ],
        ),
        ("D02", []),
    ],
)
def test_the_steps_of_a_clock(deadline: str, expected: list[tuple[str, str]]) -> None:
    found = steps(imposed().one(deadline), LATER)
    assert names(found) == [(deadline, step, at(when)) for step, when in expected]


def test_the_end_of_a_ban_comes_before_less_urgent_alarms() -> None:
    alarms = due_alarms(imposed().all, set(), LATER)
    assert [alarm.urgency for alarm in alarms] == sorted(alarm.urgency for alarm in alarms)
    assert alarms[0].urgency is Urgency.U0


def test_a_release_raises_a_task_at_once_and_escalates_every_quarter() -> None:
    story = released()
    opened = at("2026-02-12T14:00")
    fired: list[tuple[str, datetime]] = []
    keys: set[AlarmKey] = set()
    for minute in range(62):
        for alarm in due_alarms(story.all, keys, opened + timedelta(minutes=minute)):
            keys.add(alarm.key)
            fired.append((alarm.step, alarm.at))
    assert fired == [
        ("taak", opened),
        *((f"escalatie.{turn}", opened + timedelta(minutes=15 * turn)) for turn in (1, 2, 3, 4)),
    ]


def test_after_an_hour_of_silence_the_newest_turn_is_fired_alone() -> None:
    clock = released().one("D29")
    alarms = due_alarms([clock], set(), at("2026-02-12T15:01"))
    assert [alarm.step for alarm in alarms] == ["taak", "escalatie.4"]
    assert due_alarms([clock], {alarm.key for alarm in alarms}, at("2026-02-12T15:14")) == []


def test_a_clock_that_ran_a_year_ahead_does_not_silence_the_turns_that_follow() -> None:
    clock = released().one("D29")
    fired = {alarm.key for alarm in due_alarms([clock], set(), at("2027-02-12T14:00"))}
    back = due_alarms([clock], fired, at("2026-02-12T14:16"))
    assert [alarm.step for alarm in back] == ["escalatie.1"]


def test_a_duty_that_was_done_raises_no_alarm_any_more() -> None:
    clock = imposed().one("D04")
    done = settled_by_hand(clock, at("2026-02-10T09:00"), Oin(MUNICIPALITY), StaffRef("m-1"))
    assert due_alarms([done], set(), LATER) == []


def test_a_term_that_is_over_still_raises_the_alarm_of_its_end() -> None:
    story = imposed()
    story.pass_to("2026-02-21T00:00")
    assert [alarm.step for alarm in due_alarms([story.one("D01")], set(), at("2026-02-21T00:00"))] == [
        "einde",
        "waarschuwing_24u",
    ]


def test_an_extended_ban_warns_of_its_new_end() -> None:
    story = imposed()
    extension = {"gebeurd_op": "2026-02-19T12:00:00+01:00", "verlengd_tot": "2026-03-01T02:10:00+01:00"}
    story.tell("huisverbod.verlengd", "2026-02-19T12:00", to=RECIPIENTS, facts=extension)
    assert names(steps(story.one("D02"), LATER)) == [
        ("D02", "waarschuwing_24u#1", at("2026-02-28T02:10")),
        ("D02", "einde#1", at("2026-03-01T02:10")),
    ]


def test_an_end_that_moved_warns_again() -> None:
    story = Story()
    order = {"ingang": "2026-02-10T12:00:00+01:00", "einde": "2026-05-11T12:00:00+02:00"}
    story.tell("gedragsaanwijzing.gegeven", "2026-02-10T12:00", soort="gegeven", facts=order)
    fired = {alarm.key for alarm in due_alarms(story.all, set(), at("2026-05-05T12:00"))}
    assert [key.step for key in fired] == ["waarschuwing_7d"]
    longer = {"ingang": order["einde"], "einde": "2026-08-09T12:00:00+02:00"}
    story.tell("gedragsaanwijzing.gegeven", "2026-05-06T12:00", soort="verlengd", facts=longer)
    assert due_alarms(story.all, fired, at("2026-08-01T12:00")) == []
    assert [alarm.step for alarm in due_alarms(story.all, fired, at("2026-08-02T12:00"))] == [
        "waarschuwing_7d#1"
    ]


def test_every_announced_check_of_the_monitoring_has_its_own_alarm() -> None:
    story = Story()
    over = {"veiligheid_beoordeeld_op": "2026-03-10", "monitoring_tot": "2027-03-10"}
    story.tell("zaak.overdracht", "2026-03-10T12:00", facts=over)
    fired: set[AlarmKey] = set()
    seen = []
    for check in ("2026-06-01", "2026-09-01"):
        story.tell("monitoring.signaal", "2026-03-11T12:00", volgende_check=check)
        alarms = due_alarms(story.all, fired, at(f"{check}T09:00"))
        fired |= {alarm.key for alarm in alarms}
        seen += [alarm.step for alarm in alarms]
    assert seen == ["controle@2026-06-01", "controle@2026-09-01"]


def test_the_next_moment_is_the_first_thing_that_asks_for_attention() -> None:
    story = imposed()
    assert next_moment(story.all, set(), START) == at("2026-02-10T02:40")
    clock = story.one("D01")
    assert next_moment([clock], set(), START) == at("2026-02-19T02:10")
    fired = {alarm.key for alarm in due_alarms([clock], set(), at("2026-02-19T02:10"))}
    assert next_moment([clock], fired, at("2026-02-19T02:10")) == at("2026-02-20T02:10")
    assert next_moment([released().one("D29")], set(), at("2026-02-12T14:00")) == at("2026-02-12T14:00")
    story.close("2026-02-11T12:00")
    assert next_moment(story.all, set(), START) is None


def every_clock() -> list[Clock]:
    """One running clock of every deadline that has clocks, all counted from the same instant."""
    pattern = clock_record(imposed().one("D04"))
    return [
        clock_from_record(
            {
                **pattern,
                "clock_id": deadline.id,
                "deadline": deadline.id,
                "due_at": "2026-02-20T01:10:00.000Z",
                "check_at": "2026-02-15T23:00:00.000Z",
            }
        )
        for deadline, _ in clock_deadlines()
    ]


class Hub:
    """What the hub does with alarms: fire and remember in one transaction, which may fail as a whole."""

    def __init__(self, clocks: list[Clock]) -> None:
        self.clocks = {clock.clock_id: clock for clock in clocks}
        self.outbox: list[AlarmKey] = []

    def wake(self, now: datetime, *, commits: bool) -> None:
        lapsed = clocks_lapsed(list(self.clocks.values()), now)
        clocks = self.clocks | {clock.clock_id: clock for clock in lapsed.changed}
        alarms = due_alarms(clocks.values(), set(self.outbox), now)
        if commits:
            self.clocks = clocks
            self.outbox += [alarm.key for alarm in alarms]


WAKES = st.lists(
    st.tuples(st.timedeltas(timedelta(days=-3), timedelta(days=5)), st.booleans()), min_size=1, max_size=30
)


@given(WAKES)
def test_no_alarm_is_lost_or_repeated_under_restarts_and_a_jumping_clock(
    wakes: list[tuple[timedelta, bool]],
) -> None:
    """Wakes jump forward and back, transactions fail, and then time is right again."""
    hub = Hub(every_clock())
    now = START
    for jump, commits in wakes:
        now += jump
        hub.wake(now, commits=commits)
    end = max(now, at("2026-06-01T00:00"))
    hub.wake(end, commits=True)
    assert max(Counter(hub.outbox).values()) == 1
    once = {
        (deadline.id, rule.name)
        for deadline, rules in clock_deadlines()
        for rule in rules.steps
        if rule.every is None and not fell_away(hub, deadline.id)
    }
    assert once <= {(key.clock_id, key.step.partition("@")[0]) for key in hub.outbox}


def fell_away(hub: Hub, clock_id: str) -> bool:
    """D02 and D10 end with the first term: what had not come due by then is moot."""
    return rules_of(hub.clocks[clock_id].deadline).follows is not None


@given(st.lists(st.integers(0, 60 * 48), min_size=1, max_size=40))
def test_a_repeating_alarm_is_never_later_than_one_turn(minutes: list[int]) -> None:
    clock = released().one("D29")
    opened = at("2026-02-12T14:00")
    fired: set[AlarmKey] = set()
    for minute in minutes:
        now = opened + timedelta(minutes=minute)
        alarms = due_alarms([clock], fired, now)
        fired |= {alarm.key for alarm in alarms}
        turn = minute // 15
        assert turn == 0 or (clock.case_id, clock.clock_id, f"escalatie.{turn}") in fired


FIRST, LAST = datetime(2026, 1, 1), datetime(2032, 1, 1)  # noqa: DTZ001 -- Hypothesis wants naive bounds


@given(
    st.datetimes(FIRST, LAST).map(lambda moment: at(moment.isoformat(timespec="seconds"))),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_a_ban_never_lasts_longer_than_28_days(start: datetime, first: int, total: int) -> None:
    story = Story(numbers={"eerste_termijn_dagen": first, "maximum_dagen": total})
    facts = {**BAN, "opgelegd_op": start.isoformat(), "eindigt_op": (start + timedelta(days=10)).isoformat()}
    story.tell("huisverbod.opgelegd", start.isoformat(), to=RECIPIENTS, facts=facts)
    until = (start + timedelta(days=total)).isoformat()
    story.tell(
        "huisverbod.verlengd",
        (start + timedelta(days=9)).isoformat(),
        to=RECIPIENTS,
        gebeurd_op=(start + timedelta(days=9)).isoformat(),
        verlengd_tot=until,
    )
    longest = timedelta(
        days=28, hours=2
    )  # 28 calendar days over a change of the clock, and the later of two instants
    for deadline in ("D01", "D02"):
        due = story.one(deadline).due_at
        assert due is not None
        assert due - start <= longest


def test_two_relays_at_once_agree_on_the_key() -> None:
    story = imposed()
    one, other = due_alarms(story.all, set(), LATER), due_alarms(reversed(story.all), set(), LATER)
    assert [alarm.key for alarm in one] == [alarm.key for alarm in other]
    assert len({alarm.key for alarm in one}) == len(one)
