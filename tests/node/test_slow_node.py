"""A node that is slow gets nothing twice; one that died, or gave up on an item, gets it again within seconds."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from nats.aio.client import Client

from gateway.hub.messaging.provisioning import URGENT_ACK_WAIT, provision
from gateway.node.hub_link import nats_link
from gateway.node.hub_link.link import InboxMessage
from gateway.node.hub_link.nats_link import NatsInbox
from tests.nats.exchange import POLICE, Exchange, deliver, make_exchange

pytestmark = pytest.mark.real

ITEMS = 20
SLOW_S = 1.6 * URGENT_ACK_WAIT.total_seconds()
WITHIN_S = 60.0


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Exchange]:
    made = make_exchange(tmp_path, [POLICE])
    made.server.start()
    try:
        await provision(made.admin, [POLICE])
        yield made
    finally:
        made.server.stop()


@asynccontextmanager
async def inbox_of(client: Client) -> AsyncIterator[NatsInbox]:
    inbox = NatsInbox(client, POLICE)
    try:
        yield inbox
    finally:
        await inbox.close()


async def put(exchange: Exchange, count: int) -> None:
    async with exchange.hub() as hub:
        for number in range(count):
            await deliver(hub, POLICE, "U0", b"%d" % number)


async def some(inbox: NatsInbox) -> list[InboxMessage]:
    async with asyncio.timeout(WITHIN_S):
        while not (found := await inbox.fetch(urgent=True)):
            pass
    return found


async def delivered(exchange: Exchange, inbox: NatsInbox, *, pause_s: float) -> list[bytes]:
    """Everything that was given out until the line was empty; the node works that long on the first item."""
    seen: list[bytes] = []
    async with asyncio.timeout(WITHIN_S):
        while len(set(seen)) < ITEMS or not await is_empty(exchange):
            for message in await inbox.fetch(urgent=True):
                if not seen:
                    await asyncio.sleep(pause_s)
                seen.append(message.data)
                await message.acknowledge()
    return seen


async def is_empty(exchange: Exchange) -> bool:
    async with exchange.hub() as hub:
        return (await hub.jetstream().stream_info("INBOX")).state.messages == 0


async def test_a_slow_node_gets_nothing_twice(exchange: Exchange) -> None:
    """Also of what the server sent while the node was at work and that it had not looked at yet."""
    await put(exchange, ITEMS)
    async with exchange.node(POLICE) as client, inbox_of(client) as inbox:
        seen = await delivered(exchange, inbox, pause_s=SLOW_S)
    assert seen == [b"%d" % number for number in range(ITEMS)]


async def given_out_again(exchange: Exchange) -> list[bytes]:
    """What somebody else who asks gets of the one item that a node is at work on, for longer than the server waits."""
    await put(exchange, 1)
    async with exchange.node(POLICE) as client, inbox_of(client) as slow:
        (held,) = await some(slow)
        async with exchange.node(POLICE) as other, inbox_of(other) as asking:
            again: list[InboxMessage] = []
            ends = time.monotonic() + SLOW_S
            while not again and time.monotonic() < ends:
                again = await asking.fetch(urgent=True)
        await held.acknowledge()
    return [message.data for message in again]


async def test_what_a_node_is_at_work_on_is_given_to_nobody_else(exchange: Exchange) -> None:
    assert await given_out_again(exchange) == []


async def test_control_a_node_that_does_not_say_so_loses_it_to_whoever_asks(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_link, "STILL_AT_WORK_EVERY_S", 3600)
    assert await given_out_again(exchange) == [b"0"]


async def test_what_a_dead_node_held_comes_again_within_seconds(exchange: Exchange) -> None:
    await put(exchange, 1)
    async with exchange.node(POLICE) as client:
        dead = NatsInbox(client, POLICE)
        await some(dead)
        died = time.monotonic()
    await dead.close()
    async with exchange.node(POLICE) as client, inbox_of(client) as inbox:
        (again,) = await some(inbox)
        took = time.monotonic() - died
        await again.acknowledge()
    assert again.data == b"0"
    assert took < URGENT_ACK_WAIT.total_seconds() * 3


async def test_an_item_at_which_the_node_broke_comes_again(exchange: Exchange) -> None:
    """Neither acknowledged nor given back: asking for more lets go of it, though the node lives."""
    await put(exchange, 1)
    async with exchange.node(POLICE) as client, inbox_of(client) as inbox:
        (first,) = await some(inbox)
        (again,) = await some(inbox)
        await again.acknowledge()
    assert first.data == again.data == b"0"
