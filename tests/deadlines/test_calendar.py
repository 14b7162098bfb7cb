"""Holidays by rule, workdays, months, and the two changes of the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.clock import LOCAL
from gateway.domain.deadlines.calendar import (
    easter_sunday,
    end_of_day,
    extended_end,
    holidays,
    is_workday,
    months_later,
    workdays_later,
)
from gateway.domain.deadlines.length import ByFact, Counted, Earliest, Stated, Tie, Unit, end_after, instant
from tests.deadlines.story import at

MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2060, 1, 1)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1961, "04-02"),
        (2000, "04-23"),
        (2019, "04-21"),
        (2025, "04-20"),
        (2026, "04-05"),
        (2038, "04-25"),
        (2285, "03-22"),
    ],
)
def test_easter_falls_where_the_almanac_says(year: int, day: str) -> None:
    assert easter_sunday(year) == date.fromisoformat(f"{year}-{day}")


def test_the_holidays_of_2026_with_the_days_equated_by_decree() -> None:
    assert sorted(day.isoformat() for day in holidays(2026)) == [
        "2026-01-01",
        "2026-01-02",
        "2026-04-03",
        "2026-04-06",
        "2026-04-27",
        "2026-05-05",
        "2026-05-14",
        "2026-05-15",
        "2026-05-25",
        "2026-12-25",
        "2026-12-26",
    ]


def test_kings_day_on_a_sunday_is_celebrated_on_saturday() -> None:
    assert date(2025, 4, 26) in holidays(2025)
    assert date(2025, 4, 27) not in holidays(2025)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_term_is_moved_to_the_first_workday_and_never_earlier(day: date) -> None:
    moved = extended_end(day)
    assert is_workday(moved)
    assert not any(is_workday(day + timedelta(days=n)) for n in range((moved - day).days))


def test_workdays_skip_easter_and_the_weekend() -> None:
    assert workdays_later(at("2026-04-02T10:00"), 2) == at("2026-04-08T10:00")


def test_months_end_on_the_last_day_of_a_shorter_month() -> None:
    assert months_later(at("2026-08-31T12:00"), 18) == at("2028-02-29T12:00")
    assert months_later(at("2026-10-31T12:00"), 4) == at("2027-02-28T12:00")


@given(MOMENTS, st.integers(0, 30))
def test_days_keep_the_clock_time_over_both_changes_of_the_clock(start: datetime, days: int) -> None:
    wall = start.astimezone(LOCAL).replace(tzinfo=None) + timedelta(days=days)
    for tie in Tie:
        end = Counted(unit=Unit.DAYS, count=days).after(start, tie=tie).astimezone(LOCAL).replace(tzinfo=None)
        skipped = wall.month == 3 and wall.hour == 2 and end != wall
        assert end == wall or (skipped and abs(end - wall) == timedelta(hours=1))


@given(MOMENTS, st.integers(0, 30))
def test_a_ban_never_ends_before_a_duty_of_the_same_length(start: datetime, days: int) -> None:
    length = Counted(unit=Unit.DAYS, count=days)
    gap = length.after(start, tie=Tie.LATER) - length.after(start, tie=Tie.EARLIER)
    assert gap in {timedelta(), timedelta(hours=1)}


def test_the_ambiguous_hour_in_october_ends_a_ban_late_and_a_duty_early() -> None:
    start = at("2026-10-15T02:30")
    length = Counted(unit=Unit.DAYS, count=10)
    assert length.after(start, tie=Tie.LATER) == at("2026-10-25T02:30:00+01:00")
    assert length.after(start, tie=Tie.EARLIER) == at("2026-10-25T02:30:00+02:00")


def test_the_hour_that_does_not_exist_in_march_ends_a_ban_late_and_a_duty_early() -> None:
    start = at("2026-03-19T02:30")
    length = Counted(unit=Unit.DAYS, count=10)
    assert length.after(start, tie=Tie.LATER) == at("2026-03-29T03:30:00+02:00")
    assert length.after(start, tie=Tie.EARLIER) == at("2026-03-29T01:30:00+01:00")


@pytest.mark.parametrize("start", ["2026-03-28T14:00", "2026-10-24T14:00"])
def test_24_hours_is_elapsed_time_over_a_change_of_the_clock(start: str) -> None:
    assert Counted(unit=Unit.HOURS, count=24).after(at(start)) - at(start) == timedelta(hours=24)


def test_a_term_in_days_over_the_same_change_is_23_or_25_hours() -> None:
    day = Counted(unit=Unit.DAYS, count=1)
    assert day.after(at("2026-03-28T14:00")) - at("2026-03-28T14:00") == timedelta(hours=23)
    assert day.after(at("2026-10-24T14:00")) - at("2026-10-24T14:00") == timedelta(hours=25)


def test_the_earliest_of_two_ends_holds_and_an_unstated_one_does_not_count() -> None:
    length = Earliest(parts=(Counted(unit=Unit.HOURS, count=2), Stated(fact="uiterlijk")))
    start = at("2026-02-10T10:00")

    def end(facts: dict[str, object]) -> datetime | None:
        return end_after(length, start, facts, tie=Tie.EARLIER, numbers={})

    assert end({}) == at("2026-02-10T12:00")
    assert end({"uiterlijk": "2026-02-10T11:00:00+01:00"}) == at("2026-02-10T11:00")
    assert end({"uiterlijk": "2026-02-10T13:00:00+01:00"}) == at("2026-02-10T12:00")


def test_a_length_by_fact_without_that_fact_has_no_end() -> None:
    length = ByFact(fact="soort", values={"vovo": Counted(unit=Unit.HOURS, count=1)})
    assert end_after(length, at("2026-02-10T10:00"), {}, tie=Tie.EARLIER, numbers={}) is None


def test_a_date_begins_at_midnight_in_the_netherlands_and_ends_at_the_next() -> None:
    assert instant("2026-07-01", end=False) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert instant("2026-07-01", end=True) == datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert end_of_day(date(2026, 3, 29)) - at("2026-03-29T00:00") == timedelta(hours=23)
