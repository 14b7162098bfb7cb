"""How time is written, read and counted. Never asks what time it is: `now` always comes in.

Instants are aware and UTC. Legal terms are counted on the clock on the wall in the Netherlands, since a ban
of ten days ends at the same clock time ten calendar days later (Wth 2(1), 9(1); domain.md 2.4, counting
rule).
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.domain.errors import InvalidValue

LOCAL: Final = ZoneInfo("Europe/Amsterdam")

_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def rfc3339(moment: datetime) -> str:
    """UTC with `Z` and milliseconds, shorter fractions cut off.

    Raises: ValueError for a naive datetime (our own bug).
    """
    if moment.tzinfo is None:
        raise ValueError("a datetime without an offset has no place in Schakel")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: object) -> datetime:
    """The instant, in UTC. The offset is required; upper-case T and Z; at most six decimals; no leap second.

    Raises: InvalidValue. Source: RFC 3339, 5.6.
    """
    if isinstance(text, str) and _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # a well-formed text that names no instant, such as 30 February: refused below
    raise InvalidValue.of(
        "datetime",
        "Een tijdstip heeft datum, tijd en tijdzone, zoals 2026-03-01T02:10:00+01:00.",
        "A time has a date, a time and an offset, such as 2026-03-01T02:10:00+01:00.",
    )


def parse_date(text: object) -> date:
    """A calendar date. Raises: InvalidValue. Source: RFC 3339, 5.6 (full-date)."""
    if isinstance(text, str) and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # a well-formed text that is no day of the calendar: refused below
    raise InvalidValue.of("date", "Een datum heeft de vorm jjjj-mm-dd.", "A date has the form yyyy-mm-dd.")


def latest_end(start: datetime, days: int) -> datetime:
    """Same clock time `days` calendar days later; at a clock change the later of the two instants.

    For the end of a ban: it protects, so doubt makes it longer. Source: Wth 2(1), 9(1); design.md 11.
    """
    return max(_same_clock_time(start, days))


def earliest_end(start: datetime, days: int) -> datetime:
    """As latest_end, but the earlier instant.

    For a duty of an authority, where doubt makes the term shorter.
    """
    return min(_same_clock_time(start, days))


def calendar_days(start: datetime, end: datetime) -> int | None:
    """The n for which `end` is the same clock time n calendar days after `start`, else None.

    Either instant of an ambiguous or skipped clock time counts as that clock time.
    """
    days = (end.astimezone(LOCAL).date() - start.astimezone(LOCAL).date()).days
    for candidate in (days, days - 1):
        if end in _same_clock_time(start, candidate):
            return candidate
    return None


def _same_clock_time(start: datetime, days: int) -> tuple[datetime, datetime]:
    wall = start.astimezone(LOCAL).replace(tzinfo=None) + timedelta(days=days)
    return (
        wall.replace(tzinfo=LOCAL, fold=0).astimezone(UTC),
        wall.replace(tzinfo=LOCAL, fold=1).astimezone(UTC),
    )
