"""How time goes by between two steps: the clock of a simulation is put ahead, or one waits."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from gateway.simulation import SimulatedClock


class Pace(Protocol):
    """Time as the cases see it."""

    def now(self) -> datetime:
        """What the exchange's own clock says, in UTC."""
        ...

    def reach(self, moment: timedelta) -> None:
        """Returns when so much time has gone by since the start."""
        ...

    @property
    def passes_legal_time(self) -> bool:
        """Whether a term of days ends when the plan says so, so that what follows it can be played."""
        ...


class Leaps:
    """The clock of a simulation is put ahead to each moment at which something happens."""

    passes_legal_time = True

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._started = clock.now()

    def now(self) -> datetime:
        return self._clock.now()

    def reach(self, moment: timedelta) -> None:
        self._clock.put_ahead_to(self._started + moment)


class Waits:
    """The clock of the machine: one waits, `speed` times shorter than the plan says; with infinity not at all."""

    def __init__(self, speed: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._speed = speed
        self._sleep = sleep
        self._started = datetime.now(UTC)

    @property
    def passes_legal_time(self) -> bool:
        return self._speed <= 1

    def now(self) -> datetime:
        return datetime.now(UTC)

    def reach(self, moment: timedelta) -> None:
        gone_by = (self.now() - self._started).total_seconds()
        self._sleep(max(0.0, moment.total_seconds() / self._speed - gone_by))
