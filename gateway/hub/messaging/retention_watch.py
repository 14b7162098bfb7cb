"""The watch over the term for which closed cases are kept: once a minute, cases whose term is over are destroyed.

Runs where the relay runs and needs no NATS; any number may run at once. (1) First, once: what a restored folder brought
back of cases that were destroyed goes again. (2) What an earlier round left unfinished. (3) A batch of closed cases.
What is destroyed cannot be had back, so after a leap of the clock of the machine nothing is, until the clock has gone
on evenly for a day.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.clock import rfc3339
from gateway.domain.errors import SchakelError
from gateway.domain.identifiers import new_id
from gateway.domain.retention import KEPT_YEARS
from gateway.hub.messaging.clock_watch import SteadyClock
from gateway.hub.storage.document_files import DocumentFiles
from gateway.hub.storage.retention import FIRST, closed_up_to, destroyed_among, unfinished
from gateway.hub.usecases.destroy_case import Remains, end_retention
from gateway.hub.usecases.parts import Asker, Parts

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 60.0
AT_ONCE: Final = 50  # cases; well under the queue of the writer
LONG_CALM: Final = timedelta(days=1)
_ASKED_AT_ONCE: Final = 500
_AT_LEAST: Final = timedelta(days=365) * KEPT_YEARS
"""Never longer than the term on the calendar; the use case looks to the day."""


class RetentionWatch:
    """One watch. `run` until it is cancelled."""

    def __init__(
        self,
        parts: Parts,
        files: DocumentFiles,
        *,
        calm: timedelta = LONG_CALM,
        on_written: Callable[[], None],
    ) -> None:
        """`on_written` is called after each round that may have left something to publish."""
        self._parts = parts
        self._files = files
        self._steady = SteadyClock(parts.clock, calm=calm)
        self._on_written = on_written
        self._after = FIRST

    async def run(self) -> None:
        """Works until it is cancelled. A failure is logged and tried again: what is over stays over."""
        swept = False
        while True:
            try:
                now = self._steady.now()
                if now is not None:
                    swept = swept or await self.sweep(now)
                    await self.look(now)
            except SchakelError as error:
                logger.warning("destruction waits after %s", error.code)
            except Exception as error:  # noqa: BLE001 - the outermost loop: without it nothing would be destroyed again
                logger.error("a round of destruction failed: %s", type(error).__name__)  # noqa: TRY400
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, now: datetime) -> int:
        """Finishes what was begun and attends to one batch of closed cases; the number that was destroyed now.

        A case in which something runs on is looked at again after all others. Raises StorageUnavailable, OSError.
        """
        remains = self._remains()
        for case_id in await self._parts.reader.read(lambda c: unfinished(c, AT_ONCE)):
            await remains.erase(case_id, now)
        moment, after = rfc3339(now - _AT_LEAST), self._after
        closed = await self._parts.reader.read(lambda c: closed_up_to(c, moment, after=after, limit=AT_ONCE))
        destroyed = 0
        for _, case_id in closed:
            if await end_retention(self._parts, remains.hub, case_id, now):
                await remains.erase(case_id, now)
                destroyed += 1
        self._after = closed[-1] if len(closed) == AT_ONCE else FIRST
        if destroyed:
            logger.info("%d cases were destroyed, five years after they were closed", destroyed)
            self._on_written()
        return destroyed

    async def sweep(self, now: datetime) -> bool:
        """Removes keys and documents that are there again of cases that were destroyed. True when all was looked at.

        Raises StorageUnavailable, OSError.
        """
        remains = self._remains()
        names = sorted({*self._parts.case_keys.cases(), *self._files.cases()})
        for start in range(0, len(names), _ASKED_AT_ONCE):
            some = names[start : start + _ASKED_AT_ONCE]
            back = await self._parts.reader.read(lambda c, ids=some: destroyed_among(c, ids))  # type: ignore[misc]
            for case_id in sorted(back):
                await remains.erase(case_id, now)
        return True

    def _remains(self) -> Remains:
        hub = Asker(oin=self._parts.registry().hub_oin, trace_id=new_id().replace("-", ""))
        return Remains(parts=self._parts, files=self._files, hub=hub)
