"""Days on which a term may not end, and counting in workdays and months, on the calendar in the Netherlands.

Holidays follow from a rule (Algemene termijnenwet 3(1), 3(2)); the days that a royal decree puts on a par with them
(3(3)) are data, in equated_days.json. Whether the act applies to a term is said by the row of that term.
"""

import json
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

from gateway.domain.clock import LOCAL, earliest_end, parse_date

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_SUNDAY: Final = 6


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar (the anonymous algorithm, Meeus, Astronomical Algorithms, chapter 8)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    skipped, of_skipped = divmod(century, 4)
    moon = (19 * golden + century - skipped - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quarter, of_quarter = divmod(of_century, 4)
    weekday = (32 + 2 * of_skipped + 2 * quarter - moon - of_quarter) % 7
    correction = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """The generally recognised holidays and the days equated with them. Source: Algemene termijnenwet 3."""
    easter = easter_sunday(year)
    kings_day = date(year, 4, 27)
    return frozenset(
        {
            date(year, 1, 1),
            easter - 2 * _DAY,  # Good Friday: 3(2)
            easter + _DAY,
            easter + 39 * _DAY,  # Ascension Day
            easter + 50 * _DAY,  # Whit Monday
            # The birthday is celebrated a day earlier when it falls on a Sunday.
            kings_day - _DAY if kings_day.weekday() == _SUNDAY else kings_day,
            date(year, 5, 5),
            date(year, 12, 25),
            date(year, 12, 26),
            *(day for day in _equated_days() if day.year == year),
        }
    )


def is_workday(day: date) -> bool:
    """Whether it is not a Saturday, Sunday, holiday or equated day."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def extended_end(last_day: date) -> date:
    """The last day of a term that the Algemene termijnenwet lengthens: never a Saturday, Sunday or holiday.

    Source: Algemene termijnenwet 1(1).
    """
    while not is_workday(last_day):
        last_day += _DAY
    return last_day


def workdays_later(start: datetime, count: int) -> datetime:
    """Same clock time on the count-th workday after the day of `start`; at a clock change the earlier instant."""
    day = start.astimezone(LOCAL).date()
    days = 0
    while count > 0:
        days += 1
        if is_workday(day + days * _DAY):
            count -= 1
    return earliest_end(start, days)


def months_later(start: datetime, count: int) -> datetime:
    """Same clock time `count` months later, at the latest on the last day of that month; the earlier instant."""
    day = start.astimezone(LOCAL).date()
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    target = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return earliest_end(start, (target - day).days)


def start_of_day(day: date) -> datetime:
    """Midnight in the Netherlands with which the day begins. Clocks there never change at midnight."""
    return datetime.combine(day, time(), tzinfo=LOCAL).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The instant at which the day is over; it belongs to the next day."""
    return start_of_day(day + _DAY)


@cache
def _equated_days() -> tuple[date, ...]:
    text = (files("gateway.domain.deadlines") / "equated_days.json").read_text(encoding="utf-8")
    return tuple(_days(json.loads(text)["besluiten"]))


def _days(decrees: list[dict[str, object]]) -> Iterator[date]:
    for decree in decrees:
        days = decree["dagen"]
        if not isinstance(days, list):
            raise TypeError("equated_days.json: dagen is a list")
        yield from map(parse_date, days)
