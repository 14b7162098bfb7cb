"""The newest revision that this hub ever decided with, kept in a file: an older one is refused, also after a restart.

The file is whole at every moment, whatever happens to disk or power: half of it, or none of its bytes, would keep the
hub from starting, or let it decide by older policies.
"""

import os
from pathlib import Path

from gateway.hub.policy.revision import Revision


def read_known(path: Path) -> Revision | None:
    """None for a hub that never decided. Raises ValueError for a file that is not ours."""
    return Revision.parse(path.read_text("ascii")) if path.exists() else None


def remember(path: Path, revision: str) -> None:
    """Returns when it is on the disk. Nothing is written when it is known. Raises OSError; the old one is then kept."""
    if path.exists() and path.read_text("ascii") == revision:
        return
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="ascii") as file:
            file.write(revision)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
