"""A nats-server that answers and stores nothing, as one does after its disk was full: seen in /health, said once."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from gateway.hub.messaging import relay as relay_module
from gateway.hub.messaging.accounts import ADMIN_INBOX_PREFIX
from gateway.hub.messaging.provisioning import stream_config
from gateway.hub.storage.outbox import STUCK_AFTER
from gateway.hub.storage.tables import deliveries, outbox
from gateway.protocol.subjects import INBOX_STREAM
from tests.hub.conftest import PolicyServer
from tests.hub.doors import OpenDoors, open_doors
from tests.hub.makers import VT, notify_police, open_case

pytestmark = pytest.mark.real

ROUNDS = 6


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path, database_url: str) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=database_url
    ) as found:
        yield found


async def configure(doors: OpenDoors, **changes: Any) -> None:
    async with doors.nats.connect(doors.nats.admin, ADMIN_INBOX_PREFIX) as client:
        body = json.dumps(stream_config() | changes).encode()
        answer = await client.request(f"$JS.API.STREAM.UPDATE.{INBOX_STREAM}", body, timeout=20)
        assert "error" not in json.loads(answer.data)


async def health(doors: OpenDoors) -> tuple[int, dict[str, str]]:
    async with doors.client(VT) as client:
        answer = await client.get("/health")
    return answer.status_code, answer.json()


async def waiting(doors: OpenDoors) -> int:
    found = await doors.running.store.reader.read(
        lambda c: c.execute(select(func.count()).select_from(outbox)).scalar()
    )
    return found or 0


async def outcomes(doors: OpenDoors) -> set[str | None]:
    return await doors.running.store.reader.read(
        lambda c: set(c.execute(select(deliveries.c.outcome)).scalars())
    )


async def until(doors: OpenDoors, *, empty: bool) -> None:
    async with asyncio.timeout(60):
        while (await waiting(doors) == 0) is not empty:  # noqa: ASYNC110 - a query, for which nobody sets an event
            await asyncio.sleep(0.02)


async def test_a_server_that_refuses_is_seen_at_once_said_once_and_over_when_it_stores_again(
    doors: OpenDoors, caplog: pytest.LogCaptureFixture
) -> None:
    case = await open_case(doors.running)
    await until(doors, empty=True)
    assert await health(doors) == (
        200,
        dict.fromkeys(["status", "database", "nats", "doorgifte", "beslispunt", "register"], "in orde"),
    )
    await configure(doors, max_msgs=1)
    caplog.clear()
    await notify_police(case)
    relay = doors.hub.relay
    assert relay is not None
    for _ in range(ROUNDS):
        doors.running.hands.pass_time(timedelta(minutes=2))
        await relay.publish_waiting()
    status, parts = await health(doors)
    assert (status, parts["doorgifte"], parts["nats"]) == (503, "niet in orde", "in orde")
    assert relay.refusal is not None
    assert "10077" in relay.refusal
    said = [r for r in caplog.records if r.name == relay_module.__name__ and r.levelno >= logging.WARNING]
    assert len(said) == 1

    await configure(doors)
    doors.running.hands.pass_time(timedelta(minutes=2))
    await until(doors, empty=True)
    assert (await health(doors))[0] == 200
    assert len([r for r in caplog.records if "stores again" in r.message]) == 1


async def test_a_hub_without_a_relay_sees_in_the_database_that_nothing_goes_out(
    opa: PolicyServer, tmp_path: Path, database_url: str
) -> None:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=database_url, with_relay=False
    ) as doors:
        await open_case(doors.running)
        assert (await health(doors))[0] == 200

        def tried() -> None:
            with doors.running.store.engines.writing.begin() as connection:
                connection.execute(update(outbox).values(attempts=STUCK_AFTER))

        await asyncio.to_thread(tried)
        assert (await health(doors))[1]["doorgifte"] == "niet in orde"


async def test_a_key_that_cannot_be_read_holds_up_its_own_copies_only(doors: OpenDoors) -> None:
    case = await open_case(doors.running)
    await until(doors, empty=True)
    key = doors.running.parts.case_keys._path(case.case_id)
    aside = key.with_name("weg")
    key.rename(aside)
    key.mkdir()  # reading it is an error of the disk, and not a key that was destroyed
    doors.running.hands.pass_time(timedelta(hours=9))
    relay = doors.hub.relay
    assert relay is not None
    await relay.republish_overdue()  # of both copies of the request
    await open_case(doors.running)
    async with asyncio.timeout(60):
        while await waiting(doors) != 2:  # noqa: ASYNC110 - a query, for which nobody sets an event
            await asyncio.sleep(0.02)
    key.rmdir()
    aside.rename(key)
    doors.running.hands.pass_time(timedelta(minutes=2))
    await until(doors, empty=True)
    assert await outcomes(doors) == {None}


async def test_the_relay_goes_on_after_a_fault_of_its_own(
    doors: OpenDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw must not end the only thing that publishes."""
    failures = 0

    def broken(*_: object) -> None:
        nonlocal failures
        failures += 1
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(type(doors.running.parts.case_keys), "unwrap", broken)
        await open_case(doors.running)
        async with asyncio.timeout(60):
            while failures < 2:
                doors.running.hands.pass_time(timedelta(minutes=2))  # PostgreSQL: a claim ends
                await asyncio.sleep(0.02)
    doors.running.hands.pass_time(timedelta(minutes=2))
    await until(doors, empty=True)
    assert await outcomes(doors) == {None}
