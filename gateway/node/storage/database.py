"""The node's one way to its file: short transactions, all writes on one thread, in the order in which they were asked.

`write` returns after the commit; what raises inside is rolled back whole.
"""

import asyncio
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway.domain.errors import Unavailable
from gateway.node.storage.engine import READERS, open_engine
from gateway.node.storage.migrate import migrate
from gateway.node.storage.owner import take_ownership

__all__ = ["Connection", "Database", "StorageUnavailable"]  # a use case passes a connection on, and no more

_T = TypeVar("_T")
RETRY_AFTER_S: Final = 2
SECRET_BYTES: Final = 32


class StorageUnavailable(Unavailable):
    """The file cannot be read or written now. Nothing was stored."""

    default_code = "opslag-niet-beschikbaar"
    default_nl = "De opslag van het knooppunt is nu niet beschikbaar. Er is niets vastgelegd."
    default_en = "The node's storage is not available. Nothing was stored."


class Database:
    """An open database at the schema of this release. `secret` keys digests that must mean nothing elsewhere."""

    def __init__(self, path: Path) -> None:
        """Makes the file on first use. Raises DatabaseInUse when another process has it."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._owner = take_ownership(path)
        path.touch(mode=0o600)
        self._writing = open_engine(path, "IMMEDIATE")
        self._reading = open_engine(path, "DEFERRED")
        migrate(self._writing)
        self.secret = _secret_beside(path)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="node-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="node-reader")

    async def write(self, work: Callable[[Connection], _T]) -> _T:
        """What `work` returns, after the commit. Raises StorageUnavailable, and what `work` raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work)

    async def read(self, query: Callable[[Connection], _T]) -> _T:
        """What `query` returns; all its statements see one state. Raises StorageUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    def close(self) -> None:
        """Ends after the writes that were asked for."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()
        os.close(self._owner)

    def _write(self, work: Callable[[Connection], _T]) -> _T:
        try:
            with self._writing.begin() as connection:
                return work(connection)
        except SQLAlchemyError as error:
            raise StorageUnavailable(retry_after_s=RETRY_AFTER_S) from error

    def _read(self, query: Callable[[Connection], _T]) -> _T:
        try:
            with self._reading.connect() as connection:
                return query(connection)
        except SQLAlchemyError as error:
            raise StorageUnavailable(retry_after_s=RETRY_AFTER_S) from error


def _secret_beside(path: Path) -> bytes:
    """Not in the database: whoever copies the file alone cannot test guesses against its digests."""
    file = path.with_name(path.name + ".secret")
    if not file.exists():
        fresh = file.with_name(file.name + ".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_bytes(SECRET_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    found = file.read_bytes()
    if len(found) != SECRET_BYTES:
        raise ValueError(f"{file} does not hold {SECRET_BYTES} bytes")
    return found
