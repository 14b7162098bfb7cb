"""Starting and stopping the processes of a local exchange, so that none is ever left behind.

Python processes are forked from one parent that imported everything once: six in a fifth of a second instead of seven
seconds. Every child dies with its parent, however the parent dies.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_WITHIN_S = 15.0
_PR_SET_PDEATHSIG = 1
_HIGHEST_DESCRIPTOR = 1024


class ChildDied(Exception):
    """A process of the exchange ended although nobody asked; the message names it and its log."""


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    pid: int
    log: Path


@dataclass(slots=True)
class Supervisor:
    """The children of this process, in the order in which they were started."""

    log_dir: Path
    _children: list[_Child] = field(default_factory=list)

    def fork(self, name: str, run: Callable[[], None]) -> None:
        """Run `run` in a forked process of its own, with output in `<log_dir>/<name>.log`."""
        log = self._log(name)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _become_child(log)
            _exit_with(run)
        self._children.append(_Child(name, pid, log))

    def spawn(self, name: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> None:
        """Run a program, with output in `<log_dir>/<name>.log`."""
        log = self._log(name)
        with log.open("ab") as out:
            process = subprocess.Popen(
                list(argv),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=dict(env) if env is not None else None,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - this parent has one thread
            )
        process.returncode = 0  # reaped by us, not by Popen
        self._children.append(_Child(name, process.pid, log))

    @property
    def pids(self) -> dict[str, int]:
        return {child.name: child.pid for child in self._children}

    def check(self) -> None:
        """Raises ChildDied when a child has ended."""
        for child in self._children:
            if _has_ended(child.pid):
                self._children.remove(child)
                raise ChildDied(f"{child.name} stopped unexpectedly; see {child.log}")

    def stop_one(self, name: str, *, kill: bool = False) -> None:
        """End one child and wait for it; with `kill` as a crash (SIGKILL)."""
        child = next(c for c in self._children if c.name == name)
        self._children.remove(child)
        _end([child], signal.SIGKILL if kill else signal.SIGTERM)

    def stop(self) -> None:
        """End all children, last started first, and wait until they are gone."""
        children, self._children = self._children, []
        _end(list(reversed(children)), signal.SIGTERM)

    def _log(self, name: str) -> Path:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        return self.log_dir / f"{name}.log"


def _become_child(log: Path) -> None:
    _die_with_parent()
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then stops us in order
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.closerange(
        3, _HIGHEST_DESCRIPTOR
    )  # what the parent has open, a pipe to its own starter above all, is not ours


def _exit_with(run: Callable[[], None]) -> None:
    status = 1
    try:
        run()
        status = 0
    except BaseException:  # noqa: BLE001 - the traceback belongs in the child's own log, then it ends
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(children: Sequence[_Child], first: signal.Signals) -> None:
    for child in children:
        _signal(child.pid, first)
    deadline = time.monotonic() + STOP_WITHIN_S
    for child in children:
        while not _has_ended(child.pid):
            if time.monotonic() > deadline:
                _signal(child.pid, signal.SIGKILL)
            time.sleep(0.01)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it ended by itself, which is what we want


def _has_ended(pid: int) -> bool:
    try:
        ended, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return True
    return ended == pid
