"""One contract for every way to the hub: in memory, by NATS and by HTTPS, the last two to a real hub.

What holds for one holds for all, so that the tests of the node on a hub in memory say something about the real ones.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import isawaitable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gateway.domain.errors import InvalidInput, NotFound, TooManyRequests
from gateway.hub.usecases.allowance import Allowance
from gateway.local.registry_file import POLICE, VEILIG_THUIS
from gateway.node.hub_link import HubLink, HubUnreachable, Inbox, answer_or_error
from gateway.node.hub_link.https_link import HttpsLink, HubAddress
from gateway.node.hub_link.nats_connection import NatsSettings, connect
from gateway.node.hub_link.nats_link import NatsInbox, NatsLink
from gateway.protocol.subjects import Verb
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer, opa
from tests.hub.doors import OpenDoors, open_doors
from tests.nats.exchange import deliver
from tests.node.hub_in_memory import InboxInMemory
from tests.node.makers import make_exchange

__all__ = ["opa"]

WITHIN_S = 20.0


@dataclass
class Reached:
    """A link of Veilig Thuis; `without_hub` takes the hub away and gives the link to ask then."""

    link: HubLink
    without_hub: Callable[[], HubLink]


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=sqlite_url(tmp_path / "hub.db")
    ) as found:
        yield found


@pytest.fixture(
    params=[
        "memory",
        pytest.param("nats", marks=pytest.mark.real),
        pytest.param("https", marks=pytest.mark.real),
    ]
)
async def reached(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Reached]:
    async with AsyncExitStack() as stack:
        match request.param:
            case "memory":
                yield in_memory(stack, tmp_path)
            case "nats":
                yield await by_nats(stack, await doors_of(stack, request, tmp_path))
            case _:
                yield by_https(stack, await doors_of(stack, request, tmp_path))


async def doors_of(stack: AsyncExitStack, request: pytest.FixtureRequest, folder: Path) -> OpenDoors:
    policy: PolicyServer = request.getfixturevalue("opa")
    return await stack.enter_async_context(
        open_doors(
            folder, opa_port=policy.port, revision=policy.revision, database_url=sqlite_url(folder / "hub.db")
        )
    )


def in_memory(stack: AsyncExitStack, folder: Path) -> Reached:
    exchange = make_exchange(folder)
    stack.callback(exchange.close)
    exchange.hub.policy.refusal = NotFound()

    link = exchange.hub.link(VEILIG_THUIS.oin)

    def without_hub() -> HubLink:
        exchange.hub.down = True
        return link

    return Reached(link, without_hub)


async def by_nats(stack: AsyncExitStack, doors: OpenDoors) -> Reached:
    credentials, _ = doors.nats.node_credentials(VEILIG_THUIS.oin)
    client = await connect(NatsSettings(servers=[doors.nats.url], credentials=credentials), VEILIG_THUIS.oin)
    link = NatsLink(client, VEILIG_THUIS.oin, answer_within_s=5)
    stack.push_async_callback(link.close)

    def without_hub() -> HubLink:
        doors.nats.server.kill()
        return link

    return Reached(link, without_hub)


def by_https(stack: AsyncExitStack, doors: OpenDoors) -> Reached:
    link = https_link(doors, VEILIG_THUIS.oin, doors.url)
    stack.push_async_callback(link.close)
    nowhere = https_link(doors, VEILIG_THUIS.oin, "https://localhost:1")
    stack.push_async_callback(nowhere.close)
    return Reached(link, lambda: nowhere)


def https_link(doors: OpenDoors, oin: str, url: str) -> HttpsLink:
    folder = doors.running.world.folder
    keys = folder.agency(oin)
    return HttpsLink(
        HubAddress(
            url=url,
            authority=folder.trust_anchor,
            certificate=keys.tls_certificate,
            private_key=keys.tls_key,
        ),
        oin,
        signing_key=doors.running.world.signing[oin],
        clock=lambda: datetime.now(UTC),
    )


def question(case_id: str) -> bytes:
    body = {
        "type": "screening.gepland.kennisgeving",
        "zaakId": case_id,
        "afzender": {"rol": "vt_procescoordinator", "medewerker": "vt-0001"},
        "feiten": {"pleger_meerderjarig": True, "zonder_weegteam": True, "spoedeisendheid": "nu"},
        "ontvangers": [{"oin": POLICE.oin, "rol": "politie_hovj"}],
    }
    return json.dumps(body).encode()


async def test_a_problem_is_an_answer_and_becomes_the_error_that_it_stands_for(reached: Reached) -> None:
    for body, status, error in ((b"{", 400, InvalidInput), (question(str(uuid4())), 404, NotFound)):
        answer = await reached.link.ask(Verb.PLAN, body)
        assert (answer.status, answer.is_problem, answer.body["status"]) == (status, True, status)
        assert answer.body["code"]
        with pytest.raises(error):
            answer_or_error(answer)


async def test_every_mistake_keeps_its_pointer_on_the_way(reached: Reached) -> None:
    answer = await reached.link.ask(Verb.PLAN, b'{"type":7}')
    with pytest.raises(InvalidInput) as refused:
        answer_or_error(answer)
    assert {cause.pointer for cause in refused.value.causes} >= {"/type", "/zaakId", "/ontvangers"}


async def test_many_questions_at_once_each_get_their_own_answer(reached: Reached) -> None:
    bodies = [b"{", question(str(uuid4()))] * 8
    answers = await asyncio.gather(*(reached.link.ask(Verb.PLAN, body) for body in bodies))
    assert [answer.status for answer in answers] == [400, 404] * 8


async def test_a_hub_that_is_away_is_unreachable_and_nothing_else(reached: Reached) -> None:
    link = reached.without_hub()
    async with asyncio.timeout(WITHIN_S * 3):
        with pytest.raises(HubUnreachable) as told:
            await link.ask(Verb.PLAN, b"{")
    assert told.value.retry_after_s > 0


@pytest.mark.real
@pytest.mark.parametrize("by", [by_nats, by_https])
async def test_the_hub_says_when_to_come_back_and_the_node_knows_it(
    opa: PolicyServer, tmp_path: Path, by: Callable[[AsyncExitStack, OpenDoors], Any]
) -> None:
    async with AsyncExitStack() as stack:
        doors = await stack.enter_async_context(
            open_doors(
                tmp_path,
                opa_port=opa.port,
                revision=opa.revision,
                database_url=sqlite_url(tmp_path / "hub.db"),
                allowances=dict.fromkeys(Verb, Allowance(per_second=0.01, burst=1)),
            )
        )
        reached = by(stack, doors)
        link = (await reached if isawaitable(reached) else reached).link
        assert (await link.ask(Verb.PLAN, b"{")).retry_after_s is None
        with pytest.raises(TooManyRequests) as told:
            answer_or_error(await link.ask(Verb.PLAN, b"{"))
    assert 60 <= told.value.retry_after_s <= 100


@pytest.mark.real
async def test_by_nats_an_answer_comes_again_after_the_server_was_away(doors: OpenDoors) -> None:
    async with AsyncExitStack() as stack:
        reached = await by_nats(stack, doors)
        reached.without_hub()
        with pytest.raises(HubUnreachable):
            await reached.link.ask(Verb.PLAN, b"{")
        doors.nats.server.start()
        async with asyncio.timeout(WITHIN_S * 3):
            while True:
                try:
                    answer = await reached.link.ask(Verb.PLAN, b"{")
                    break
                except HubUnreachable:
                    await asyncio.sleep(0.05)
    assert answer.status == 400


@pytest.mark.real
async def test_by_https_a_token_of_one_link_serves_many_questions_and_a_refused_one_is_renewed(
    doors: OpenDoors,
) -> None:
    async with AsyncExitStack() as stack:
        link = by_https(stack, doors).link
        assert isinstance(link, HttpsLink)
        assert (await link.ask(Verb.PLAN, b"{")).status == 400
        first = await link._token.current()
        assert (await link.ask(Verb.PLAN, b"{")).status == 400
        assert await link._token.current() == first
        link._token._token = "broken"
        assert (await link.ask(Verb.PLAN, b"{")).status == 400
        assert await link._token.current() not in (first, "broken")


@dataclass
class Mail:
    """An inbox and a way to put something into it."""

    inbox: Inbox
    put: Callable[[bytes, str], Awaitable[None]]


@pytest.fixture(params=["memory", pytest.param("nats", marks=pytest.mark.real)])
async def mail(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Mail]:
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            yield mail_in_memory()
        else:
            yield await mail_by_nats(stack, await doors_of(stack, request, tmp_path))


def mail_in_memory() -> Mail:
    inbox = InboxInMemory()

    async def put(data: bytes, urgency: str) -> None:
        inbox.put(data, urgent=urgency == "U0")

    return Mail(inbox, put)


async def mail_by_nats(stack: AsyncExitStack, doors: OpenDoors) -> Mail:
    credentials, _ = doors.nats.node_credentials(POLICE.oin)
    client = await connect(NatsSettings(servers=[doors.nats.url], credentials=credentials), POLICE.oin)
    stack.push_async_callback(client.close)
    hub = await stack.enter_async_context(doors.nats.hub())
    inbox = NatsInbox(client, POLICE.oin)
    stack.push_async_callback(inbox.close)

    async def put(data: bytes, urgency: str) -> None:
        await deliver(hub, POLICE.oin, urgency, data)

    return Mail(inbox, put)


async def fetched(mail: Mail, *, urgent: bool, count: int = 1) -> list[bytes]:
    """The next items, acknowledged, in their order."""
    found: list[bytes] = []
    async with asyncio.timeout(WITHIN_S * 3):
        while len(found) < count:
            for message in await mail.inbox.fetch(urgent=urgent):
                found.append(message.data)
                await message.acknowledge()
    return found


async def test_urgent_mail_has_a_line_of_its_own(mail: Mail) -> None:
    for n in range(3):
        await mail.put(b"rest %d" % n, "U2")
    await mail.put(b"urgent", "U0")
    assert await fetched(mail, urgent=True) == [b"urgent"]
    assert await fetched(mail, urgent=False, count=3) == [b"rest 0", b"rest 1", b"rest 2"]


async def test_one_item_arrives_without_waiting_for_more(mail: Mail) -> None:
    waiting = asyncio.create_task(fetched(mail, urgent=False))
    await asyncio.sleep(0)
    await mail.put(b"alone", "U1")
    async with asyncio.timeout(3):  # the pull itself stays open for five seconds
        assert await waiting == [b"alone"]


async def test_what_is_given_back_comes_again(mail: Mail) -> None:
    await mail.put(b"once more", "U1")
    async with asyncio.timeout(WITHIN_S * 3):
        while not (messages := await mail.inbox.fetch(urgent=False)):
            pass
    await messages[0].give_back()
    assert await fetched(mail, urgent=False) == [b"once more"]


async def test_a_hundred_items_arrive_once_and_in_order(mail: Mail) -> None:
    for n in range(100):
        await mail.put(b"%d" % n, "U3")
    assert await fetched(mail, urgent=False, count=100) == [b"%d" % n for n in range(100)]
