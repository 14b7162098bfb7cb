"""More time to tell the person concerned about a melding: how much, when, and for what (Wmo 2015 5.3.1)."""

from dataclasses import replace

import pytest

from gateway.domain.deadlines import (
    Clock,
    Extension,
    clock_from_record,
    clock_record,
    due_alarms,
    extended,
    reckoned_again,
    settled_by_hand,
)
from gateway.domain.errors import Conflict
from gateway.domain.identifiers import StaffRef
from tests.deadlines.bans import impose
from tests.deadlines.story import VEILIG_THUIS, Story, at

FIRST_END, SECOND_END = "2026-03-09T09:00", "2026-03-23T09:00"


@pytest.fixture
def clock(story: Story) -> Clock:
    story.tell("melding.zorg", "2026-02-09T09:00", gemeld_op=at("2026-02-09T09:00").isoformat())
    return story.one("D21")


def longer(clock: Clock, now: str, reason: str = "onderzoek") -> Clock:
    return extended(clock, Extension(at=at(now), reason=reason, oin=VEILIG_THUIS, staff=StaffRef("vt-0002")))


def refused(clock: Clock, now: str, reason: str = "onderzoek") -> str:
    with pytest.raises(Conflict) as caught:
        longer(clock, now, reason)
    return caught.value.code


def test_two_weeks_each_time_from_its_own_end(clock: Clock) -> None:
    assert clock.due_at == at(FIRST_END)
    once = longer(clock, "2026-03-05T12:00")
    assert once.due_at == at(SECOND_END)
    assert (once.extensions[0].reason, once.extensions[0].staff) == ("onderzoek", "vt-0002")
    twice = longer(once, "2026-03-20T12:00", "veiligheid")
    assert twice.due_at == at("2026-04-06T09:00"), (
        "the clock time on the wall, past the change to summer time"
    )
    assert clock_from_record(clock_record(twice)) == twice


def test_extensions_are_not_stored_up(clock: Clock) -> None:
    assert refused(clock, "2026-02-20T12:00") == "verlenging-te-vroeg"
    once = longer(clock, "2026-02-23T09:00")
    assert refused(once, "2026-02-23T09:00") == "verlenging-te-vroeg"
    assert refused(once, "2026-03-08T09:00") == "verlenging-te-vroeg"


def test_what_is_late_stays_late(clock: Clock) -> None:
    assert refused(clock, FIRST_END) == "verlenging-te-laat"


def test_a_clock_that_ended_gets_no_more_time(clock: Clock) -> None:
    done = settled_by_hand(clock, at("2026-03-01T09:00"), VEILIG_THUIS, StaffRef("vt-0002"))
    assert refused(done, "2026-03-05T12:00") == "klok-gestopt"


def test_only_for_the_reasons_of_the_law_and_where_the_law_has_it(clock: Clock, story: Story) -> None:
    assert refused(clock, "2026-03-05T12:00", "drukte") == "klok-niet-te-verlengen"
    impose(story)
    assert refused(story.one("D01"), "2026-02-12T12:00") == "klok-niet-te-verlengen"


def test_the_alarms_move_with_the_end(clock: Clock) -> None:
    warned = due_alarms([clock], (), at("2026-03-05T12:00"))
    assert [(alarm.step, alarm.at) for alarm in warned] == [("waarschuwing_3w", at("2026-03-02T09:00"))]
    once = longer(clock, "2026-03-05T12:00")
    assert due_alarms([once], (), at("2026-03-10T09:00")) == []
    again = due_alarms([once], (), at(SECOND_END))
    assert [(alarm.step, alarm.at) for alarm in again] == [
        ("einde#1", at(SECOND_END)),
        ("waarschuwing_3w#1", at("2026-03-16T09:00")),
    ]


def test_new_time_zone_rules_keep_the_time_that_was_given(clock: Clock) -> None:
    once = longer(clock, "2026-03-05T12:00")
    again = reckoned_again(once, tz_version="2027b")
    assert (again.due_at, again.round) == (once.due_at, once.round)
    assert reckoned_again(replace(once, due_at=clock.due_at), tz_version="2027b").due_at == once.due_at
