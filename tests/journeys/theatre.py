"""A test's side of the exchange: orders to the stage, people at work, and looks into files after a crash."""

import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg

from gateway.local.agency_client import AgencyClient
from gateway.local.exchange import client_context
from gateway.local.registry_file import POLICE, VEILIG_THUIS, Agency
from gateway.local.world import Ports, World
from tests.journeys.ledger import handed_over
from tests.journeys.runs import ROOT

POLICE_NODE = f"node-{POLICE.oin}"
SENDER_NODE = f"node-{VEILIG_THUIS.oin}"


class StageError(Exception):
    """The stage could not do what it was told; the message is its own."""


class Theatre:
    """A running exchange, with the hub on SQLite unless a database is named; on PostgreSQL there may be several hubs
    (`hub`, `hub-2` ...) and relays of their own (`relay-1` ...). A context: everything ends with it."""

    def __init__(
        self, folder: Path, *, database_url: str | None = None, hubs: int = 1, relays: int = 0
    ) -> None:
        self.world = World(folder)
        self._database_url = database_url
        self._lock = threading.Lock()
        self._people: list[AgencyClient] = []
        with (folder.parent / f"{folder.name}.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.journeys.stage"),
                    *(str(folder), database_url or "", str(hubs), str(relays)),
                ],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        try:
            numbers = self._heard()["ports"]
        except BaseException:
            self.close()
            raise
        self.ports = Ports(**numbers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the exchange, and waits until every process of it is gone."""
        for person in self._people:
            person.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its children die with it
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def kill(self, name: str) -> None:
        """`kill -9`, and wait until the process is gone."""
        self._told(do="kill", name=name)

    def start(self, name: str, **how: Any) -> int:
        """Start a part that does not run; its process id. Returns when it answers."""
        return int(self._told(do="start", name=name, **how)["pid"])

    def await_death(self, name: str) -> int:
        """Wait until an armed fault ends the process; minus the signal that ended it."""
        return int(self._told(do="died", name=name)["signal"])

    def restart(self, name: str, **how: Any) -> int:
        self.kill(name)
        return self.start(name, **how)

    def person(self, agency: Agency, reference: str, *, patience_s: float = 60.0) -> AgencyClient:
        """Somebody at work at the own node, until the end of the exchange."""
        keys = self.world.exchange.agency(agency.oin)
        client = AgencyClient(
            agency,
            reference,
            node=f"https://localhost:{self.ports.nodes[agency.oin]}/v1",
            system=f"https://localhost:{self.ports.systems[agency.oin]}",
            tls=client_context(self.world.exchange.trust_anchor, keys.tls_certificate, keys.tls_key),
        )
        client._http.timeout = patience_s
        self._people.append(client)
        return client

    def mailbox(self, agency: Agency = POLICE) -> list[dict[str, Any]]:
        """What was handed over to that agency, oldest first."""
        return handed_over(self.world.system_dir(agency.oin) / "postbak.jsonl")

    def hub_health(self) -> dict[str, str]:
        """What the hub says about each of its parts."""
        hub = self.world.exchange.hub
        tls = client_context(self.world.exchange.trust_anchor, hub.tls_certificate, hub.tls_key)
        try:
            with urllib.request.urlopen(
                f"https://localhost:{self.ports.hub}/health", timeout=20, context=tls
            ) as answer:
                shown: dict[str, str] = json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                shown = json.load(refused)
        return shown

    def hub_rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Rows of the hub's database while it runs."""
        if self._database_url is not None:
            with psycopg.connect(self._database_url.replace("+psycopg", "")) as connection:
                return connection.execute(query.encode(), values or None).fetchall()
        return _rows(f"file:{self.world.hub_database}?mode=ro", query, values)

    def node_rows(self, agency: Agency, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Rows of the database of a node while it runs."""
        return _rows(f"file:{self._node_database(agency)}?mode=ro", query, values)

    def hub_left(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Rows of the hub's database as the dead hub left it."""
        return _rows_left(self.world.hub_database, query, values)

    def node_left(self, agency: Agency, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Rows of the database of a node as the dead node left it."""
        return _rows_left(self._node_database(agency), query, values)

    def _node_database(self, agency: Agency) -> Path:
        return self.world.node_dir(agency.oin) / "node.db"

    def _told(self, **command: Any) -> Mapping[str, Any]:
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
            answer = self._heard()
        if "error" in answer:
            raise StageError(f"{command}: {answer['error']}")
        return answer

    def _heard(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise StageError(f"the stage ended; see {self.world.path}.log and {self.world.logs}")
        answer: Mapping[str, Any] = json.loads(line)
        return answer


def _rows(address: str, query: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
        return connection.execute(query, values).fetchall()


def _rows_left(database: Path, query: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    """From a copy of the file and its log, so that looking changes nothing that a restart will find."""
    with tempfile.TemporaryDirectory(prefix="schakel-look-") as place:
        for suffix in ("", "-wal"):
            source = database.with_name(database.name + suffix)
            if source.exists():
                shutil.copy(source, place)
        return _rows(f"file:{Path(place) / database.name}", query, values)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """As if the database were gone: another process holds it, and nobody can read or write."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def free_limit(pid: int) -> None:
    """Takes away the limit on the size of files of a running process: there is room again."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
