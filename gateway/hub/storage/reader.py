"""Reading: one short read transaction per use case, in a thread of its own, on a connection that cannot write."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway.hub.storage.changes import StorageUnavailable
from gateway.hub.storage.engine import READERS, Engines

_T = TypeVar("_T")
RETRY_AFTER_S = 2


class Reader:
    """Runs queries. All queries of one call see the same committed state."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="schakel-reader")

    async def read(self, query: Callable[[Connection], _T]) -> _T:
        """What `query` returns. Raises StorageUnavailable when the database does not answer."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, query)

    def close(self) -> None:
        self._threads.shutdown()

    def _run(self, query: Callable[[Connection], _T]) -> _T:
        try:
            with self._engines.reading.connect() as connection:
                return query(connection)
        except SQLAlchemyError as error:
            raise StorageUnavailable(retry_after_s=RETRY_AFTER_S) from error
