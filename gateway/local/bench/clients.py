"""Sixteen clients with the relay running, beside sixteen at the floor; the NATS door; and a bare publish to JetStream.

Every client has a case of its own: messages in one case are decided one after another. The floor is what it is for one
client (bare OPA query, then the same rows in one transaction each), by sixteen tasks and one thread that writes.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import aiohttp

from gateway.hub.messaging.accounts_connection import Connection
from gateway.hub.messaging.hub_connection import connect_hub
from gateway.hub.policy.own_opa import RunningOpa
from gateway.hub.policy.questions import MessageQuestion
from gateway.local.bench.decisions import bare_query, question_url
from gateway.local.bench.figures import Aim, Section, of_rate, of_times, ratio
from gateway.local.bench.measured_hub import MeasuredHub, measured_hub
from gateway.local.bench.node_link import node_link
from gateway.local.bench.row_floor import RowFloor, Statement
from gateway.local.bench.sender import Composer, accepted, composer, load_registry
from gateway.local.bench.timing import Budget, Load, at_once, timed_ms
from gateway.local.registry_file import OTHER_MUNICIPALITY, VEILIG_THUIS
from gateway.local.world import World
from gateway.protocol.subjects import Verb, inbox_subject

CLIENTS: Final = 16
PER_CLIENT: Final = 8
ROUNDS: Final = 3
WITHIN_S: Final = 45.0
DOOR: Final = 60
PUBLISHES: Final = 200

Calls = list[Callable[[], Awaitable[Any]]]


async def measure_clients(
    world: World, hub_connection: Connection, nats_port: int, opa: RunningOpa, folder: Path
) -> Section:
    """Rounds of sixteen clients at the desk, each followed by the same messages at the floor; then door and publish."""
    async with (
        measured_hub(world.exchange, opa, folder, nats=hub_connection) as hub,
        aiohttp.ClientSession() as session,
    ):
        with composer(world.exchange, hub.link(VEILIG_THUIS.oin), folder / "sender.db") as sender:
            floor = RowFloor.open(folder / "floor.db")
            try:
                budget = Budget(WITHIN_S)
                loads: list[tuple[Load, Load]] = []
                while len(loads) < ROUNDS and not (loads and budget.is_spent):
                    loads.append(await _round(hub, sender, floor, session, opa))
            finally:
                floor.close()
            door_ms = await _through_door(world, nats_port, sender)
            body = await sender.notice(await sender.planned_case())
    publish_ms = await _bare_publish(world, hub_connection, body)
    return _section([desk for desk, _ in loads], [bare for _, bare in loads], door_ms, publish_ms)


def clients_aims(share: float | None) -> tuple[Aim, ...]:
    """The aim for the share of the floor's messages per second."""
    return (
        Aim(
            key="aannemen-16-deel",
            name=f"Aannemen, {CLIENTS} clients met relais, deel van de vloer",
            unit="x",
            bound=0.7,
            measured=share,
            is_floor=True,
        ),
    )


async def _round(
    hub: MeasuredHub, sender: Composer, floor: RowFloor, session: aiohttp.ClientSession, opa: RunningOpa
) -> tuple[Load, Load]:
    """The load at the desk and at the floor of the same messages."""
    cases = [await sender.planned_case() for _ in range(CLIENTS)]
    bodies = [[await sender.notice(case) for _ in range(PER_CLIENT)] for case in cases]
    first = len(hub.writer.changes), len(hub.decider.questions)
    desk = await at_once([partial(sender.submit, body) for body in mine] for mine in bodies)
    # The relay writes through the hub's own writer, so what was recorded are the messages and nothing else.
    messages = CLIENTS * PER_CLIENT
    changes = hub.writer.changes[first[0] : first[0] + messages]
    questions = hub.decider.questions[first[1] : first[1] + messages]
    bare = await _at_floor(floor, [floor.prepare(change) for change in changes], questions, session, opa)
    return desk, bare


async def _at_floor(
    floor: RowFloor,
    prepared: Sequence[list[Statement]],
    questions: Sequence[MessageQuestion],
    session: aiohttp.ClientSession,
    opa: RunningOpa,
) -> Load:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="floor") as thread:

        async def one(ask: Callable[[], Awaitable[Any]], statements: list[Statement]) -> None:
            await ask()
            await loop.run_in_executor(thread, floor.write, statements)

        def call(question: MessageQuestion, statements: list[Statement]) -> Callable[[], Awaitable[None]]:
            body = json.dumps({"input": question.to_input(opa.revision)}).encode()
            return partial(one, bare_query(session, question_url(opa, question), body), statements)

        calls = [call(*each) for each in zip(questions, prepared, strict=True)]
        return await at_once(calls[client::CLIENTS] for client in range(CLIENTS))


async def _through_door(world: World, nats_port: int, sender: Composer) -> list[float]:
    """Times of one client that submits over NATS, TLS and accounts included; the hub is in the same process."""
    times: list[float] = []
    async with node_link(world, nats_port) as link:

        async def submit(body: bytes) -> None:
            accepted(await link.ask(Verb.SUBMIT, body))

        for _ in range(0, DOOR, 20):
            case = await sender.planned_case()
            bodies = [await sender.notice(case) for _ in range(20)]
            times += [await timed_ms(partial(submit, body)) for body in bodies]
    return times


async def _bare_publish(world: World, connection: Connection, body: bytes) -> list[float]:
    """Times of a publish that JetStream acknowledges after the sync, one after another, with the bytes of a message."""
    client = await connect_hub(connection, load_registry(world.exchange).participants)
    try:
        stream = client.jetstream()
        subject = inbox_subject(OTHER_MUNICIPALITY.oin, "U3", "meting")
        return [
            await timed_ms(lambda: stream.publish(subject, body, headers={"Nats-Msg-Id": str(uuid4())}))
            for _ in range(PUBLISHES)
        ]
    finally:
        await client.close()


def _section(
    desk: Sequence[Load], bare: Sequence[Load], door_ms: Sequence[float], publish_ms: Sequence[float]
) -> Section:
    count = CLIENTS * PER_CLIENT * len(desk)
    at_desk = of_rate(
        "aannemen-16", f"Aannemen, {CLIENTS} clients met relais", count=count, seconds=_seconds(desk)
    )
    at_floor = of_rate(
        "aannemen-16-vloer", f"  vloer met {CLIENTS} clients", count=count, seconds=_seconds(bare)
    )
    times = [each for load in desk for each in load.times_ms]
    return Section(
        measures=(
            at_desk,
            at_floor,
            of_times("aannemen-16-tijd", f"Aannemen, {CLIENTS} clients met relais, per bericht", times),
            of_times("aannemen-nats", "Aannemen door de NATS-deur, 1 client", door_ms),
            of_times(
                "jetstream-kaal", "  kale publicatie in JetStream (sync always), zelfde bytes", publish_ms
            ),
        ),
        aims=clients_aims(ratio(at_desk.p50, at_floor.p50)),
    )


def _seconds(loads: Sequence[Load]) -> float:
    return sum(load.seconds for load in loads)
