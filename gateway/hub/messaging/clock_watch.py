"""The watch over the clocks: a term that ends moves its case and an alarm that is due is raised, once, within a second.

Runs beside the relay and needs no NATS: a server that is away must not keep an alarm from being raised. (1) At the
start, work out again what other time zone rules would move. (2) Every second, attend to each case that asks for it.
Any number of watches may run at once (`attend_clocks`).

A clock of the machine that leaps says nothing about the law: after a leap nothing is written until the clock has gone
on evenly for a while, because a term that was recorded as over cannot be taken back. Decisions themselves are made by
the clock as it is.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from gateway.domain.clock import rfc3339
from gateway.domain.errors import SchakelError
from gateway.domain.identifiers import CaseId, new_id
from gateway.hub.storage.clock_reading import cases_due, cases_reckoned_otherwise
from gateway.hub.usecases.attend_clocks import attend_case
from gateway.hub.usecases.parts import Asker, Parts

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0
AT_ONCE: Final = 50  # cases; well under the queue of the writer
CALM: Final = timedelta(seconds=30)
LEAP: Final = timedelta(minutes=1)  # more than a step of a time server, less than the shortest term


class SteadyClock:
    """A clock that is believed only while it goes as evenly as the machine counts seconds."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        calm: timedelta = CALM,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """Without `calm` (zero) every reading is believed, as it must be in a simulation, whose clock is put ahead."""
        self._clock = clock
        self._calm = calm
        self._seconds = seconds
        self._last: tuple[datetime, float] | None = None
        self._believe_from = seconds()

    def now(self) -> datetime | None:
        """The time, or None for a while after a leap in either direction. Ask it every second or so."""
        moment, counted = self._clock(), self._seconds()
        if self._last is not None:
            before, counted_before = self._last
            leap = (moment - before) - timedelta(seconds=counted - counted_before)
            if abs(leap) > LEAP and self._calm:
                logger.error("the clock of the machine leapt by %.0f s; clocks wait", leap.total_seconds())
                self._believe_from = counted + self._calm.total_seconds()
        self._last = (moment, counted)
        return moment if counted >= self._believe_from else None


class ClockWatch:
    """One watch. `run` until it is cancelled."""

    def __init__(self, parts: Parts, *, calm: timedelta = CALM, on_written: Callable[[], None]) -> None:
        """`on_written` is called after each round that may have left something to publish."""
        self._parts = parts
        self._steady = SteadyClock(parts.clock, calm=calm)
        self._on_written = on_written

    async def run(self) -> None:
        """Works until it is cancelled. A failure is logged and tried again: what is due stays due."""
        reckoned = False
        while True:
            try:
                now = self._steady.now()
                if now is not None:
                    reckoned = reckoned or await self.reckon_again(now)
                    await self.look(now)
            except SchakelError as error:
                logger.warning("the clocks wait after %s", error.code)
            except Exception:
                # A case that nobody foresaw must not silence the clocks of all others for good.
                logger.exception("a round of the clocks failed")
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, now: datetime) -> int:
        """Attends to every case that asks for it at `now`; the number of cases that were written.

        Raises StorageUnavailable.
        """
        written = 0
        while True:
            due = await self._parts.reader.read(lambda c: cases_due(c, now=rfc3339(now), limit=AT_ONCE))
            attended = await self._attend(due, now)
            written += attended
            if len(due) < AT_ONCE or not attended:
                break
        if written:
            self._on_written()
        return written

    async def reckon_again(self, now: datetime) -> bool:
        """Works out the ends of running clocks that other time zone rules have set. True when all are done.

        Raises StorageUnavailable.
        """
        version = self._parts.tz_version
        while True:
            others = await self._parts.reader.read(
                lambda c: cases_reckoned_otherwise(c, tz_version=version, limit=AT_ONCE)
            )
            if not others:
                return True
            if not await self._attend(others, now):
                return False  # others write in these cases; they come in the next round

    async def _attend(self, cases: tuple[CaseId, ...], now: datetime) -> int:
        """The number of cases that were written. One that fails does not keep the others waiting."""
        hub = Asker(oin=self._parts.registry().hub_oin, trace_id=new_id().replace("-", ""))
        outcomes = await asyncio.gather(
            *(self._attend_one(hub, case_id, now) for case_id in cases), return_exceptions=True
        )
        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in failed:
            if not isinstance(error, Exception):
                raise error
            code = error.code if isinstance(error, SchakelError) else type(error).__name__
            logger.error("a case could not be attended to: %s", code)
        return sum(outcome is True for outcome in outcomes)

    async def _attend_one(self, hub: Asker, case_id: CaseId, now: datetime) -> bool:
        parts = self._parts
        return await attend_case(parts.reader, parts.writer, hub, case_id, now, tz_version=parts.tz_version)
