"""Batches that a real server refuses, stores unseen or never gets whole: each message is stored once all the same."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from nats.aio.client import Client

from gateway.hub.messaging import publishing
from gateway.hub.messaging.accounts import ADMIN_INBOX_PREFIX, HUB_INBOX_PREFIX
from gateway.hub.messaging.accounts_connection import Connection
from gateway.hub.messaging.provisioning import MAX_MESSAGE_BYTES, stream_config
from gateway.hub.messaging.publishing import ALONE_BELOW, MAX_BATCH, Outgoing, Published, Tried, publish
from gateway.protocol.subjects import INBOX_STREAM, inbox_subject
from tests.nats.exchange import POLICE, Exchange, kept
from tests.nats.tapped_wire import Wire, tapped_wire
from tests.nats.waiting import until

pytestmark = pytest.mark.real

MANY = ALONE_BELOW + 5
MOST_UNDER_WAY = 50  # batches of one stream that a server keeps open; it forgets one after ten seconds
FORGOTTEN_WITHIN_S = 60.0
ALL_STORED = Tried(Published.STORED)


@pytest.fixture
async def wire(exchange: Exchange) -> AsyncIterator[Wire]:
    async with tapped_wire(exchange.place.port) as found:
        yield found


@asynccontextmanager
async def relay_on(wire: Wire, exchange: Exchange) -> AsyncIterator[Client]:
    """The hub's own user, behind the wire."""
    there = Connection(servers=[f"nats://localhost:{wire.port}"], credentials=exchange.hub_credentials())
    async with exchange.connect(there, HUB_INBOX_PREFIX) as client:
        yield client


@pytest.fixture
async def relay(wire: Wire, exchange: Exchange) -> AsyncIterator[Client]:
    async with relay_on(wire, exchange) as client:
        yield client


def waiting(count: int, *, named: str = "kopie") -> list[Outgoing]:
    subject = inbox_subject(POLICE, "U1", "screening-verzoek")
    return [
        Outgoing(publish_id=f"{named}-{number}", subject=subject, payload=f"{named} {number}".encode())
        for number in range(count)
    ]


async def assert_each_once(exchange: Exchange, messages: Sequence[Outgoing]) -> None:
    found = await kept(exchange)
    assert Counter((each.publish_id, each.payload) for each in found) == Counter(
        (message.publish_id, message.payload) for message in messages
    )


async def batches(exchange: Exchange) -> list[int]:
    """How many messages each batch in the stream has, largest first."""
    sizes = Counter(each.batch for each in await kept(exchange) if each.batch is not None)
    return sorted(sizes.values(), reverse=True)


async def test_many_go_in_batches_in_order_and_few_go_singly(
    exchange: Exchange, wire: Wire, relay: Client
) -> None:
    many, few = waiting(MAX_BATCH + MANY), waiting(ALONE_BELOW - 1, named="los")
    assert await publish(relay, many) == [ALL_STORED] * len(many)
    assert await publish(relay, few) == [ALL_STORED] * len(few)
    assert wire.commits == 2
    assert await batches(exchange) == [MAX_BATCH, MANY]
    assert [each.publish_id for each in await kept(exchange)] == [m.publish_id for m in many + few]


async def test_10201_one_that_another_relay_published_already_refuses_the_batch_and_nothing_is_stored_twice(
    exchange: Exchange, wire: Wire, relay: Client
) -> None:
    messages = waiting(MANY)
    async with exchange.hub() as other:
        assert await publish(other, messages[7:8]) == [ALL_STORED]
    refused = await commit_refused(relay, messages)
    assert refused == 10201
    assert await publish(relay, messages) == [ALL_STORED] * MANY
    assert wire.commits == 2
    assert await batches(exchange) == []
    await assert_each_once(exchange, messages)


async def test_10176_one_that_is_too_large_is_a_dead_letter_and_its_neighbours_are_stored(
    exchange: Exchange, relay: Client
) -> None:
    messages = waiting(MANY)
    messages[7] = replace(messages[7], payload=b"x" * (MAX_MESSAGE_BYTES + 1))
    assert await commit_refused(relay, messages) == 10176
    tried = await publish(relay, messages)
    assert tried[7].published is Published.NEVER
    assert "10054" in str(tried[7].reason)
    assert tried[:7] + tried[8:] == [ALL_STORED] * (MANY - 1)
    await assert_each_once(exchange, messages[:7] + messages[8:])


async def test_10176_a_batch_that_lost_a_member_under_way_makes_no_dead_letter(
    exchange: Exchange, relay: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a connection broke and came back in the middle of a batch."""
    messages, sent = waiting(MANY), relay.publish

    async def but_one(subject: str, payload: bytes, **more: Any) -> None:
        if payload != messages[7].payload or "reply" in more:  # one that waits for no answer, so in a batch
            await sent(subject, payload, **more)

    monkeypatch.setattr(relay, "publish", but_one)
    assert await commit_refused(relay, messages) == 10176
    assert await publish(relay, messages) == [ALL_STORED] * MANY
    await assert_each_once(exchange, messages)


async def test_10077_a_stream_that_is_full_takes_what_it_can_and_the_rest_waits(
    exchange: Exchange, relay: Client
) -> None:
    messages, room = waiting(MANY), 4
    await configure(exchange, max_msgs=room)
    assert await commit_refused(relay, messages) == 10077
    tried = await publish(relay, messages)
    assert tried[:room] == [ALL_STORED] * room
    assert tried[room].published is Published.REFUSED
    assert "10077" in str(tried[room].reason)
    assert {each.published for each in tried[room + 1 :]} == {Published.IN_DOUBT}
    await configure(exchange)
    assert await publish(relay, messages[room:]) == [ALL_STORED] * (MANY - room)
    await assert_each_once(exchange, messages)


@pytest.mark.parametrize("connection_breaks", [False, True])
async def test_a_commit_whose_answer_is_lost_was_stored_and_is_not_stored_again(
    exchange: Exchange,
    wire: Wire,
    relay: Client,
    monkeypatch: pytest.MonkeyPatch,
    connection_breaks: bool,
) -> None:
    messages = waiting(MANY)
    monkeypatch.setattr(publishing, "ACK_WITHIN_S", 2.0)
    wire.loses = answers_to_commits
    publishing_now = asyncio.create_task(publish(relay, messages))
    await until(lambda: wire.lost == 1, wire)
    assert await batches(exchange) == [MANY]
    if connection_breaks:
        wire.cut()
        tried = await publishing_now
        async with relay_on(wire, exchange) as next_relay:
            assert await publish(next_relay, messages) == [ALL_STORED] * MANY
        assert tried[0].published is Published.IN_DOUBT
    else:
        assert await publishing_now == [ALL_STORED] * MANY
    await assert_each_once(exchange, messages)


async def test_control_a_relay_that_forgets_the_ids_of_its_first_try_stores_twice_and_is_found_out(
    exchange: Exchange, wire: Wire, relay: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = waiting(MANY)
    monkeypatch.setattr(publishing, "ACK_WITHIN_S", 2.0)
    wire.loses = answers_to_commits
    assert not await publishing._as_batch(relay, messages)
    forgetful = [replace(message, publish_id=f"nieuw-{message.publish_id}") for message in messages]
    wire.loses = lambda _: False
    await publish(relay, forgetful)
    assert set(Counter(each.payload for each in await kept(exchange)).values()) == {2}
    with pytest.raises(AssertionError):
        await assert_each_once(exchange, messages)


async def test_batches_that_relays_abandoned_when_they_were_killed_store_nothing_and_hold_up_nobody(
    exchange: Exchange, wire: Wire
) -> None:
    """Killed between the first message of a batch and the rest, as often as the server keeps batches open."""
    half_sent = [waiting(MANY, named=f"verlaten-{number}") for number in range(MOST_UNDER_WAY)]
    wire.loses = lambda _: True  # so that each stops after its first message, unanswered
    async with relay_on(wire, exchange) as doomed:
        tasks = [asyncio.create_task(publish(doomed, messages)) for messages in half_sent]
        await until(lambda: wire.lost == MOST_UNDER_WAY, wire)
        wire.cut()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert await kept(exchange) == []
    wire.loses = lambda _: False
    async with relay_on(wire, exchange) as relay:
        assert await publish(relay, half_sent[0]) == [ALL_STORED] * MANY
        assert wire.commits == 0, "no batch was possible"
        await assert_each_once(exchange, half_sent[0])
        await until_batches_go_again(wire, relay)
    assert await batches(exchange) == [MANY]


async def until_batches_go_again(wire: Wire, relay: Client) -> None:
    async with asyncio.timeout(FORGOTTEN_WITHIN_S):
        tries = 0
        while wire.commits == 0:
            tries += 1
            again = waiting(MANY, named=f"later-{tries}")
            assert await publish(relay, again) == [ALL_STORED] * MANY
            await asyncio.sleep(0.5)


async def commit_refused(relay: Client, messages: Sequence[Outgoing]) -> int:
    """The code by which the server refuses a batch of these, and nothing of it is stored."""
    heard: list[int] = []
    answered = publishing._ask

    async def listening(*asked: Any) -> dict[str, Any] | None:
        answer = await answered(*asked)
        if answer is not None and "error" in answer:
            heard.append(answer["error"]["err_code"])
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "_ask", listening)
        assert not await publishing._as_batch(relay, messages)
    (code,) = heard
    return code


async def configure(exchange: Exchange, **changes: object) -> None:
    async with exchange.connect(exchange.admin, ADMIN_INBOX_PREFIX) as admin:
        body = json.dumps(stream_config() | changes).encode()
        answer = await admin.request(f"$JS.API.STREAM.UPDATE.{INBOX_STREAM}", body, timeout=20)
        assert b'"error"' not in answer.data, answer.data


def answers_to_commits(frame: bytes) -> bool:
    return b'"count"' in frame
