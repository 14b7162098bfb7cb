"""The order of a run: each part by itself, so that one that fails leaves the figures of the others.

Reads the clock and the machine; what the figures mean is in `figures`, how they look in `report`.
"""

import asyncio
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvloop
from rich.console import Console

from gateway.hub.policy.own_opa import own_opa
from gateway.hub.policy.policies_folder import policies_folder
from gateway.local.bench.accepting import accepting_aims, measure_accepting
from gateway.local.bench.apart import Apart, exchange_apart, second_start_aims, start_measure
from gateway.local.bench.appends import append_aims, measure_appends
from gateway.local.bench.clients import clients_aims, measure_clients
from gateway.local.bench.decisions import decision_aims, measure_decisions
from gateway.local.bench.figures import Aim, Section, unmeasured
from gateway.local.bench.report import Machine, Report, print_report
from gateway.local.bench.whole import measure_whole, whole_aims
from gateway.local.exchange import Exchange
from gateway.local.processes import Supervisor
from gateway.local.registry_file import create_exchange
from gateway.local.world import free_ports, make_world
from gateway.setup import find

PART_WITHIN_S: Final = 200.0  # a quiet machine needs a quarter of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the bench; `measure` gets an empty folder. `aims` are its aims when it could not run."""

    key: str
    name: str
    measure: Callable[[Path], Section]
    aims: tuple[Aim, ...]


def run(*, json_file: Path | None, only: tuple[str, ...] = ()) -> int:
    """The exit status of the command; see `gateway.local.bench.bench`."""
    parts = PARTS
    unknown = set(only) - {part.key for part in parts}
    if unknown:
        print(f"onbekend onderdeel: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.ERROR)  # the parts say much while they are started and stopped
    report, failed = measure([part for part in parts if not only or part.key in only])
    print_report(report, Console())
    if json_file is not None:
        json_file.write_text(report.to_text(), encoding="utf-8")
    return 1 if failed else 0


def measure(parts: list[Part]) -> tuple[Report, bool]:
    """The results, and whether a part could not be measured."""
    at, start, machine = datetime.now(UTC), time.monotonic(), this_machine()
    sections, failed = [], False
    for part in parts:
        print(f"{part.name} ...", file=sys.stderr, flush=True)
        section = _measured(part)
        failed = failed or section is None
        sections.append(section or Section(aims=unmeasured(part.aims, "onderdeel mislukt, zie boven")))
    return Report(
        at=at,
        seconds=time.monotonic() - start,
        machine=machine,
        measures=[measure for section in sections for measure in section.measures],
        aims=[aim for section in sections for aim in section.aims],
    ), failed


def _measured(part: Part) -> Section | None:
    """The section of one part; None after saying on standard error why there is none."""
    with tempfile.TemporaryDirectory(prefix="schakel-bench-") as folder:
        try:
            return part.measure(Path(folder))
        except Exception as error:  # noqa: BLE001 - the other parts are measured all the same
            print(f"{part.name}: {_first(error)}", file=sys.stderr)
            return None


def _first(error: Exception) -> str:
    """The first error of a group, which says more than the group."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def this_machine() -> Machine:
    """Where this runs."""
    return Machine(
        processors=os.cpu_count() or 1,
        model=_model(),
        python=platform.python_version(),
        load=os.getloadavg()[0],
    )


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _decisions(_: Path) -> Section:
    async def ask() -> Section:
        async with asyncio.timeout(PART_WITHIN_S), own_opa(find("opa"), policies_folder()) as opa:
            return await measure_decisions(opa)

    return uvloop.run(ask())


def _appends(folder: Path) -> Section:
    async def append() -> Section:
        async with asyncio.timeout(PART_WITHIN_S):
            return await measure_appends(folder, datetime.now(UTC))

    return uvloop.run(append())


def _accepting(folder: Path) -> Section:
    async def ask() -> Section:
        exchange = create_exchange(folder / "exchange", now=datetime.now(UTC))
        async with asyncio.timeout(PART_WITHIN_S), own_opa(find("opa"), policies_folder()) as opa:
            return await measure_accepting(exchange, opa, folder)

    return uvloop.run(ask())


def _clients(folder: Path) -> Section:
    exchange = _exchange(folder)
    connection = replace(exchange.admin_connection(), credentials=exchange.world.credentials("hub"))

    async def ask() -> Section:
        async with asyncio.timeout(PART_WITHIN_S), own_opa(find("opa"), policies_folder()) as opa:
            return await measure_clients(exchange.world, connection, exchange.ports.nats, opa, folder)

    try:
        exchange.start_nats()
        exchange.provision()
        return uvloop.run(ask())
    finally:
        exchange.stop()


def _whole(folder: Path) -> Section:
    ports = free_ports()
    world = make_world(folder / "world", ports, now=datetime.now(UTC))

    async def ask(running: Apart) -> Section:
        async with asyncio.timeout(PART_WITHIN_S):
            return await measure_whole(running, folder)

    with exchange_apart(world, ports) as first:
        section = uvloop.run(ask(first))
    with exchange_apart(world, ports) as again:
        starts = (
            start_measure("eerste-start", "Eerste start van de hele uitwisseling", first),
            start_measure("tweede-start", "Tweede start van de hele uitwisseling", again),
        )
    return Section(measures=section.measures + starts, aims=section.aims + second_start_aims(again.seconds))


def _exchange(folder: Path) -> Exchange:
    """A fresh exchange of which nothing runs yet."""
    ports = free_ports()
    world = make_world(folder / "world", ports, now=datetime.now(UTC))
    return Exchange(world, ports, Supervisor(world.logs))


_NONE: Final = (None, None)
PARTS: Final = (
    Part(
        key="besluiten", name="Besluiten van het beleid", measure=_decisions, aims=decision_aims(_NONE, _NONE)
    ),
    Part(
        key="aannemen", name="Aannemen, 1 client", measure=_accepting, aims=accepting_aims(None, None, None)
    ),
    Part(key="clients", name="Aannemen, 16 clients", measure=_clients, aims=clients_aims(None)),
    Part(key="logboek", name="Toevoegen aan het logboek", measure=_appends, aims=append_aims(None, None)),
    Part(
        key="geheel",
        name="De hele uitwisseling",
        measure=_whole,
        aims=(*whole_aims(*_NONE, *_NONE, None), *second_start_aims(None)),
    ),
)
