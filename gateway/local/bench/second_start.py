"""Starting an exchange again whose keys and files are there: in a fresh process, imports included.

Run as a program it starts the exchange of a folder, says so when every part answers, and stops it.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from gateway.local.bench.figures import Aim, Measure, Section
from gateway.local.world import Ports, World

WITHIN_S: Final = 90.0
_READY: Final = "gereed"


def measure_second_start(world: World, ports: Ports) -> Section:
    """Seconds from the start of the process until every part answers. The exchange must have been stopped.

    Raises RuntimeError when it does not start.
    """
    command = [sys.executable, "-m", __name__, str(world.path), json.dumps(asdict(ports))]
    start = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            seconds = _until_ready(process, start)
            process.wait(WITHIN_S)
        finally:
            process.kill()
    measure = Measure(
        key="tweede-start", name="Tweede start van de hele uitwisseling", unit="s", count=1, p50=seconds
    )
    return Section(measures=(measure,), aims=second_start_aims(seconds))


def second_start_aims(seconds: float | None) -> tuple[Aim, ...]:
    """The aim for the seconds that a second start takes."""
    return (Aim(key="tweede-start", name="Tweede start", unit="s", bound=8, measured=seconds),)


def _until_ready(process: subprocess.Popen[str], start: float) -> float:
    if process.stdout is None:
        raise RuntimeError("no output of the process that starts the exchange")
    for line in process.stdout:
        if line.strip() == _READY:
            return time.monotonic() - start
    raise RuntimeError(f"the exchange did not start a second time: exit status {process.wait(WITHIN_S)}")


def start_and_stop(folder: Path, ports: Ports) -> None:
    """Start, say so, stop."""
    from gateway.local.exchange import Exchange  # noqa: PLC0415 - its imports are part of what is measured
    from gateway.local.processes import Supervisor  # noqa: PLC0415

    world = World(folder)
    exchange = Exchange(world, ports, Supervisor(world.logs))
    try:
        exchange.start(lambda _: None)
        print(_READY, flush=True)
    finally:
        exchange.stop()


if __name__ == "__main__":
    start_and_stop(Path(sys.argv[1]), Ports(**json.loads(sys.argv[2])))
