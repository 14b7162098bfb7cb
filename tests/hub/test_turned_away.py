"""Whom the hub turns away for want of capacity stands in the log, and a flood cannot fill the log with it."""

import asyncio
import json
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from audit.events import EventTag
from gateway.hub.storage.tables import log_leaves
from gateway.hub.usecases.allowance import DEFAULT_ALLOWANCES, Allowance, Allowances
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.quota import Quota
from gateway.hub.usecases.turned_away import WINDOW_S, CapacityLog
from gateway.protocol.subjects import Verb
from tests.hub.conftest import PolicyServer
from tests.hub.doors import open_doors
from tests.hub.makers import POL, VT, RunningHub
from tests.hub.test_doors import plan_body
from tests.hub.test_quota import case_in, notice

ALL_BODIES = select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)
FEW = dict(DEFAULT_ALLOWANCES) | {Verb.PLAN: Allowance(per_second=0.001, burst=1)}


@dataclass
class Watched:
    """A hub whose refusals are counted, and the seconds that the count goes by."""

    hub: RunningHub
    log: CapacityLog
    seconds: float = 0.0

    async def plans(self, times: int) -> list[int]:
        """So many questions of Veilig Thuis; what each was answered with."""
        body = plan_body("00000000-0000-4000-8000-000000000000")
        return [(await self.hub.ask(Verb.PLAN, VT, body)).answer.status for _ in range(times)]

    async def written(self, after_s: float = 0.0) -> list[tuple[str, str]]:
        """Who and why of all such leaves, after the log had its turn."""
        self.seconds += after_s
        await self.log.write()
        return await on_record(self.hub)


async def on_record(hub: RunningHub) -> list[tuple[str, str]]:
    found = await hub.store.reader.read(lambda c: c.execute(ALL_BODIES).scalars().all())
    return why([json.loads(text) for text in found])


def why(bodies: list[dict[str, Any]]) -> list[tuple[str, str]]:
    tag = EventTag.CAPACITY_REFUSED
    return [(body["wie"]["oin"], body["waarom"]["regel"]) for body in bodies if body["wat"] == tag]


def watched(hub: RunningHub, *, quota: Quota | None = None) -> Watched:
    made = Watched(hub, CapacityLog(hub.parts, seconds=lambda: made.seconds))
    parts = hub.parts if quota is None else replace(hub.parts, quota=quota)
    allowances = Allowances(FEW if quota is None else DEFAULT_ALLOWANCES, lambda: 0.0)
    desk = Desk(parts, allowances, on_turned_away=made.log.note)
    made.hub = replace(hub, parts=parts, desk=desk)
    return made


async def test_a_flood_is_one_leaf_at_once_and_one_with_its_count_for_each_window(
    each_hub: RunningHub,
) -> None:
    seen = watched(each_hub)
    assert await seen.plans(3) == [404, 429, 429]
    first = (VT, "te-veel-verzoeken:plan:2")
    assert await seen.written() == [first]
    for _ in range(4):
        assert set(await seen.plans(50)) == {429}
        assert await seen.written(after_s=WINDOW_S / 5) == [first]
    rest = (VT, "te-veel-verzoeken:plan:200")
    assert await seen.written(after_s=WINDOW_S / 5) == [first, rest]
    assert await seen.written(after_s=WINDOW_S * 3) == [first, rest]
    assert seen.log._counts == {}
    await seen.plans(1)
    assert (await seen.written())[2:] == [(VT, "te-veel-verzoeken:plan:1")]


async def test_a_full_mailbox_is_on_record_with_whose_it_is(hub: RunningHub) -> None:
    seen = watched(hub, quota=Quota(ordinary=3, urgent=1))
    case = await case_in(seen.hub)
    for _ in range(2):
        assert (await notice(case))[1].answer.body["code"] == "postvak-vol"
    assert await seen.written() == [(VT, f"postvak-vol:{POL}:2")]


async def test_what_the_database_does_not_take_now_is_written_later(hub: RunningHub, tmp_path: Path) -> None:
    seen = watched(hub)
    assert await seen.plans(2) == [404, 429]
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await seen.written() == []
    assert await seen.plans(1) == [429]
    other.execute("ROLLBACK")
    other.close()
    assert await seen.written() == [(VT, "te-veel-verzoeken:plan:2")]


@pytest.mark.real
async def test_a_running_hub_writes_at_once_and_the_rest_before_it_ends(
    opa: PolicyServer, tmp_path: Path, database_url: str
) -> None:
    body = plan_body("00000000-0000-4000-8000-000000000000")
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=database_url, allowances=FEW
    ) as doors:
        assert [(await doors.over_nats(Verb.PLAN, VT, body)).status for _ in range(2)] == [404, 429]
        async with asyncio.timeout(60):
            while not await on_record(doors.running):  # noqa: ASYNC110 - a query, for which nobody sets an event
                await asyncio.sleep(0.05)
        assert (await doors.over_nats(Verb.PLAN, VT, body)).status == 429
        assert (await doors.over_https(Verb.PLAN, VT, body)).status == 429
    engine = create_engine(database_url)
    with engine.connect() as connection:
        bodies = [json.loads(text) for text in connection.execute(ALL_BODIES).scalars()]
    engine.dispose()
    assert why(bodies) == [(VT, "te-veel-verzoeken:plan:1"), (VT, "te-veel-verzoeken:plan:2")]
