"""Where set-up keeps things, and the one way a finished thing appears there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from gateway.setup.pins import Pin, this_platform

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"


def cache() -> Path:
    """The folder shared by all clones: SCHAKEL_CACHE, else ~/.cache/schakel."""
    return Path(os.environ.get("SCHAKEL_CACHE") or Path.home() / ".cache" / "schakel").expanduser()


def cached_program(pin: Pin) -> Path:
    """Where the pinned version of a server stands once it is prepared."""
    return cache() / "servers" / f"{pin.name}-{pin.version}-{this_platform()}" / pin.name


@contextmanager
def assembling(target: Path) -> Iterator[Path]:
    """An empty folder that becomes `target` when the block ends without an error.

    The rename is atomic, so an interrupted run leaves nothing that looks finished. When another process
    finished first, its result stays and this one is dropped: both were verified alike.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield work
        work.chmod(0o755)  # mkdtemp makes it private; servers may run as another user
        try:
            work.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        if work.exists():
            rmtree(work)
