"""Reads the hub's own books, without writing: what is under way, where every delivery is, and every clock."""

from collections import Counter
from types import TracebackType
from typing import Self

from gateway.hub.storage.engine import open_engines
from gateway.hub.storage.standings import (
    ClockStanding,
    clock_standings,
    deliveries_by_standing,
    deliveries_under_way,
)


class Ledger:
    """The database of a running hub. A context: the connection is closed at its end."""

    def __init__(self, database_url: str) -> None:
        self._engines = open_engines(database_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engines.dispose()

    def under_way(self) -> int:
        """Deliveries that have not reached anybody and have not ended."""
        with self._engines.reading.connect() as connection:
            return deliveries_under_way(connection)

    def clocks(self) -> tuple[ClockStanding, ...]:
        """Every clock of every case."""
        with self._engines.reading.connect() as connection:
            return clock_standings(connection)

    def deliveries(self) -> Counter[str]:
        """All deliveries by where they are."""
        with self._engines.reading.connect() as connection:
            return deliveries_by_standing(connection)
