"""Runs of the command `schakel` as a person gives it, and a search for every process that such a run left behind."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAG = "SCHAKEL_TEST_RUN"
WITHIN_S = 300.0  # a quiet machine plays the demo in 10 s


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Whatever it starts inherits `tag` in its environment, so that it is found, whoever its parent is."""

    folder: Path = ROOT
    tag: str = field(default_factory=lambda: uuid.uuid4().hex)

    @contextmanager
    def started(self, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
        """`schakel <arguments>` while it runs, in a folder that holds the program; ended when the context ends."""
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *map(str, arguments)],
            cwd=self.folder,
            env=os.environ | {TAG: self.tag, "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            with process:
                yield process
        finally:
            process.kill()

    def schakel(self, *arguments: str | Path) -> tuple[int, str]:
        """Exit status and everything that was printed. Raises subprocess.TimeoutExpired."""
        with self.started(*arguments) as process:
            shown, _ = process.communicate(timeout=WITHIN_S)
            return process.returncode, shown

    def processes(self) -> dict[int, str]:
        """Every process of this run that is alive now, with its command line."""
        mark = f"{TAG}={self.tag}".encode()
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = command.decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # it ended while we looked, or belongs to somebody else
        return found
