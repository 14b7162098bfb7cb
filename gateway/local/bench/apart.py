"""An exchange in processes of its own, started from a fresh process as `schakel up` does.

Not forked from the bench: its children would be counted with the bench's own memory, and its imports would be there
already. Run as a program it starts the exchange of a folder, tells its process ids when every part answers, and stops
it when its standard input ends.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from gateway.local.bench.figures import Aim, Measure
from gateway.local.world import Ports, World

STOPPED_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A running exchange: its processes by name, and how long its start took, imports included."""

    world: World
    ports: Ports
    pids: Mapping[str, int]
    seconds: float


@contextmanager
def exchange_apart(world: World, ports: Ports) -> Iterator[Apart]:
    """A running exchange, stopped when the context ends. Raises RuntimeError when it does not start."""
    command = [sys.executable, "-m", __name__, str(world.path), json.dumps(asdict(ports))]
    start = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline() if process.stdout is not None else ""
            if not said:
                raise RuntimeError(f"the exchange did not start; see {world.logs}")
            yield Apart(world=world, ports=ports, pids=json.loads(said), seconds=time.monotonic() - start)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(STOPPED_WITHIN_S)
            finally:
                process.kill()  # its children die with it


def second_start_aims(seconds: float | None) -> tuple[Aim, ...]:
    """The aim for the seconds that a start takes when keys and files are there."""
    return (Aim(key="tweede-start", name="Tweede start", unit="s", bound=8, measured=seconds),)


def start_measure(key: str, name: str, apart: Apart) -> Measure:
    """How long it took until every part answered."""
    return Measure(key=key, name=name, unit="s", count=1, p50=apart.seconds)


def _stand(folder: Path, ports: Ports) -> None:
    from gateway.local.exchange import Exchange  # noqa: PLC0415 - its imports are part of what is measured
    from gateway.local.processes import Supervisor  # noqa: PLC0415

    world = World(folder)
    exchange = Exchange(world, ports, Supervisor(world.logs))
    try:
        exchange.start(lambda _: None)
        print(json.dumps(exchange.supervisor.pids), flush=True)
        sys.stdin.read()
    finally:
        exchange.stop()


if __name__ == "__main__":
    _stand(Path(sys.argv[1]), Ports(**json.loads(sys.argv[2])))
