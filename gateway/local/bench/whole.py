"""The whole exchange, every process of it: from acceptance to functional receipt, and its memory.

Messages are composed beforehand and submitted at a fixed pace, whatever the hub answers meanwhile. How long each took
is read afterwards from the hub's own record, so that nothing looks on while it is measured: from the moment that the
hub accepted the message to the moment that it took the recipient's receipt `functioneel`.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.domain.clock import parse_time
from gateway.hub.storage.engine import open_engines
from gateway.hub.storage.tables import deliveries, receipts
from gateway.local.bench.apart import Apart
from gateway.local.bench.figures import Aim, Measure, Section, of_times
from gateway.local.bench.node_link import node_link
from gateway.local.bench.sender import Composer, accepted, composer
from gateway.local.bench.timing import Budget
from gateway.local.bench.usage import Memory, memory_of, processor_time_of
from gateway.local.world import World
from gateway.node.hub_link import HubUnreachable
from gateway.protocol.subjects import Verb

QUIET_PER_SECOND: Final = 5
QUIET_MESSAGES: Final = 40
PER_SECOND: Final = 50
CASES: Final = 20
PER_CASE: Final = 16
LEAST_PER_CASE: Final = 8
COMPOSE_WITHIN_S: Final = 30.0
BUSY: Final = frozenset({429, 503})
REPEATS: Final = 10
REPEAT_AFTER_S: Final = 1.0
RECEIVED_WITHIN_S: Final = 40.0
_LOOK_EVERY_S: Final = 0.5
_MB: Final = 1024 * 1024


async def measure_whole(exchange: Apart, folder: Path) -> Section:
    """With an exchange that runs: first at a quiet pace, then at that of the aim."""
    world = exchange.world
    async with node_link(world, exchange.ports.nats) as link:
        with composer(world.exchange, link, folder / "sender.db") as sender:
            bodies = await _compose(sender)
            quiet, busy = bodies[CASES : CASES + QUIET_MESSAGES], bodies[CASES + QUIET_MESSAGES :]
            for body in bodies[:CASES]:  # the first of each case warms up
                await sender.submit(body)
            await _submit_at_pace(sender, quiet, QUIET_PER_SECOND)
            quiet_ms = await _waits(world, len(quiet))
            used = _processor_times(exchange)
            pace = await _submit_at_pace(sender, busy, PER_SECOND)
            busy_ms = await _waits(world, len(busy))
    spent = {name: now - used[name] for name, now in _processor_times(exchange).items()}
    memory = {name: memory_of(pid) for name, pid in exchange.pids.items()}
    return _section(quiet_ms, busy_ms, pace, spent, memory)


def whole_aims(
    p50: float | None, p99: float | None, hub: float | None, node: float | None, all_of_it: float | None
) -> tuple[Aim, ...]:
    """The aims for (p50, p99) to functional receipt in ms, and memory in MB of hub, largest node and all."""
    name = f"Aangenomen tot functionele ontvangst, {PER_SECOND} per s"
    return (
        Aim(key="ontvangst-p50", name=f"{name}, p50", unit="ms", bound=25, measured=p50),
        Aim(key="ontvangst-p99", name=f"{name}, p99", unit="ms", bound=100, measured=p99),
        Aim(key="geheugen-hub", name="Geheugen van de hub", unit="MB", bound=200, measured=hub),
        Aim(
            key="geheugen-knooppunt",
            name="Geheugen van het grootste knooppunt",
            unit="MB",
            bound=200,
            measured=node,
        ),
        Aim(
            key="geheugen-alles",
            name="Geheugen van de hele uitwisseling",
            unit="MB",
            bound=900,
            measured=all_of_it,
        ),
    )


async def _compose(sender: Composer) -> list[bytes]:
    """One message of every case in turn, so that messages of one case do not follow on each other's heels; fewer where
    composing takes long."""
    budget = Budget(COMPOSE_WITHIN_S)
    cases = [await sender.planned_case() for _ in range(CASES)]
    bodies: list[bytes] = []
    for composed in range(PER_CASE):
        if composed >= LEAST_PER_CASE and budget.is_spent:
            break
        bodies += [await sender.notice(case) for case in cases]
    return bodies


def _processor_times(exchange: Apart) -> dict[str, float]:
    return {name: processor_time_of(pid) for name, pid in exchange.pids.items()}


@dataclass(slots=True)
class _Pace:
    """How the pace was kept: by how many seconds the last submission was late, and how often one was repeated because
    the hub was too busy to answer."""

    late_s: float = 0.0
    repeats: int = 0


async def _submit_at_pace(sender: Composer, bodies: Sequence[bytes], per_second: float) -> _Pace:
    """Submits each when its time has come."""
    start, pace = time.monotonic(), _Pace()
    async with asyncio.TaskGroup() as group:
        for place, body in enumerate(bodies):
            due = start + place / per_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            pace.late_s = max(0.0, time.monotonic() - due)
            group.create_task(_until_accepted(sender, body, pace))
    return pace


async def _until_accepted(sender: Composer, body: bytes, pace: _Pace) -> None:
    """Repeats the same bytes, as a node does, while the hub does not answer or says that it cannot now."""
    for last in (*[False] * REPEATS, True):
        try:
            answer = await sender.parts.hub.ask(Verb.SUBMIT, body)
        except HubUnreachable:
            if last:
                raise
        else:
            if last or answer.status not in BUSY:
                accepted(answer)
                return
        pace.repeats += 1
        await asyncio.sleep(REPEAT_AFTER_S)


async def _waits(world: World, last: int) -> list[float]:
    """Milliseconds from acceptance to functional receipt of the last so many copies.

    One that was not received in the time that is waited here counts as that time: without the slowest it would flatter.
    """
    deadline = time.monotonic() + RECEIVED_WITHIN_S
    while True:
        found = (await asyncio.to_thread(_read_waits, world))[-last:]
        if None not in found or time.monotonic() > deadline:
            return [RECEIVED_WITHIN_S * 1000 if each is None else each for each in found]
        await asyncio.sleep(_LOOK_EVERY_S)


def _read_waits(world: World) -> list[float | None]:
    """Of all copies, in order of acceptance; None: not received yet. Read on a connection that cannot write."""
    functional = (receipts.c.copy_id == deliveries.c.copy_id) & (receipts.c.kind == "functioneel")
    columns = (deliveries.c.accepted_at, receipts.c.received_at)
    rows = (
        deliveries.outerjoin(receipts, functional).select().with_only_columns(*columns).order_by(columns[0])
    )
    engines = open_engines(f"sqlite+pysqlite:///{world.hub_database}")
    try:
        with engines.reading.connect() as connection:
            return [
                None
                if received is None
                else (parse_time(received) - parse_time(accepted)).total_seconds() * 1000
                for accepted, received in connection.execute(rows)
            ]
    finally:
        engines.dispose()


def _section(
    quiet_ms: Sequence[float],
    busy_ms: Sequence[float],
    pace: _Pace,
    spent: Mapping[str, float],
    memory: Mapping[str, Memory],
) -> Section:
    name = "Aangenomen tot functionele ontvangst"
    busy = of_times("ontvangst", f"{name}, {PER_SECOND} per s", busy_ms)
    hub = memory["hub"].rss / _MB
    node = max(used.rss for name, used in memory.items() if name.startswith("node-")) / _MB
    all_of_it = sum(used.pss for used in memory.values()) / _MB
    return Section(
        measures=(
            of_times("ontvangst-rustig", f"{name}, {QUIET_PER_SECOND} per s", quiet_ms),
            busy,
            _one("ontvangst-achterstand", "  achterstand van de afzender op het tempo", "s", pace.late_s),
            _one("ontvangst-herhaald", "  herhaald omdat de hub het te druk had", "keer", pace.repeats),
            *_spent_per_message(spent, len(busy_ms)),
            _one("geheugen-hub", "Geheugen van de hub (RSS)", "MB", hub),
            _one("geheugen-knooppunt", "Geheugen van het grootste knooppunt (RSS)", "MB", node),
            _one("geheugen-opa", "Geheugen van OPA (RSS)", "MB", memory["opa"].rss / _MB),
            _one("geheugen-nats", "Geheugen van NATS (RSS)", "MB", memory["nats"].rss / _MB),
            _one("geheugen-alles", "Geheugen van alle processen samen (PSS)", "MB", all_of_it),
        ),
        aims=whole_aims(busy.p50, busy.p99, hub, node, all_of_it),
    )


def _spent_per_message(spent: Mapping[str, float], messages: int) -> list[Measure]:
    """Processor time per message at the pace of the aim: where the time goes, whatever else the machine does."""
    parts = {"hub": "hub", "opa": "OPA", "nats": "NATS", "organisaties": "nagebootste organisaties"}
    rows = {f"rekentijd-{key}": (f"Rekentijd per bericht: {name}", spent[key]) for key, name in parts.items()}
    nodes = sum(seconds for name, seconds in spent.items() if name.startswith("node-"))
    rows["rekentijd-knooppunten"] = ("Rekentijd per bericht: alle knooppunten", nodes)
    return [
        Measure(key=key, name=name, unit="ms", count=messages, p50=seconds * 1000 / messages)
        for key, (name, seconds) in rows.items()
    ]


def _one(key: str, name: str, unit: str, value: float) -> Measure:
    return Measure(key=key, name=name, unit=unit, count=1, p50=value)
