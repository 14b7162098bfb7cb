"""How a clock is kept: written down, in local time, closed with its case, and unmoved by a repeat."""

from gateway.domain.deadlines import Party, breach_clock, reckoned_again, report_by
from gateway.domain.deadlines.clock import CASE_CLOSED, clock_from_record, clock_record
from gateway.domain.identifiers import CopyId, RoleId
from tests.deadlines.bans import extend, impose, release
from tests.deadlines.story import CASE, IMPOSED_AT, MUNICIPALITY, POLICE, Story, at, message_id


def test_closing_the_case_leaves_no_clock_running_and_none_comes_back(story: Story) -> None:
    impose(story)
    story.close("2026-02-11T12:00")
    assert {clock.ended_by for clock in story.all} == {CASE_CLOSED}
    extend(story)
    assert not [clock for clock in story.of("D01") + story.of("D02") if clock.running]


def test_a_clock_survives_being_written_down(story: Story) -> None:
    impose(story)
    release(story, "2026-02-12T14:00", informeren_door=MUNICIPALITY)
    for clock in story.all:
        assert clock_from_record(clock_record(clock)) == clock


def test_the_end_is_kept_as_local_time_with_zone_and_version(story: Story) -> None:
    impose(story, opgelegd_op="2026-03-25T02:10:00+01:00")
    clock = story.one("D01")
    assert (clock.due_local, clock.zone, clock.tz_version) == (
        "2026-04-04T02:10:00+02:00",
        "Europe/Amsterdam",
        "2026a",
    )


def test_new_time_zone_rules_work_out_the_end_again_and_leave_a_stated_end_alone(story: Story) -> None:
    impose(story)
    release(story, "2026-02-12T14:00")
    first = story.one("D01")
    again = reckoned_again(first, tz_version="2027b")
    assert (again.due_at, again.tz_version, again.round) == (first.due_at, "2027b", 0)
    assert reckoned_again(story.one("D29"), tz_version="2027b").due_at == story.one("D29").due_at
    moved = reckoned_again(
        clock_from_record({**clock_record(first), "due_at": "2026-02-20T02:10:00.000Z"}), tz_version="2027b"
    )
    assert (moved.due_at, moved.round) == (first.due_at, 1)


def test_the_same_message_twice_changes_nothing(story: Story) -> None:
    impose(story)
    before = dict(story.clocks)
    story._count -= 1
    impose(story)
    assert story.clocks == before


def test_the_clock_of_a_breach_file_outlives_its_case(story: Story) -> None:
    """AVG 33(1): a duty of the agency that sent the message, whatever became of the case."""
    impose(story)
    breach = breach_clock(
        case_id=CASE,
        message_id=message_id(7),
        copy_id=CopyId("00000000-0000-4000-8000-000000000777"),
        sender=Party(oin=POLICE, role=RoleId("politie_hovj")),
        known_at=at(IMPOSED_AT),
        tz_version="2026a",
    )
    assert breach.due_at == at("2026-02-13T02:10")
    story.clocks[breach.clock_id] = breach
    story.close("2026-02-11T12:00")
    assert [clock.deadline for clock in story.all if clock.running] == ["B1"]


def test_72_hours_are_elapsed_time_when_the_clocks_change() -> None:
    assert report_by(at("2026-03-28T12:00")) == at("2026-03-31T13:00")
