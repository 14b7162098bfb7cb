"""Attacks on NATS, by name: what one agency tries against another, against the hub, and against JetStream."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error, NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import NotFoundError

from gateway.hub.messaging.accounts import agency_subjects
from gateway.hub.messaging.accounts_connection import settle
from gateway.protocol.subjects import (
    INBOX_STREAM,
    Verb,
    consumer_name,
    inbox_prefix,
    inbox_subject,
    request_subject,
    request_wildcard,
)
from tests.nats.exchange import POLICE, VEILIG_THUIS, Exchange, deliver, stored
from tests.nats.waiting import until

pytestmark = pytest.mark.real
WITHIN_S = 20.0


@dataclass
class Scene:
    """The police attack Veilig Thuis, which has one copy of each urgency waiting."""

    exchange: Exchange
    hub: Client
    attacker: Client
    victim: Client
    before: list[tuple[str, int]]
    heard: list[str]

    async def nothing_happened(self) -> None:
        """Nothing was stored, erased, delivered to the victim, or asked of the hub in another name."""
        for client in (self.attacker, self.victim, self.hub):
            await settle(client)
        assert await stored(self.hub) == self.before
        assert self.heard == []

    async def is_refused(self, action: str, subject: str) -> None:
        violation = f'permissions violation for {action} to "{subject.lower()}"'
        errors = self.exchange.errors
        await until(lambda: any(violation in error for error in errors), errors)


@pytest.fixture
async def scene(exchange: Exchange) -> AsyncIterator[Scene]:
    async with (
        exchange.hub() as hub,
        exchange.node(POLICE) as attacker,
        exchange.node(VEILIG_THUIS) as victim,
    ):
        for urgency in ("U0", "U1"):
            await deliver(hub, VEILIG_THUIS, urgency, b"for veilig thuis only")
        await deliver(hub, POLICE, "U0", b"for the police")
        scene = Scene(exchange, hub, attacker, victim, await stored(hub), [])

        async def hear(message: Msg) -> None:
            scene.heard.append(f"{message.subject}: {message.data.decode()}")

        await victim.subscribe(f"{inbox_prefix(VEILIG_THUIS)}.>", cb=hear)
        await settle(victim)
        yield scene


FOREIGN = {
    "a request in another name": request_subject(Verb.SUBMIT, VEILIG_THUIS),
    "a request of everybody": request_wildcard(Verb.SUBMIT),
    "a copy straight into an inbox": inbox_subject(VEILIG_THUIS, "U0", "screening-verzoek"),
    "a copy into its own inbox": inbox_subject(POLICE, "U0", "screening-verzoek"),
    "a pull from another inbox": f"$JS.API.CONSUMER.MSG.NEXT.{INBOX_STREAM}.{consumer_name(VEILIG_THUIS, urgent=True)}",
    "an acknowledgement for another": f"$JS.ACK.{INBOX_STREAM}.{consumer_name(VEILIG_THUIS, urgent=True)}.1.1.1.1.0",
    "a message read by number": f"$JS.API.STREAM.MSG.GET.{INBOX_STREAM}",
    "a message read directly": f"$JS.API.DIRECT.GET.{INBOX_STREAM}",
    "a message deleted": f"$JS.API.STREAM.MSG.DELETE.{INBOX_STREAM}",
    "the stream purged": f"$JS.API.STREAM.PURGE.{INBOX_STREAM}",
    "the stream deleted": f"$JS.API.STREAM.DELETE.{INBOX_STREAM}",
    "the stream described": f"$JS.API.STREAM.INFO.{INBOX_STREAM}",
    "a stream of its own": "$JS.API.STREAM.CREATE.MINE",
    "a consumer of its own": f"$JS.API.CONSUMER.CREATE.{INBOX_STREAM}.mine",
    "a consumer deleted": f"$JS.API.CONSUMER.DELETE.{INBOX_STREAM}.{consumer_name(VEILIG_THUIS, urgent=True)}",
    "another one's reply inbox": f"{inbox_prefix(VEILIG_THUIS)}.x",
    "an account pushed": "$SYS.REQ.CLAIMS.UPDATE",
    "the server asked": "$SYS.REQ.SERVER.PING",
}


@pytest.mark.parametrize("subject", FOREIGN.values(), ids=FOREIGN.keys())
async def test_a_foreign_publish_is_refused_by_the_server(scene: Scene, subject: str) -> None:
    await scene.attacker.publish(subject, b"forged")
    await scene.is_refused("publish", subject)
    await scene.nothing_happened()


LISTENING = {
    "another one's replies": f"{inbox_prefix(VEILIG_THUIS)}.>",
    "every reply": "_INBOX.>",
    "requests to the hub": request_wildcard(Verb.SUBMIT),
    "its own request subject": request_subject(Verb.SUBMIT, POLICE),
    "every inbox": "schakel.v1.inbox.>",
    "deliveries": "$JS.ACK.>",
    "everything": ">",
    "system events": "$SYS.>",
    "service replies": "_R_.>",
}


@pytest.mark.parametrize("subject", LISTENING.values(), ids=LISTENING.keys())
async def test_a_foreign_subscription_is_refused_by_the_server(scene: Scene, subject: str) -> None:
    await scene.attacker.subscribe(subject)
    await scene.is_refused("subscription", subject)


async def test_a_foreign_pull_gives_nothing_and_erases_nothing(scene: Scene) -> None:
    for urgent in (True, False):
        consumer = consumer_name(VEILIG_THUIS, urgent=urgent)
        inbox = await scene.attacker.jetstream().pull_subscribe_bind(consumer, INBOX_STREAM)
        with pytest.raises(NatsTimeout):
            await inbox.fetch(1, timeout=1)
    await scene.nothing_happened()


TARGETS = {
    "the victim's replies": f"{inbox_prefix(VEILIG_THUIS)}.forged",
    "the victim's inbox": inbox_subject(VEILIG_THUIS, "U0", "screening-verzoek"),
    "the hub in the victim's name": request_subject(Verb.SUBMIT, VEILIG_THUIS),
    "a purge": f"$JS.API.STREAM.PURGE.{INBOX_STREAM}",
}
PUBLISHED = {
    "a request": request_subject(Verb.SUBMIT, POLICE),
    "a pull": f"$JS.API.CONSUMER.MSG.NEXT.{INBOX_STREAM}.{consumer_name(POLICE, urgent=True)}",
    "an acknowledgement with a next": f"$JS.ACK.{INBOX_STREAM}.{consumer_name(POLICE, urgent=True)}.1.3.1.1.0",
}


@pytest.mark.parametrize(
    ("subject", "reply"),
    list(itertools.product(PUBLISHED.values(), TARGETS.values())),
    ids=[f"{what}, answered to {where}" for what, where in itertools.product(PUBLISHED, TARGETS)],
)
async def test_a_reply_subject_injection_stores_nothing_and_reaches_nobody(
    scene: Scene, subject: str, reply: str
) -> None:
    asked = []

    async def answer(message: Msg) -> None:
        asked.append(message.subject)
        await message.respond(b"answer of the hub")

    await scene.hub.subscribe(request_wildcard(Verb.SUBMIT), cb=answer)
    await settle(scene.hub)
    payload = b"+NXT" if subject.startswith("$JS.ACK") else b'{"batch":1,"expires":500000000}'
    await scene.attacker.publish(subject, payload, reply=reply)
    await settle(scene.attacker)
    if subject == PUBLISHED["a request"]:
        await until(lambda: bool(asked), asked)
    # A second, honest request goes the same way; when it is answered, the forged one has had its effect.
    honest = await scene.attacker.request(request_subject(Verb.SUBMIT, POLICE), b"x", timeout=WITHIN_S)
    assert honest.data == b"answer of the hub"
    await scene.nothing_happened()
    assert set(asked) == {request_subject(Verb.SUBMIT, POLICE)}


async def test_an_agency_cannot_answer_a_request_in_the_place_of_the_hub(scene: Scene) -> None:
    await scene.attacker.subscribe(request_subject(Verb.SUBMIT, POLICE))
    with pytest.raises(NoRespondersError):
        await scene.attacker.request(request_subject(Verb.SUBMIT, POLICE), b"x", timeout=WITHIN_S)


async def test_the_hub_cannot_delete_purge_or_provision_with_its_own_key(scene: Scene) -> None:
    for call in (
        f"STREAM.PURGE.{INBOX_STREAM}",
        f"STREAM.DELETE.{INBOX_STREAM}",
        f"STREAM.UPDATE.{INBOX_STREAM}",
        f"CONSUMER.CREATE.{INBOX_STREAM}.x",
    ):
        await scene.hub.publish(f"$JS.API.{call}", b"{}")
        await scene.is_refused("publish", f"$JS.API.{call}")
    await scene.nothing_happened()


def test_an_agency_has_nine_subjects_and_each_names_it() -> None:
    subjects = agency_subjects(POLICE)
    assert len(set(subjects)) == len(subjects) == 9
    assert all(POLICE in subject for subject in subjects)


async def test_a_flood_of_connections_is_cut_off_at_the_account_and_others_still_connect(
    exchange: Exchange,
) -> None:
    credentials, _ = exchange.node_credentials(POLICE)
    async with AsyncExitStack() as open_connections:
        for _ in range(8):
            await open_connections.enter_async_context(exchange.node(POLICE, credentials))
        with pytest.raises(Error, match=r"(?i)maximum account active connections"):
            await open_connections.enter_async_context(exchange.node(POLICE, credentials))
        async with exchange.node(VEILIG_THUIS) as other:
            await settle(other)


async def test_control_in_one_shared_account_the_same_injection_does_reach_the_victim(nats_url: str) -> None:
    """Why there is an account per agency: the attack of the tests above, in an account that is shared."""
    target = inbox_subject(VEILIG_THUIS, "U0", "control-run")
    hub, attacker = await nats.connect(nats_url), await nats.connect(nats_url)
    try:
        await hub.jetstream().add_stream(name="CONTROL", subjects=[target])

        async def answer(message: Msg) -> None:
            await message.respond(b"answer of the hub")

        await hub.subscribe(request_wildcard(Verb.SUBMIT), cb=answer)
        await settle(hub)
        await attacker.publish(request_subject(Verb.SUBMIT, POLICE), b"x", reply=target)
        stored_forgery = await _first_message(hub, "CONTROL")
        assert stored_forgery == b"answer of the hub"
    finally:
        await attacker.close()
        await hub.close()


async def _first_message(hub: Client, stream: str) -> bytes | None:
    async with asyncio.timeout(WITHIN_S):
        while True:
            with contextlib.suppress(NotFoundError):
                return (await hub.jetstream().get_msg(stream, seq=1)).data
            await asyncio.sleep(0.01)
