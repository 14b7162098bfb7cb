"""A roster as a calendar (RFC 5545): each event is a duty.

CATEGORIES is the role, SUMMARY the reference of the person, PRIORITY the order of calling from 1 (none or 0: first);
X-SCHAKEL-KANAAL and X-SCHAKEL-ADRES are how that duty is reached. Everything else in an event stays in the file. A
cancelled event is none. Recurring events are refused: what they mean after an exception differs between calendars,
and a duty that nobody has is found out at night; export the single duties.
"""

from datetime import datetime
from typing import Any, Final

from icalendar import Calendar

from gateway.node.rosters.line import MAX_TEXT, Duty, Mistakes, moment_or_mistake

_RECURS: Final = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")


def read_icalendar(text: str) -> list[Duty]:
    """Every duty, in the order of the file. Raises InvalidInput with every mistake and the line of its event."""
    mistakes = Mistakes()
    try:
        calendar = Calendar.from_ical(text)
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
    ):  # what the library raises for text that is no calendar
        mistakes.add(1, "icalendar", "dit is geen geldige kalender.", "this is no valid calendar.")
        mistakes.raise_any()
        raise AssertionError from None  # raise_any did
    lines = [
        number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"
    ]
    events = list(calendar.walk("VEVENT"))
    if len(lines) != len(events):
        mistakes.add(1, "icalendar", "de kalender is niet te volgen.", "the calendar cannot be followed.")
        mistakes.raise_any()
    duties = [
        _duty(event, line, mistakes)
        for event, line in zip(events, lines, strict=True)
        if str(event.get("STATUS", "")).upper() != "CANCELLED"
    ]
    if not duties:
        mistakes.add(1, "leeg", "er staat geen dienst in.", "there is no duty in it.")
    mistakes.raise_any()
    return duties


def _duty(event: Any, line: int, mistakes: Mistakes) -> Duty:
    if event.errors:
        mistakes.add(line, "icalendar", "een onderdeel is ongeldig.", "a property is not valid.")
    if any(name in event for name in _RECURS):
        nl, en = (
            "herhaling wordt niet gelezen; geef losse diensten.",
            "recurrence is not read; give single duties.",
        )
        mistakes.add(line, "herhaling", nl, en)
    return Duty(
        line=line,
        role=_one(event, "CATEGORIES", "rol", line, mistakes),
        staff=_one(event, "SUMMARY", "medewerker", line, mistakes),
        starts_at=_time(event, "DTSTART", line, mistakes),
        ends_at=_time(event, "DTEND", line, mistakes),
        rank=_rank(event, line, mistakes),
        channel=_text(event.get("X-SCHAKEL-KANAAL")) or None,
        address=_text(event.get("X-SCHAKEL-ADRES")) or None,
    )


def _text(value: Any) -> str:
    """The text of a property; of categories the one that there is."""
    found = getattr(value, "cats", None)
    if found is not None:
        return str(found[0]).strip() if len(found) == 1 else ""
    return "" if value is None or isinstance(value, list) else str(value).strip()


def _one(event: Any, name: str, field: str, line: int, mistakes: Mistakes) -> str:
    found = _text(event.get(name))
    if not 0 < len(found) <= MAX_TEXT:
        mistakes.add(line, field, f"{name} noemt niet een {field}.", f"{name} does not name one {field}.")
    return found


def _time(event: Any, name: str, line: int, mistakes: Mistakes) -> str:
    value = getattr(event.get(name), "dt", None)
    if not isinstance(value, datetime):
        nl = f"{name} is geen tijdstip op een dag."
        mistakes.add(line, name.lower(), nl, f"{name} is no time on a day.")
        return ""
    return moment_or_mistake(value, line, name.lower(), mistakes)


def _rank(event: Any, line: int, mistakes: Mistakes) -> int:
    text = _text(event.get("PRIORITY")) or "0"
    if len(text) == 1 and text.isdigit():
        return max(int(text) - 1, 0)
    mistakes.add(line, "volgorde", "PRIORITY is een cijfer.", "PRIORITY is a digit.")
    return 0
