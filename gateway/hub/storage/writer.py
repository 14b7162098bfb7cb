"""The writer: one thread that commits many changes in one transaction, and answers each for itself.

Guarantees: nothing is answered before its commit. A change that the database refuses never fails its neighbours: the
transaction is rolled back and each change gets one of its own, in order. When it is not known whether a commit
happened, the log is asked for the keys of the changes.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from gateway.domain.errors import SchakelError
from gateway.hub.storage.changes import Change, Clash, Moved, StorageUnavailable, Written
from gateway.hub.storage.engine import Engines
from gateway.hub.storage.log_reading import placements
from gateway.hub.storage.transaction import Outcome, write

logger = logging.getLogger(__name__)

MAX_BATCH: Final = 64  # 2.4 ms at the median; larger batches gain little and make the first of them wait
MAX_WAITING: Final = 2000
RETRY_AFTER_S: Final = 2
LOOK_UP_WITHIN_S: Final = 10.0  # a database that restarts is back within this

_Result = Outcome | Clash | StorageUnavailable


class _NoTransaction(Exception):
    """The database is gone, or somebody else holds it: nothing was tried."""


class _CommitUnknown(Exception):
    """The connection ended while it committed."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    change: Change
    future: asyncio.Future[Written]
    loop: asyncio.AbstractEventLoop


class Writer:
    """The only one in this process that writes. Start it once; `close` commits what waits and ends the thread."""

    def __init__(self, engines: Engines, *, max_batch: int = MAX_BATCH) -> None:
        self._engines = engines
        self._max_batch = max_batch
        self._waiting: queue.Queue[_Waiting | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="schakel-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Returns when everything that was handed over is answered."""
        self._waiting.put(None)
        self._thread.join()

    async def write(self, change: Change) -> Written:
        """Returns after the commit.

        Raises Moved when it was decided on facts that changed since, Clash when a row of it exists already, a
        SchakelError when its judge refuses, StorageUnavailable when the database does not answer.
        """
        loop = asyncio.get_running_loop()
        item = _Waiting(change, loop.create_future(), loop)
        try:
            self._waiting.put_nowait(item)
        except queue.Full as error:
            raise StorageUnavailable(retry_after_s=RETRY_AFTER_S, code="opslag-te-druk") from error
        return await item.future

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < self._max_batch and not self._waiting.empty():
                following = self._waiting.get_nowait()
                if following is None:
                    self._waiting.put(None)
                    break
                batch.append(following)
            _answer(batch, self._outcomes([waiting.change for waiting in batch]))

    def _outcomes(self, changes: Sequence[Change]) -> Sequence[_Result]:
        try:
            return self._commit(changes)
        except _NoTransaction as error:
            return [_unavailable(error)] * len(changes)
        except _CommitUnknown:
            return self._look_up(changes)
        except Exception as error:  # noqa: BLE001 - of one of them, a fault of ours included; the others go on
            if len(changes) == 1:
                return [_refused(changes[0], error)]
            return self._one_by_one(changes)

    def _one_by_one(self, changes: Sequence[Change]) -> Sequence[_Result]:
        outcomes: list[_Result] = []
        for change in changes:
            try:
                outcomes += self._commit([change])
            except _NoTransaction as error:
                return [*outcomes, *[_unavailable(error)] * (len(changes) - len(outcomes))]
            except _CommitUnknown:
                outcomes += self._look_up([change])
            except Exception as error:  # noqa: BLE001 - as above
                outcomes.append(_refused(change, error))
        return outcomes

    def _commit(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(self._engines.writing.connect())
                transaction = connection.begin()
            except SQLAlchemyError as error:
                raise _NoTransaction from error
            try:
                outcomes = write(connection, changes)
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except SQLAlchemyError as error:
                connection.invalidate(error)
                raise _CommitUnknown from error
        return outcomes

    def _look_up(self, changes: Sequence[Change]) -> Sequence[_Result]:
        """What is in the log was committed, what is not was not: a transaction is whole."""
        give_up = time.monotonic() + LOOK_UP_WITHIN_S
        while True:
            try:
                with self._engines.reading.connect() as connection:
                    found = placements(connection, [change.key for change in changes])
            except SQLAlchemyError as error:
                if time.monotonic() > give_up:
                    return [_unavailable(error)] * len(changes)
                time.sleep(0.1)
            else:
                return [
                    Written(placement=found[change.key], answer=None)
                    if change.key in found
                    else _unavailable(None)
                    for change in changes
                ]


def _refused(change: Change, error: Exception) -> _Result:
    if isinstance(error, IntegrityError):
        return Clash(change.key)
    if isinstance(error, SQLAlchemyError):
        cause = getattr(error, "orig", None) or error
        logger.warning("the database refused the change %s: %s", change.key, type(cause).__name__)
    else:
        logger.error("the change %s cannot be written: %s", change.key, type(error).__name__)
    return _unavailable(error)


def _unavailable(cause: Exception | None) -> StorageUnavailable:
    error = StorageUnavailable(retry_after_s=RETRY_AFTER_S)
    error.__cause__ = cause
    return error


def _answer(batch: Sequence[_Waiting], outcomes: Sequence[_Result]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Written], _Result]]] = {}
    for waiting, outcome in zip(batch, outcomes, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting.future, outcome))
    for loop, settled in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, settled)


def _settle(settled: Sequence[tuple[asyncio.Future[Written], _Result]]) -> None:
    for future, outcome in settled:
        if future.done():  # whoever asked has gone; what was written stays written
            continue
        if isinstance(outcome, (Moved, Clash, SchakelError)):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
