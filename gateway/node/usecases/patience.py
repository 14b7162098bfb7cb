"""How long to leave alone what the agency's system did not take: longer each time. In memory: a start offers all."""

from datetime import datetime, timedelta
from typing import Final

FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=1)


class Patience:
    """By key."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, datetime] = {}

    def is_due(self, key: str, now: datetime) -> bool:
        return now >= self._not_before.get(key, now)

    def failed(self, key: str, now: datetime) -> int:
        """How often it failed by now; it is left alone for a second at first and a minute at last."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        self._not_before[key] = now + min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
        return failures

    def over(self, key: str) -> None:
        """It was taken."""
        self._failures.pop(key, None)
        self._not_before.pop(key, None)

    def ends(self) -> tuple[datetime, ...]:
        """When each may be offered again."""
        return tuple(self._not_before.values())
