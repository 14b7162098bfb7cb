"""Finds a prepared server: SCHAKEL_TOOLS, then PATH where the version suffices, then the cache.

Downloads and builds nothing; that is preparing.py.
"""

import os
import subprocess
from collections.abc import Iterator
from functools import cache as remember
from pathlib import Path

from gateway.setup.errors import NotPrepared
from gateway.setup.pins import Pin, Version, load_pins, parse_version
from gateway.setup.places import cached_program

VERSION_TIMEOUT_S = 20  # a cold start of a large static program on a busy machine


@remember
def find(name: str) -> Path:
    """Absolute path of the program `name`; the answer is remembered within the process.

    Raises NotPrepared, naming the command that prepares it, when no place holds a version that suffices.
    """
    pin = load_pins()[name]
    found = look(pin)
    if found is None:
        raise NotPrepared(
            f"{name} {pin.minimum} or newer is neither on PATH nor prepared: run `make setup`"
            f"{' (helm: `make chart`)' if name == 'helm' else ''}"
        )
    return found


def look(pin: Pin) -> Path | None:
    """The first program that suffices, in the order above; None when there is none."""
    for program in _on_path(pin.name):
        version = version_of(program, pin)
        if version is not None and pin.suffices(version):
            return program
    prepared = cached_program(pin)
    # The folder's name carries the version, and only a checked program was ever moved into it.
    return prepared if prepared.is_file() else None


def version_of(program: Path, pin: Pin) -> Version | None:
    """What the program says of itself, or None when it does not run or says no version."""
    try:
        said = subprocess.run(
            [program, *pin.version_arguments],
            capture_output=True,
            text=True,
            timeout=VERSION_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_version(said.stdout)


def _on_path(name: str) -> Iterator[Path]:
    folders = [os.environ.get("SCHAKEL_TOOLS", ""), *os.environ.get("PATH", "").split(os.pathsep)]
    for folder in filter(None, folders):
        program = Path(folder) / name
        if program.is_file() and os.access(program, os.X_OK):
            yield program.absolute()
