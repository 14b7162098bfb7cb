"""How values are written in a document for people: Dutch dates and words, times on the clock of the Netherlands."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from gateway.domain.clock import LOCAL, parse_time

_MONTHS: Final = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


def moment(text: str) -> str:
    """`24 november 2026 om 02.45 uur`, with the offset in the hour that a clock change makes ambiguous."""
    local = parse_time(text).astimezone(LOCAL)
    other = local.replace(fold=1 - local.fold)
    zone = "" if other.utcoffset() == local.utcoffset() else f" ({local.tzname()})"
    return f"{day(local.date().isoformat())} om {local:%H.%M} uur{zone}"


def day(text: str) -> str:
    """`24 november 2026`."""
    value = date.fromisoformat(text)
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def yes_no(value: bool) -> str:  # noqa: FBT001 - a filter gets its value so
    return "ja" if value else "nee"


def words(code: str) -> str:
    """A code of the catalogue as words."""
    return code.replace("_", " ")


FILTERS: Final[Mapping[str, Callable[[Any], str]]] = {
    "moment": moment,
    "dag": day,
    "ja_nee": yes_no,
    "woorden": words,
}
