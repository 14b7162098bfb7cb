"""What an agency can do on NATS: ask the hub as itself, read its own inbox, acknowledge it."""

import asyncio
from datetime import UTC, datetime

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NatsTimeout

from gateway.hub.messaging.accounts_connection import settle
from gateway.hub.messaging.accounts_push import push_accounts
from gateway.hub.messaging.provisioning import provision
from gateway.protocol.subjects import (
    INBOX_STREAM,
    Verb,
    asker,
    consumer_name,
    request_subject,
    request_wildcard,
)
from tests.nats.exchange import MUNICIPALITY, POLICE, VEILIG_THUIS, Exchange, deliver, stored

pytestmark = pytest.mark.real
WITHIN_S = 20.0


async def answer_as_hub(hub: Client) -> None:
    """Answers every request with who asked, as the server enforced it."""

    async def answer(message: Msg) -> None:
        await message.respond(f"{message.subject.split('.')[2]}:{asker(message.subject)}".encode())

    for verb in Verb:
        await hub.subscribe(request_wildcard(verb), cb=answer)
    await settle(hub)


async def test_an_agency_asks_the_hub_as_itself_with_every_verb(exchange: Exchange) -> None:
    async with exchange.hub() as hub, exchange.node(POLICE) as police, exchange.node(VEILIG_THUIS) as vt:
        await answer_as_hub(hub)
        for verb in Verb:
            for node, oin in ((police, POLICE), (vt, VEILIG_THUIS)):
                answer = await node.request(request_subject(verb, oin), b"x", timeout=WITHIN_S)
                assert answer.data.decode() == f"{verb}:{oin}"
    assert exchange.errors == []


async def test_an_agency_reads_and_acknowledges_its_own_inbox_and_then_it_is_empty(
    exchange: Exchange,
) -> None:
    async with exchange.hub() as hub, exchange.node(POLICE) as police:
        for urgency in ("U0", "U1", "U2", "U3"):
            await deliver(hub, POLICE, urgency, urgency.encode())
        received = {}
        for urgent in (True, False):
            consumer = consumer_name(POLICE, urgent=urgent)
            inbox = await police.jetstream().pull_subscribe_bind(consumer, INBOX_STREAM)
            messages = await inbox.fetch(3 if not urgent else 1, timeout=WITHIN_S)
            received[urgent] = [message.data for message in messages]
            # The tokens that the import of an agency relies on: stream, consumer, then counters.
            assert all(
                message.reply.startswith(f"$JS.ACK.{INBOX_STREAM}.{consumer}.") for message in messages
            )
            for message in messages:
                await message.ack_sync(timeout=WITHIN_S)
        assert received == {True: [b"U0"], False: [b"U1", b"U2", b"U3"]}
        assert await stored(hub) == []
    assert exchange.errors == []


async def test_a_copy_that_is_not_acknowledged_stays_and_comes_again(exchange: Exchange) -> None:
    async with exchange.hub() as hub, exchange.node(POLICE) as police:
        await deliver(hub, POLICE, "U0", b"again")
        inbox = await police.jetstream().pull_subscribe_bind(consumer_name(POLICE, urgent=True), INBOX_STREAM)
        (first,) = await inbox.fetch(1, timeout=WITHIN_S)
        await first.nak()
        (second,) = await inbox.fetch(1, timeout=WITHIN_S)
        assert (second.data, second.metadata.num_delivered) == (b"again", 2)
        await second.ack_sync(timeout=WITHIN_S)
        assert await stored(hub) == []


async def test_a_pull_on_an_empty_inbox_ends_with_nothing(exchange: Exchange) -> None:
    async with exchange.node(POLICE) as police:
        inbox = await police.jetstream().pull_subscribe_bind(consumer_name(POLICE, urgent=True), INBOX_STREAM)
        with pytest.raises(NatsTimeout):
            await inbox.fetch(1, timeout=0.3)


async def test_a_pull_that_waits_gets_what_arrives_meanwhile(exchange: Exchange) -> None:
    async with exchange.hub() as hub, exchange.node(POLICE) as police:
        inbox = await police.jetstream().pull_subscribe_bind(consumer_name(POLICE, urgent=True), INBOX_STREAM)
        waiting = asyncio.create_task(inbox.fetch(1, timeout=WITHIN_S))
        await settle(police)
        await deliver(hub, POLICE, "U0", b"late")
        (message,) = await waiting
        assert message.data == b"late"


async def test_an_agency_added_at_run_time_works_without_reload_and_others_notice_nothing(
    exchange: Exchange,
) -> None:
    async with exchange.hub() as hub, exchange.node(POLICE) as police:
        await answer_as_hub(hub)
        now = datetime.now(UTC)
        added = exchange.operator.agency_jwt(exchange.operator.agency(MUNICIPALITY), now=now)
        await push_accounts(exchange.system, [added])
        await provision(exchange.admin, [POLICE, VEILIG_THUIS, MUNICIPALITY])
        async with exchange.node(MUNICIPALITY) as municipality:
            for node, oin in ((municipality, MUNICIPALITY), (police, POLICE)):
                answer = await node.request(request_subject(Verb.PLAN, oin), b"x", timeout=WITHIN_S)
                assert answer.data.decode() == f"plan:{oin}"
            await deliver(hub, MUNICIPALITY, "U1", b"welcome")
            consumer = consumer_name(MUNICIPALITY, urgent=False)
            inbox = await municipality.jetstream().pull_subscribe_bind(consumer, INBOX_STREAM)
            (message,) = await inbox.fetch(1, timeout=WITHIN_S)
            assert message.data == b"welcome"
    assert exchange.errors == []


async def test_an_agency_stays_known_after_the_server_restarted(exchange: Exchange) -> None:
    exchange.server.stop()
    exchange.server.start()
    async with exchange.hub() as hub, exchange.node(POLICE) as police:
        await deliver(hub, POLICE, "U0", b"kept")
        inbox = await police.jetstream().pull_subscribe_bind(consumer_name(POLICE, urgent=True), INBOX_STREAM)
        (message,) = await inbox.fetch(1, timeout=WITHIN_S)
        assert message.data == b"kept"
