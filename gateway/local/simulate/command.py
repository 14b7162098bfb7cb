"""`schakel simulate`: whole cases from a seed, in the exchange that `make up` left running or in one of its own.

Exit status 0 when every step came out as planned and every clock is accounted for; 1 with all causes when not.
"""

import argparse
import math
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from gateway.local.demo.screen import Screen
from gateway.local.exchange import Exchange, NotReady
from gateway.local.processes import ChildDied, Supervisor
from gateway.local.simulate.account import take_account
from gateway.local.simulate.company import Company
from gateway.local.simulate.ledger import Ledger
from gateway.local.simulate.plan import CasePlan, digest
from gateway.local.simulate.report import covered, problems_of, show_coverage, show_plan, show_report
from gateway.local.simulate.run import NotArrived, play
from gateway.local.simulate.stories import plan_cases
from gateway.local.simulate.timing import Leaps, Pace, Waits
from gateway.local.standing import running
from gateway.local.world import Ports, World, fixed_ports, free_ports, make_world
from gateway.settings import load_hub
from gateway.setup import NotPrepared
from gateway.simulation import SimulatedClock

_TOLD_EVERY_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A running exchange, and how time goes by in it."""

    world: World
    ports: Ports
    pace: Pace


def simulate(arguments: argparse.Namespace) -> int:
    """Plays `arguments.cases` cases from `arguments.seed`; see the head of this module for the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    screen = Screen()
    plans = tuple(plan_cases(arguments.seed, arguments.cases))
    screen.title(f"Schakel, SIMULATIE: {len(plans)} zaken uit zaad {arguments.seed} (plan {digest(plans)})")
    if arguments.plan:
        show_plan(screen, plans)
        return 0
    try:
        with _exchange(arguments, screen) as place:
            return _play(screen, plans, place)
    except (NotReady, ChildDied, NotPrepared, NotArrived, FileExistsError) as error:
        screen.surprise(str(error))
        return 3


def _play(screen: Screen, plans: tuple[CasePlan, ...], place: _Place) -> int:
    begun, told = time.monotonic(), time.monotonic()

    def progress(moment: timedelta, cases: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TOLD_EVERY_S:
            told = time.monotonic()
            screen.say(f"dag {moment.days}, {cases} zaken aan de beurt, {told - begun:.0f} s onderweg")

    url = load_hub(place.world.hub_settings).database_url
    with Company(place.world, place.ports) as company, Ledger(url) as ledger:
        played = play(plans, company, place.pace, ledger, progress)
        account = take_account(ledger, played.tallies, place.pace.now)
        show_report(screen, plans, played, account, seconds=time.monotonic() - begun)
        show_coverage(screen, covered(plans, played, account, company.roles))
    problems = problems_of(played, account)
    for problem in problems:
        screen.surprise(problem)
    if not problems:
        screen.good("elke stap kwam uit zoals gepland, en van elke klok is bekend wat ervan werd")
    return 1 if problems else 0


@contextmanager
def _exchange(arguments: argparse.Namespace, screen: Screen) -> Iterator[_Place]:
    """The one that runs in the folder; else one of its own, which ends with this context."""
    speed = math.inf if arguments.speed is None else arguments.speed
    if running(arguments.folder) is not None:
        screen.say(f"in de uitwisseling die al draait ({arguments.folder}); haar klok is die van de machine")
        world = World(arguments.folder.resolve())
        yield _Place(world=world, ports=fixed_ports(), pace=Waits(speed))
        return
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="schakel-simulate-"))
    supervisor = Supervisor(folder / "logs")
    try:
        ports = free_ports()
        world = make_world(folder.resolve(), ports, now=datetime.now(UTC), simulation=True)
        Exchange(world, ports, supervisor).start(lambda part: screen.say(f"starten: {part}"))
        clock = SimulatedClock(world.clock)
        yield _Place(world=world, ports=ports, pace=Leaps(clock) if speed == math.inf else Waits(speed))
    finally:
        supervisor.stop()
        if arguments.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
