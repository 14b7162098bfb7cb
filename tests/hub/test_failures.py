"""What happens when a part is away: nothing is let through, nothing acknowledged is lost, and the answer says which."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from gateway.hub.storage.tables import log_leaves, messages, submissions
from gateway.protocol.subjects import Verb
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer, start_policy_server
from tests.hub.makers import (
    DWELLING,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    RunningHub,
    World,
    notify_police,
    open_case,
    running_hub,
)
from tests.policies.policy_makers import server_that

pytestmark = pytest.mark.real


@pytest.fixture
def own_opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyServer]:
    """An OPA that a test may kill."""
    yield from start_policy_server(tmp_path_factory.mktemp("own-opa"))


@pytest.fixture
async def fragile(world: World, own_opa: PolicyServer, tmp_path: Path) -> AsyncIterator[RunningHub]:
    async with running_hub(
        world,
        opa_port=own_opa.port,
        revision=own_opa.revision,
        database_url=sqlite_url(tmp_path / "hub.db"),
        folder=tmp_path,
    ) as hub:
        yield hub


async def rules(hub: RunningHub) -> list[str]:
    bodies = await hub.store.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    return [str(body) for body in bodies]


async def test_without_decision_point_nothing_passes_and_a_retry_of_the_same_bytes_does(
    fragile: RunningHub, own_opa: PolicyServer
) -> None:
    case = await open_case(fragile)
    plan = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    draft = case.vt.draft(plan.answer.body, KENNISGEVING_FACTS)
    own_opa.server.kill()
    for reply in (
        await case.vt.submit(draft),
        await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")]),
    ):
        assert (reply.answer.status, reply.answer.body["code"]) == (503, "beslispunt-onbereikbaar")
        assert int(reply.headers["Retry-After"]) > 0
    stored = await fragile.store.reader.read(
        lambda c: c.execute(select(submissions.c.message_id)).scalars().all()
    )
    assert draft.message_id not in stored, "a refusal for want of a decision is not remembered"
    assert "beslispunt-onbereikbaar" in (await rules(fragile))[-1]
    own_opa.server.start()
    assert (await case.vt.submit(draft)).answer.status == 200


async def test_a_slow_decision_point_is_a_named_refusal(world: World, tmp_path: Path) -> None:
    async def never(_: asyncio.StreamWriter, __: bytes) -> None:
        await asyncio.Event().wait()

    async with (
        server_that(never) as port,
        running_hub(
            world,
            opa_port=port,
            revision="1-x",
            database_url=sqlite_url(tmp_path / "hub.db"),
            folder=tmp_path,
            decide_within_s=0.2,
        ) as hub,
    ):
        vt = hub.node(VT, "vt_procescoordinator", "vt-0001")
        reply = await vt.plan(VERZOEK, str(uuid4()), VERZOEK_FACTS, [], opening_in=DWELLING)
        assert (reply.answer.status, reply.answer.body["code"]) == (503, "beslispunt-traag")


async def test_a_decision_point_with_another_revision_is_a_named_refusal(
    world: World, opa: PolicyServer, tmp_path: Path
) -> None:
    """Rollback: OPA itself would take an older signed bundle; the hub does not take its decisions."""
    async with running_hub(
        world,
        opa_port=opa.port,
        revision="8-000000000000",
        database_url=sqlite_url(tmp_path / "hub.db"),
        folder=tmp_path,
    ) as hub:
        vt = hub.node(VT, "vt_procescoordinator", "vt-0001")
        reply = await vt.plan(VERZOEK, str(uuid4()), VERZOEK_FACTS, [], opening_in=DWELLING)
        assert (reply.answer.status, reply.answer.body["code"]) == (503, "beslispunt-verkeerde-revisie")


async def test_a_locked_database_is_503_and_the_same_bytes_pass_afterwards(
    hub: RunningHub, tmp_path: Path
) -> None:
    case = await open_case(hub)
    plan = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    draft = case.vt.draft(plan.answer.body, KENNISGEVING_FACTS)
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    reply = await case.vt.submit(draft)
    assert (reply.answer.status, reply.answer.body["code"]) == (503, "opslag-onbereikbaar")
    other.execute("ROLLBACK")
    other.close()
    assert (await case.vt.submit(draft)).answer.status == 200


async def test_a_body_that_is_no_submission_is_refused_with_a_pointer_and_audited(hub: RunningHub) -> None:
    for body in (b"", b"[]", b"{}", b'{"inzending":"a.b.c","kopieen":[]}', b"\xff\xfe", b"[" * 100_000):
        reply = await hub.ask(Verb.SUBMIT, VT, body)
        assert reply.answer.status == 400, body[:20]
        assert reply.answer.body["errors"]
    assert len(await rules(hub)) == 6


async def test_a_hub_that_is_started_again_knows_everything(
    world: World, opa: PolicyServer, tmp_path: Path
) -> None:
    url = sqlite_url(tmp_path / "hub.db")

    def again() -> AbstractAsyncContextManager[RunningHub]:
        return running_hub(world, opa_port=opa.port, revision=opa.revision, database_url=url, folder=tmp_path)

    async with again() as hub:
        case = await open_case(hub)
        sent = await notify_police(case)
        first = await case.vt.submit(sent)
    async with again() as hub:
        vt = hub.node(VT, "vt_procescoordinator", "vt-0001")
        assert (await vt.submit(sent)).answer.to_bytes() == first.answer.to_bytes()
        facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}
        await vt.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")])
        count = await hub.store.reader.read(lambda c: len(c.execute(select(messages)).all()))
        assert count == 3
