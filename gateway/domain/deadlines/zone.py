"""Which version of the time zone rules this process uses, to be kept with every clock.

Looks where zoneinfo looks, in the same order. Asked once, at the start of the process; the rest of the domain is told.
"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from zoneinfo import TZPATH

from gateway.domain.clock import LOCAL

UNKNOWN: Final = "onbekend"
_FIRST_LINE: Final = "# version "


def installed_tz_version(places: tuple[str, ...] = TZPATH) -> str:
    """The version of the rules, such as 2026a; `onbekend` when the system keeps none beside its rules.

    A version that is not known never equals a known one, so clocks are worked out again rather than trusted.
    """
    for place in map(Path, places):
        if (place / LOCAL.key).is_file():
            return _version_in(place)
    try:
        return f"tzdata-{version('tzdata')}"
    except PackageNotFoundError:
        return UNKNOWN


def _version_in(place: Path) -> str:
    plain = place / "+VERSION"
    if plain.is_file():
        return plain.read_text(encoding="ascii").strip()
    compact = place / "tzdata.zi"
    if compact.is_file():
        with compact.open(encoding="ascii") as lines:
            first = lines.readline().strip()
        if first.startswith(_FIRST_LINE):
            return first.removeprefix(_FIRST_LINE)
    return UNKNOWN
