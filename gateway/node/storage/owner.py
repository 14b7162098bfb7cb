"""One process owns the file of a node: a second one refuses to start. The kernel's lock ends with the process."""

import fcntl
import os
from pathlib import Path


class DatabaseInUse(Exception):
    """Another process owns the file. The message names the lock file and the process id in it."""


def take_ownership(database: Path) -> int:
    """Locks `<file>.owner`; the lock holds until the descriptor that is returned is closed. Raises DatabaseInUse."""
    path = database.with_name(database.name + ".owner")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(handle, 32).decode("ascii", "replace").strip()
        os.close(handle)
        raise DatabaseInUse(f"{path} is held by process {holder}") from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle
