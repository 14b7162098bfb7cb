"""Real servers for tests: started on free ports, waited for until they answer, always stopped.

Knows how to run nats-server and OPA; PostgreSQL and SQLite are in tests/databases.py, fixtures in conftest.py.
"""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from gateway.setup import NotPrepared, find

READY_WITHIN_S = 60.0  # a quiet machine needs under 1 s, a CI machine that compiles beside it more
STOPPED_WITHIN_S = 20.0


def in_ci() -> bool:
    """True where a missing component is a failure, not a reason to skip."""
    return os.environ.get("CI", "").lower() == "true"


def missing(reason: str) -> NoReturn:
    """Ends the test: a real component that is not there fails in CI and skips elsewhere, with the reason."""
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def program(name: str) -> Path:
    """The prepared program `name`; ends the test by `missing` when there is none."""
    try:
        return find(name)
    except NotPrepared as absent:
        missing(str(absent))


def free_port() -> int:
    """A port of the loopback interface that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], what: str, within_s: float = READY_WITHIN_S) -> None:
    """Returns as soon as `condition` holds. Raises TimeoutError naming `what` after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {within_s:.0f} s")
        time.sleep(0.02)


@dataclass(slots=True, kw_only=True)
class Server:
    """A server process that can be started, stopped, killed and started again on the same files."""

    command: Sequence[str | Path]
    log: Path
    is_ready: Callable[["Server"], bool]
    user: str | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Returns when the server is ready. Raises RuntimeError with its log when it ends before that."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(part) for part in self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.user,
            )
        wait_until(self._ready_or_ended, f"start of {self.command[0]}")

    def stop(self) -> None:
        """Asks the server to end, and ends it when it does not. Nothing happens when it is not running."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """Ends the server as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def logged(self) -> str:
        """What the server wrote so far."""
        return self.log.read_text("utf-8", errors="replace")

    def _ready_or_ended(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"{self.command[0]} ended before it was ready:\n{self.logged()}")
        return self.is_ready(self)


def nats_server(folder: Path, *, port: int, config: str) -> Server:
    """A nats-server, not yet started, with the configuration text `config` that listens on `port`."""
    config_file = folder / "nats.conf"
    config_file.write_text(config, "utf-8")
    return Server(
        command=[program("nats-server"), "-c", config_file],
        log=folder / "nats.log",
        is_ready=lambda server: "Server is ready" in server.logged() and accepts(port),
    )


def plain_nats_config(folder: Path, port: int) -> str:
    """One account, no authentication, JetStream that syncs every message, as the real one does."""
    return (
        f'listen: "127.0.0.1:{port}"\nmax_payload: 8MB\n'
        f'jetstream {{ store_dir: "{folder / "jetstream"}", sync_interval: always }}\n'
    )


def opa_server(folder: Path, arguments: Sequence[str | Path], *, port: int) -> Server:
    """An OPA, not yet started, that listens on `port`; `arguments` name what it loads."""
    return Server(
        command=[
            *(program("opa"), "run", "--server", "--disable-telemetry"),
            *("--addr", f"127.0.0.1:{port}", "--log-level", "error"),
            *arguments,
        ],
        log=folder / "opa.log",
        is_ready=lambda _: answers_http(f"http://127.0.0.1:{port}/health"),
    )


def accepts(port: int) -> bool:
    """True when something accepts connections on `port` of the loopback interface."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def answers_http(url: str) -> bool:
    """True when the server gives any HTTP answer, a refusal included: then it listens and has loaded."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code < 500
    except OSError:
        return False
