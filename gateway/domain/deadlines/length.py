"""How long a term is, and when it is over.

A length is data. Hours and minutes are elapsed time; days, weeks and months keep the clock time on the wall
(domain.md 2.4, counting rule). Where a clock time is ambiguous or does not exist, `Tie` says which instant counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

from gateway.domain.clock import LOCAL, earliest_end, latest_end, parse_date, parse_time
from gateway.domain.deadlines.calendar import end_of_day, extended_end, months_later, workdays_later
from gateway.domain.errors import InvalidValue

Facts: TypeAlias = Mapping[str, object]
Numbers: TypeAlias = Mapping[str, int]
"""Numbers of the pilot configuration, by flag, such as eerste_termijn_dagen."""


class Unit(StrEnum):
    """In what a length is counted. LEGAL_DAYS: whole days after the day of the start, up to the end of the last one,
    which the Algemene termijnenwet moves off a weekend or holiday (Awb 6:8; Algemene termijnenwet 1)."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKDAYS = "workdays"
    MONTHS = "months"
    LEGAL_DAYS = "legal_days"


ELAPSED: Final = frozenset({Unit.MINUTES, Unit.HOURS})
"""Units that no clock change touches."""


class Tie(StrEnum):
    """Which of two instants counts when a clock time occurs twice or not at all. Source: design.md 11."""

    LATER = "later"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """So many units. `flag` names the pilot number that may replace the count; negative counts back."""

    unit: Unit
    count: int
    flag: str | None = None

    def after(self, start: datetime, *, tie: Tie = Tie.EARLIER, numbers: Numbers | None = None) -> datetime:
        """The instant at this distance from `start`, in UTC."""
        count = self.count if self.flag is None else (numbers or {}).get(self.flag, self.count)
        match self.unit:
            case Unit.MINUTES:
                return start + timedelta(minutes=count)
            case Unit.HOURS:
                return start + timedelta(hours=count)
            case Unit.DAYS:
                return latest_end(start, count) if tie is Tie.LATER else earliest_end(start, count)
            case Unit.WORKDAYS:
                return workdays_later(start, count)
            case Unit.MONTHS:
                return months_later(start, count)
            case Unit.LEGAL_DAYS:
                return end_of_day(extended_end(start.astimezone(LOCAL).date() + timedelta(days=count)))
        assert_never(self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The message states the end itself, in this fact. A date runs up to its end."""

    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earliest:
    """Whichever comes first."""

    parts: "tuple[Length, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFact:
    """The length depends on an enum of the message."""

    fact: str
    values: "Mapping[str, Length]"


Length: TypeAlias = Counted | Stated | Earliest | ByFact


def end_after(
    length: Length, start: datetime, facts: Facts, *, tie: Tie, numbers: Numbers
) -> datetime | None:
    """When a term of this length that began at `start` is over, in UTC; None when the facts do not state it.

    Raises: InvalidValue for a fact that cannot be read.
    """
    match length:
        case Counted():
            return length.after(start, tie=tie, numbers=numbers)
        case Stated():
            return instant(facts.get(length.fact), end=True)
        case Earliest():
            ends = [end_after(part, start, facts, tie=tie, numbers=numbers) for part in length.parts]
            return min((end for end in ends if end is not None), default=None)
        case ByFact():
            chosen = length.values.get(str(facts.get(length.fact)))
            return None if chosen is None else end_after(chosen, start, facts, tie=tie, numbers=numbers)
    assert_never(length)


def pilot_count(length: Length | None, numbers: Numbers) -> int | None:
    """The count by which a pilot replaces that of the law; None where the law's holds."""
    if not isinstance(length, Counted) or length.flag is None:
        return None
    count = numbers.get(length.flag, length.count)
    return None if count == length.count else count


def counted_by(length: Length, count: int | None) -> Numbers:
    """The numbers that make this length one of `count`, as `pilot_count` told it."""
    if count is None or not isinstance(length, Counted) or length.flag is None:
        return {}
    return {length.flag: count}


def is_stated(length: Length | None) -> bool:
    """Whether the end stands in a message, so that new rules for time zones cannot move it."""
    match length:
        case None | Counted():
            return False
        case Stated():
            return True
        case Earliest():
            return any(map(is_stated, length.parts))
        case ByFact():
            return any(map(is_stated, length.values.values()))
    assert_never(length)


def instant(value: object, *, end: bool) -> datetime | None:
    """A fact as an instant; a date begins or, with `end`, ends that day in the Netherlands. None for no fact.

    Raises: InvalidValue.
    """
    if value is None:
        return None
    try:
        moment = parse_time(value)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)  # as it is written (rfc3339)
    except InvalidValue:
        day = parse_date(value)
    return end_of_day(day) if end else end_of_day(day - timedelta(days=1))
