"""Reads the hub's own books, without writing: what is under way, where every delivery is, and every clock."""

from collections import Counter
from datetime import datetime
from types import TracebackType
from typing import Self

from gateway.hub.storage.clock_account import ClockAccount, clock_account
from gateway.hub.storage.engine import open_engines
from gateway.hub.storage.standings import deliveries_by_standing, deliveries_under_way


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

    def account(self, now: datetime) -> ClockAccount:
        """What became of every clock of every case."""
        with self._engines.reading.connect() as connection:
            return clock_account(connection, now=now)

    def deadlines(self, case_id: str, now: datetime) -> Counter[str]:
        """How many clocks of each deadline one case ever had."""
        with self._engines.reading.connect() as connection:
            account = clock_account(connection, now=now, case_id=case_id)
        found = Counter(account.running)
        for (deadline, _, _), count in account.ends.items():
            found[deadline] += count
        return found

    def deliveries(self) -> Counter[str]:
        """All deliveries by where they are."""
        with self._engines.reading.connect() as connection:
            return deliveries_by_standing(connection)
