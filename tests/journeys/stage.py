"""The exchange of a journey: the product's own processes, under a parent that kills and starts them as it is told.

`python -m tests.journeys.stage FOLDER DATABASE_URL HUBS RELAYS` (an empty address: SQLite) reads one JSON command a
line and answers each with one line. It is a process of its own because it forks, which a test run with threads must
not. When its input ends, the exchange ends.
"""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway import bootstrap
from gateway.local.exchange import Exchange, _healthy
from gateway.local.processes import ChildDied, Supervisor
from gateway.local.systems import run_systems
from gateway.local.world import Ports, World, free_ports, make_world
from gateway.settings import load_hub, load_node
from tests.journeys import careless
from tests.journeys.faults import arm
from tests.servers import accepts, free_port

DIES_WITHIN_S = 60.0


class Stage:
    """One exchange and the commands on it. Every command returns what it answers."""

    def __init__(self, folder: Path, database_url: str | None, hubs: int, relays: int) -> None:
        self.ports = free_ports()
        self.more_hubs: dict[str, int] = {}
        self._relays = [f"relay-{number}" for number in range(1, relays + 1)]
        self.world = make_world(folder, self.ports, now=datetime.now(UTC))
        if database_url is not None:
            _move_hub(self.world, database_url)
        if relays:
            self.more_hubs = {f"hub-{number}": free_port() for number in range(2, hubs + 1)}
            _share_out(self.world, self.ports, self.more_hubs, self._relays)
        self.exchange = Exchange(self.world, self.ports, Supervisor(self.world.logs))

    def begin(self) -> dict[str, Any]:
        self.exchange.start(lambda _: None)
        for name in (*self.more_hubs, *self._relays):
            self.start(name=name)
        ports = {
            "nats": self.ports.nats,
            "opa": self.ports.opa,
            "bundle": self.ports.bundle,
            "hub": self.ports.hub,
            "nodes": self.ports.nodes,
            "systems": self.ports.systems,
        }
        return {"ports": ports}

    def kill(self, *, name: str) -> dict[str, Any]:
        if name not in self.exchange.supervisor.pids and self._relays:
            self._start_what_ended()
        self.exchange.supervisor.stop_one(name, kill=True)
        return {}

    def died(self, *, name: str) -> dict[str, Any]:
        """Waits until the process ends by itself, and answers with the signal that ended it."""
        pid = self.exchange.supervisor.pids[name]
        deadline = time.monotonic() + DIES_WITHIN_S
        while time.monotonic() < deadline:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == pid:
                self.exchange.supervisor.stop_one(name)
                return {"signal": os.waitstatus_to_exitcode(status)}
            time.sleep(0.005)
        raise TimeoutError(f"{name} did not die within {DIES_WITHIN_S:.0f} s")

    def start(
        self,
        *,
        name: str,
        fault: str | None = None,
        clock_s: float = 0.0,
        wal_bytes: int | None = None,
        careless_about: str | None = None,
        wait: bool = True,
    ) -> dict[str, Any]:
        """Starts a part again; with `fault` armed, its clock off by `clock_s`, or unable to write files past
        `wal_bytes`. Returns when it answers, unless it is not waited for."""
        work = self._work(name, clock_s, careless_about)
        if work is None:
            self._start_server(name)
        else:
            self.exchange.supervisor.fork(name, lambda: _prepared(work, fault, wal_bytes))
        if wait:
            self._wait_and_tend(name)
        return {"pid": self.exchange.supervisor.pids[name]}

    def _work(self, name: str, clock_s: float, careless_about: str | None) -> Callable[[], None] | None:
        world = self.world
        if name == "organisaties":
            return lambda: run_systems(world, self.ports)
        run = self._process(name, careless_about)
        if run is None or clock_s == 0:
            return run
        return lambda: _at_another_time(run, clock_s)

    def _process(self, name: str, careless_about: str | None) -> Callable[[], None] | None:
        world = self.world
        if name.startswith("node-"):
            node = load_node(world.node_settings(name.removeprefix("node-")))
            if careless_about is not None:
                return lambda: careless.run_careless_node(node)
            return lambda: bootstrap.run_node(node)
        if name.startswith(("hub", "relay")):
            settings = load_hub(world.hub_settings.with_name(f"{name}.toml"))
            if name.startswith("relay"):
                return lambda: bootstrap.run_relay(settings)
            if careless_about is not None:
                return lambda: careless.run_careless_hub(settings)
            return lambda: bootstrap.run_hub(settings)
        return None

    def _start_server(self, name: str) -> None:
        try:
            getattr(self.exchange, f"start_{name}")()
        except ChildDied:
            if name not in self.exchange.supervisor.pids or not self._relays:
                raise
            self._start_what_ended()

    def _wait_and_tend(self, name: str) -> None:
        """Where hubs and relays are many, one that started while its database was away has ended, and is started again,
        as by whatever keeps processes running in production."""
        while True:
            try:
                self._wait(name)
            except ChildDied:
                if not self._relays:
                    raise
                self._start_what_ended()
            else:
                return

    def _start_what_ended(self) -> None:
        time.sleep(0.2)
        for name in ("hub", *self.more_hubs, *self._relays):
            run = self._process(name, None)
            if name not in self.exchange.supervisor.pids and run is not None:
                self.exchange.supervisor.fork(name, run)

    def _wait(self, name: str) -> None:
        if name in self.more_hubs:
            url = f"https://localhost:{self.more_hubs[name]}/alive"
            self.exchange._wait(name, lambda: _healthy(url, self.exchange.tls()))
        elif name == "nats":
            self.exchange._wait(name, lambda: accepts(self.ports.nats))
        elif name in self._relays:
            self.exchange.supervisor.check()
        elif name in ("hub", "opa"):
            self.exchange.wait_for_hub()
        elif name.startswith("node-"):
            self.exchange.wait_for_node(name.removeprefix("node-"))


def _move_hub(world: World, database_url: str) -> None:
    """To another database, as an operator does it: in the settings, and then `schakel migrate`."""
    lines = world.hub_settings.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("database_url")]
    world.hub_settings.write_text("\n".join([f'database_url = "{database_url}"', *kept]), "utf-8")
    bootstrap.migrate(load_hub(world.hub_settings))


def _share_out(world: World, ports: Ports, hubs: Mapping[str, int], relays: Sequence[str]) -> None:
    """Settings of more hubs and of relays beside the first, on the same database, as on machines of their own."""
    first = world.hub_settings.read_text("utf-8")
    world.hub_settings.write_text("relay = false\n" + first, "utf-8")
    for name in (*hubs, *relays):
        mine = first.replace(
            f"[listen]\nport = {ports.hub}\n", f"[listen]\nport = {hubs.get(name, ports.hub)}\n"
        )
        mine = mine.replace(f"bundle_port = {ports.bundle}\n", f"bundle_port = {free_port()}\n")
        mine = mine.replace('data_dir = "."\n', f'data_dir = "{name}"\n')
        mine = mine.replace("hub.spans.jsonl", f"{name}.spans.jsonl")
        assert mine.count(name) == 2, "the settings of a hub look otherwise now"
        place = world.hub_settings.with_name(f"{name}.toml")
        place.with_suffix("").mkdir()
        place.write_text(f"relay = false\n{mine}" if name in hubs else mine, "utf-8")


def _prepared(work: Callable[[], None], fault: str | None, wal_bytes: int | None) -> None:
    if fault is not None:
        arm(fault)
    if wal_bytes is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal_bytes, hard))
    work()


def _at_another_time(run: Callable[[], None], clock_s: float) -> None:
    """A part of the product on a machine whose clock is wrong."""
    right = bootstrap.now
    bootstrap.now = lambda: right() + timedelta(seconds=clock_s)
    run()


def main(folder: Path, database_url: str | None, hubs: int, relays: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the test run that started us ends us
    stage = Stage(folder, database_url, hubs, relays)
    try:
        _say(stage.begin())
        for line in sys.stdin:
            _say(_done(stage, json.loads(line)))
    finally:
        stage.exchange.stop()


def _done(stage: Stage, command: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {name: value for name, value in command.items() if name != "do"}
    try:
        answer: dict[str, Any] = getattr(stage, command["do"])(**arguments)
    except Exception as error:  # noqa: BLE001 - the test shows it
        return {"error": f"{type(error).__name__}: {error}"}
    return answer


def _say(answer: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] or None, int(sys.argv[3]), int(sys.argv[4]))
