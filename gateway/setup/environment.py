"""The virtual environment .venv: created, filled from hash-locked files, left alone when nothing changed."""

import hashlib
import subprocess
import sys
from collections.abc import Callable

from gateway.setup.errors import SetupFailed, SourceFailed
from gateway.setup.places import PROJECT, VENV, VENV_PYTHON
from gateway.setup.wheels import pip

BUILD = "requirements-build.txt"
RUN = "requirements.txt"
TESTS = "requirements-dev.txt"
# What the stamp covers: a change in one of these asks for an installation.
_STAMPED = (BUILD, RUN, TESTS, "pyproject.toml")


def create(say: Callable[[str], None]) -> None:
    """Makes .venv with this Python unless it is there and runs. Raises SetupFailed with what to install."""
    if _runs():
        return
    say(f"creating .venv with Python {sys.version.split()[0]}")
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SetupFailed(
            f"Python's venv module failed: {(done.stdout + done.stderr).strip()}\n"
            "  What to do: install it (Debian and Ubuntu: apt-get install python3-venv) and run this again."
        )


def fill(say: Callable[[str], None], *, tests: bool) -> None:
    """Installs the locked dependencies and the project itself, editable. Raises SetupFailed.

    A stamp written last makes the next run a comparison of hashes; an interrupted run starts over, from
    pip's own cache.
    """
    name, files = ("tests", (RUN, TESTS)) if tests else ("run", (RUN,))
    stamp = VENV / f".schakel-{name}"
    if stamp.is_file() and stamp.read_text("utf-8") == _fingerprint():
        return
    say(f"installing dependencies ({', '.join(files)})")
    try:
        pip("install", "--quiet", "--require-hashes", "-r", str(PROJECT / BUILD))
        # Some have no wheel: they are built with the locked tools just installed, not with fetched ones.
        locked = [argument for file in files for argument in ("-r", str(PROJECT / file))]
        pip("install", "--quiet", "--require-hashes", "--no-build-isolation", *locked)
        pip("install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(PROJECT))
    except SourceFailed as failure:
        say("failed; the reason follows when the rest has ended")
        raise SetupFailed(
            f"The dependencies cannot be installed: {failure}\n"
            "  What to do: let pip reach a package index (`pip config list` shows which), and run this again."
        ) from failure
    stamp.write_text(_fingerprint(), "utf-8")
    say("dependencies ready")


def _runs() -> bool:
    try:
        answer = subprocess.run(
            [VENV_PYTHON, "-c", "import sys; print(sys.version_info[:2] >= (3, 11))"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.strip() == "True"


def _fingerprint() -> str:
    digest = hashlib.sha256(str(PROJECT).encode())
    for name in _STAMPED:
        digest.update((PROJECT / name).read_bytes())
    return digest.hexdigest()
