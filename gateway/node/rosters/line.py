"""One duty as a file states it, checked for its form only; what a roster may hold is the hub's to say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.domain.clock import LOCAL, rfc3339
from gateway.domain.errors import Cause, InvalidInput

MAX_TEXT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty and the line on which it stands, from 1. Times are RFC 3339 in UTC."""

    line: int
    role: str
    staff: str
    starts_at: str
    ends_at: str
    rank: int
    channel: str | None
    address: str | None


class Mistakes:
    """Collects every mistake of a file by its line, so that all are told at once."""

    def __init__(self) -> None:
        self._causes: list[Cause] = []

    def add(self, line: int, field: str, nl: str, en: str) -> None:
        """One mistake. Never repeats what stands there: it may be a name."""
        self._causes.append(
            Cause(
                pointer=f"/bestand/{line}",
                code=field,
                detail_nl=f"Regel {line}: {nl}",
                detail_en=f"Line {line}: {en}",
            )
        )

    def raise_any(self) -> None:
        """Raises InvalidInput with all of them, in the order of the lines."""
        if self._causes:
            raise InvalidInput(
                code="rooster-onleesbaar",
                detail_nl="Het bestand kan niet worden gelezen; er is niets van opgeslagen.",
                detail_en="The file cannot be read; nothing of it was stored.",
                causes=sorted(self._causes, key=lambda cause: int(cause.pointer.rpartition("/")[2])),
            )


def moment(value: datetime) -> Iterator[str]:
    """The moment in UTC, when there is exactly one: a time on the wall without offset may not exist, or be twice."""
    if value.tzinfo is not None:
        yield rfc3339(value.astimezone(UTC))
        return
    first, second = (value.replace(tzinfo=LOCAL, fold=fold).astimezone(UTC) for fold in (0, 1))
    exists = first.astimezone(LOCAL).replace(tzinfo=None) == value
    if exists and first == second:
        yield rfc3339(first)


def moment_or_mistake(value: datetime, line: int, field: str, mistakes: Mistakes) -> str:
    """The moment; empty, with the mistake noted, when there is none or are two."""
    found = next(moment(value), "")
    if not found:
        mistakes.add(
            line,
            field,
            "dit tijdstip bestaat niet of komt twee keer voor; geef het met een tijdzone.",
            "this time does not exist or occurs twice; give it with an offset.",
        )
    return found
