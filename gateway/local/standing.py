"""`schakel up` and `schakel down`: a local exchange that stays, with fixed addresses.

`up` leaves one parent behind that holds the children; when it ends, however, they end too.
"""

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adapters.simulator.staff import load_staff
from gateway.domain.identifiers import parse_oin
from gateway.local.exchange import Exchange, NotReady, accepts
from gateway.local.processes import ChildDied, Supervisor
from gateway.local.world import NODES, World, all_ports, fixed_ports, make_world, pager_address
from gateway.setup import NotPrepared

STOP_WITHIN_S = 30.0
_CHECK_EVERY_S = 0.5


def up(folder: Path) -> int:
    """Start the exchange of this folder, made at the first start, and print how to reach it."""
    console = Console(width=max(110, Console().width))
    if running(folder) is not None:
        console.print("De uitwisseling draait al. Stop haar met: make down")
        _print_addresses(console, folder)
        return 0
    ports = fixed_ports()
    if taken := [port for port in all_ports(ports) if accepts(port)]:
        console.print(f"[red]Deze poorten zijn al in gebruik: {', '.join(map(str, taken))}.[/red]")
        console.print("Draait er elders een uitwisseling? Stop haar daar met: make down")
        return 1
    world = World(folder.resolve())
    if not world.exchange.registry.exists():
        console.print("Sleutels, certificaten en beleid maken ...")
        world = make_world(folder.resolve(), ports, now=datetime.now(UTC))
    ready_reader, ready_writer = os.pipe()
    if os.fork() == 0:
        os.close(ready_reader)
        _stand(Exchange(world, ports, Supervisor(world.logs)), folder, ready_writer)
    os.close(ready_writer)
    with os.fdopen(ready_reader) as told:
        for line in told:
            if line.startswith("!"):
                console.print(f"[red]{line[1:].strip()}[/red]")
                return 1
            console.print(line.strip())
    if running(folder) is None:
        console.print(f"[red]De uitwisseling is niet gestart; zie {world.logs}[/red]")
        return 1
    _print_addresses(console, folder)
    return 0


def down(folder: Path) -> int:
    """Stop the exchange of this folder and wait until it is gone. Nothing happens when none runs."""
    pid = running(folder)
    if pid is None:
        Console().print("Er draait niets.")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN_S
    while running(folder) is not None:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)  # its children die with it
            return 1
        time.sleep(0.05)
    Console().print("Gestopt.")
    return 0


def _stand(exchange: Exchange, folder: Path, ready: int) -> None:
    """The parent that stays: starts, tells its starter how far it is, and waits to be stopped."""
    os.setsid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    status = 1
    try:
        with os.fdopen(ready, "w") as tell:
            try:
                exchange.start(lambda part: print(f"{part} ...", file=tell, flush=True))
            except (NotReady, ChildDied, NotPrepared) as error:
                print(f"!{error}", file=tell, flush=True)
                return
            _pid_file(folder).write_text(
                json.dumps({"pid": os.getpid(), "kinderen": exchange.supervisor.pids})
            )
        _detach()
        while True:
            exchange.supervisor.check()
            time.sleep(_CHECK_EVERY_S)
    except SystemExit:
        status = 0
    except ChildDied as error:
        (exchange.world.logs / "up.log").write_text(f"{error}\n")
    finally:
        exchange.stop()
        _pid_file(folder).unlink(missing_ok=True)
        os._exit(status)


def _detach() -> None:
    """Let go of the terminal, so that closing it ends nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)


def _pid_file(folder: Path) -> Path:
    return folder / "draait.json"


def running(folder: Path) -> int | None:
    """The process that holds the exchange of this folder, or None when none runs."""
    try:
        pid = int(json.loads(_pid_file(folder).read_text())["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        return None
    return pid


def _print_addresses(console: Console, folder: Path) -> None:
    ports = fixed_ports()
    table = Table(title="Adressen", title_justify="left")
    for heading in ("wie", "knooppunt (API)", "aanmelden (nagebootst)"):
        table.add_column(heading)
    table.add_row("hub", f"https://localhost:{ports.hub}/v1", "")
    for agency in NODES:
        table.add_row(
            agency.name,
            f"https://localhost:{ports.nodes[agency.oin]}/v1",
            f"https://localhost:{ports.systems[agency.oin]}/aanmelden",
        )
    console.print(table)
    people = load_staff()
    staff = Table(title="Verzonnen medewerkers", title_justify="left")
    for heading in ("organisatie", "medewerker", "rol"):
        staff.add_column(heading)
    for agency in NODES:
        for person in people[parse_oin(agency.oin)].people.values():
            staff.add_row(agency.name, person.reference, ", ".join(person.roles))
    console.print(staff)
    pager = pager_address(ports, NODES[0].oin, "piket-...")
    console.print(
        f"Nagebootste piepers, als adres in een rooster (kanaal webhook): {pager}, en zo bij elke organisatie"
    )
    console.print(f"Certificaten: {folder / 'exchange'}   Logboeken: {folder / 'logs'}   Stoppen: make down")
