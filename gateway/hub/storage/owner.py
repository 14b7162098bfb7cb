"""One process owns an SQLite file: a second one that wants to write refuses to start.

Two writing processes would not corrupt the file, but each would number leaves and deliveries from what it remembers,
and each would wait for the other at every transaction. The lock is the kernel's, so it ends with the process.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class DatabaseInUse(Exception):
    """Another process owns the database file. The message names the lock file and the process id in it."""


class Ownership:
    """Holds `<file>.owner` locked between enter and exit."""

    def __init__(self, database_file: Path) -> None:
        self._path = database_file.with_name(database_file.name + ".owner")
        self._handle: int | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Raises DatabaseInUse when another process, or another hub in this one, has it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 32).decode("ascii", "replace").strip()
            os.close(handle)
            raise DatabaseInUse(f"{self._path} is held by process {holder}") from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Nothing happens when it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
