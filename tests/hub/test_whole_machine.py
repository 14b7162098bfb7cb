"""Walks through the whole machine, with the real hub and the real policies: whatever is tried, the law's bounds hold.

One walk stays with a ban and its terms; the others go through every act and every region.
`tests/domain/test_history.py` walks the acts far more often, without a hub.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from gateway.domain.case import (
    Bekendmaking,
    Kindspoor,
    Overtreding,
    ParallelRegions,
    Rechtsbescherming,
    Strafspoor,
)
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import latest_end, parse_time, rfc3339
from gateway.domain.context import end_of_ban
from gateway.domain.history import CLOSED
from gateway.domain.regions import regions_of
from gateway.hub.messaging.clock_watch import ClockWatch
from gateway.hub.storage.clock_account import clock_account
from gateway.hub.storage.clock_tables import clocks
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.quota import Quota
from gateway.hub.usecases.settling import load_record
from gateway.local.registry_file import create_exchange
from tests.databases import sqlite_url
from tests.hub.bans import HOUSEHOLD, Ban, ban_facts, impose_ban
from tests.hub.conftest import PolicyServer
from tests.hub.makers import GEM, NOW, RunningHub, World, running_hub
from tests.hub.revoking import WITHOUT_LIMIT
from tests.hub.test_moments import attempt
from tests.hub.walking import AGENCIES, Walk, new_walk
from tests.hub.watching import watch_of

STEPS = 14
HOUR = timedelta(hours=1)
ROUNDS, STEPS_A_ROUND = 24, 2
MONTH = timedelta(days=29)  # the keys of the invented agencies hold for thirty days
NOT_SEEN = frozenset({Strafspoor.AANHOUDING, Overtreding.VOORGELEID})  # no case fact tells of them
EVERY_REGION = (
    frozenset(
        value
        for region in (Strafspoor, Rechtsbescherming, Kindspoor, Overtreding, Bekendmaking)
        for value in region
    )
    - NOT_SEEN
)
IN_FORCE = frozenset({"opgelegd_mondeling", "opgelegd", "verlenging_voorbereiding", "verlengd"})


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_walk_passes_28_days_extends_twice_leaves_a_closed_case_or_loses_a_clock(
    hub: RunningHub, seed: int
) -> None:
    walk = Random(seed)  # noqa: S311 - a walk that can be repeated
    ban = await impose_ban(hub, mondeling_aangezegd=walk.random() < 0.5)
    start = hub.hands.now
    await _written_down_and_heard_again(ban, start)
    for _ in range(STEPS):
        await ban.at(hub.hands.now + walk.choice([HOUR, HOUR, 20 * HOUR, 40 * HOUR, 8 * 24 * HOUR]))
        happened = max(start, hub.hands.now - walk.choice([0 * HOUR, HOUR, 30 * HOUR, 8 * 24 * HOUR]))
        message, facts, to = _tried(walk, ban, start, happened)
        reply = await attempt(ban.mayor if to is HOUSEHOLD else ban.hovj, message, ban.case_id, facts, to)
        assert reply.answer.status in {200, 400, 403, 409}, reply.answer.body
        await _within_the_law(hub, ban, start)


async def _written_down_and_heard_again(ban: Ban, start: datetime) -> None:
    """So that the walk begins where everything is still possible."""
    await ban.at(start + HOUR)
    moments = {"gebeurd_op": rfc3339(start + HOUR), "vastgelegd_op": rfc3339(start + HOUR)}
    written = ban_facts(start, latest_end(start, 10)) | moments
    await ban.mayor.send("huisverbod.opgelegd", ban.case_id, written, HOUSEHOLD)
    for heard in ("uithuisgeplaatste", "achterblijver"):
        report = {"gehoorde_rol": heard} | moments
        await ban.hovj.send("besluit.hoorverslag", ban.case_id, report, [(GEM, "burgemeester")])


def _tried(
    walk: Random, ban: Ban, start: datetime, happened: datetime
) -> tuple[str, dict[str, Any], list[tuple[str, str]]]:
    moments = {"gebeurd_op": rfc3339(happened), "vastgelegd_op": rfc3339(ban.hub.hands.now)}
    days = walk.choice([10, 18, 28, 29, 40])
    match walk.choice(["hoor", "hoor", "verleng", "verleng", "opgelegd", "niet", "intrek"]):
        case "hoor":
            heard = walk.choice(["uithuisgeplaatste", "achterblijver"])
            return "besluit.hoorverslag", {"gehoorde_rol": heard} | moments, [(GEM, "burgemeester")]
        case "verleng":
            until = {"verlengd_tot": rfc3339(latest_end(start, days)), "totaal_dagen": min(days, 28)}
            return "huisverbod.verlengd", until | moments, HOUSEHOLD
        case "opgelegd":
            again = ban_facts(walk.choice([start, happened]), latest_end(happened, walk.choice([10, 20])))
            return "huisverbod.opgelegd", again | moments, HOUSEHOLD
        case "niet":
            return "huisverbod.niet_verlengd", {"eindigt_op": rfc3339(happened + HOUR)} | moments, HOUSEHOLD
        case _:
            until = {"ingetrokken_per": rfc3339(happened + walk.choice([0 * HOUR, 900 * HOUR]))}
            return "huisverbod.ingetrokken", until | moments, HOUSEHOLD


async def _within_the_law(hub: RunningHub, ban: Ban, start: datetime) -> None:
    record = await load_record(hub.parts, Asker(oin=GEM, trace_id="a" * 32), ban.case_id)
    history = record.history
    assert [act.action for act in history.acts].count("verlengen") <= 1
    replayed = history.at(hub.hands.now)  # raises when an act does not start in the state that it met
    assert record.standing.state in {replayed.state, "afgelopen"}
    ends_at = end_of_ban(record.facts)
    assert ends_at is not None
    assert ends_at <= latest_end(start, 28)
    if record.standing.state in IN_FORCE and ends_at > hub.hands.now:
        query = select(clocks.c.due_at).where(
            clocks.c.case_id == ban.case_id,
            clocks.c.deadline.in_(["D01", "D02"]),
            clocks.c.status == "lopend",
        )
        due = await hub.store.reader.read(lambda c: c.execute(query).scalars().all())
        assert due, "a ban in force has a clock that ends it"
        assert all(parse_time(each) <= latest_end(start, 28) for each in due if each is not None)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An exchange with an agency for every role."""
    return World.load(create_exchange(tmp_path_factory.mktemp("wide") / "files", AGENCIES, now=NOW))


@pytest.fixture
async def wide_hub(wide: World, opa: PolicyServer, tmp_path: Path) -> AsyncIterator[RunningHub]:
    async with running_hub(
        wide,
        opa_port=opa.port,
        revision=opa.revision,
        database_url=sqlite_url(tmp_path / "hub.db"),
        folder=tmp_path,
    ) as running:
        parts = replace(running.parts, quota=Quota(ordinary=100_000, urgent=100_000))  # no node fetches here
        yield replace(running, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))


@dataclass(kw_only=True)
class Seen:
    """What the walks came by: acts, values of regions, types that were accepted, and rules that refused."""

    acts: set[str] = field(default_factory=set)
    regions: set[StrEnum] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    refusals: Counter[str] = field(default_factory=Counter)


async def test_no_walk_through_every_act_and_region_leaves_the_law_or_loses_a_clock(
    wide_hub: RunningHub,
) -> None:
    seen = await walked(wide_hub, Random(1), rounds=ROUNDS, at_once=5)  # noqa: S311 - can be repeated
    assert_far(seen)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 12))
async def test_no_longer_walk_leaves_the_law_or_loses_a_clock(wide_hub: RunningHub, seed: int) -> None:
    seen = await walked(wide_hub, Random(seed), rounds=4 * ROUNDS, at_once=8)  # noqa: S311 - can be repeated
    assert_far(seen)


def assert_far(seen: Seen) -> None:
    """Chance may pass by a few; a walk that misses more than these looks at less than it says."""
    assert len(set(catalogue().transitions) - {"vernietigen"} - seen.acts) <= 2
    assert len(EVERY_REGION - seen.regions) <= 3
    assert len(seen.types) >= 30
    assert len(seen.refusals) >= 8


async def walked(hub: RunningHub, rng: Random, *, rounds: int, at_once: int) -> Seen:
    """So many cases at once through so many rounds of a month; one that closed makes room, and is tried on."""
    seen, done = Seen(), Counter[object]()
    walks = [new_walk(hub, rng, done) for _ in range(at_once)]
    watch = watch_of(hub)
    for turn in range(rounds):
        hub.hands.now = NOW + MONTH * turn / rounds
        await watch.look(hub.hands.now)
        for place, walk in enumerate(walks):
            for _ in range(max(STEPS_A_ROUND, len(walk.todo))):
                if await stepped(walk, watch, seen) and rng.random() < 0.5:
                    walks[place] = new_walk(hub, rng, done)
                    break
    return seen


async def stepped(walk: Walk, watch: ClockWatch, seen: Seen) -> bool:
    """One step, and everything that must hold after it. Returns whether the case is closed."""
    before = await walk.record()
    stood = regions_of(before.facts, walk.hub.hands.now)
    reply = await walk.step(before.standing.state)
    if reply.answer.status == 200:
        await watch.look(walk.hub.hands.now)  # what was registered late may be due at once
    assert reply.answer.status in {200, 400, 403, 404, 409}, reply.answer.body
    after = await walk.record()
    regions = regions_of(after.facts, walk.hub.hands.now)
    if reply.answer.status != 200:
        seen.refusals[str(reply.answer.body.get("regel", reply.answer.body["code"]))] += 1
        assert (after.facts, after.history, regions) == (before.facts, before.history, stood)
    history_holds(before, after, walk.hub.hands.now)
    regions_hold(stood, regions)
    await clocks_hold(walk, after)
    seen.acts |= {act.action for act in after.history.acts}
    seen.regions |= {getattr(regions, name) for name in ParallelRegions.__slots__}
    seen.types |= set(walk.sent)
    return after.standing.state in CLOSED


def history_holds(before: CaseRecord, after: CaseRecord, now: datetime) -> None:
    """Every act starts where it met the case; closed is closed; once extended; never past 28 days."""
    assert after.standing.state in {after.history.at(now).state, "afgelopen"}
    if before.standing.state in CLOSED:
        assert (after.standing, after.history) == (before.standing, before.history)
    assert [act.action for act in after.history.acts].count("verlengen") <= 1
    imposed = [entry.time("opgelegd_op") for entry in after.facts.of("huisverbod.opgelegd")]
    ends_at = end_of_ban(after.facts)
    if ends_at is not None and imposed:
        assert ends_at <= latest_end(min(each for each in imposed if each is not None), 28)


def regions_hold(before: ParallelRegions, after: ParallelRegions) -> None:
    """What the law does not take back stays: a measure for a child, a ban that was handed over."""
    if before.kindspoor is Kindspoor.MAATREGEL:
        assert after.kindspoor is Kindspoor.MAATREGEL
    if before.bekendmaking is Bekendmaking.UITGEREIKT:
        assert after.bekendmaking is Bekendmaking.UITGEREIKT
    if before.overtreding is Overtreding.VASTGESTELD:
        assert after.overtreding in {Overtreding.VASTGESTELD, Overtreding.AFGEDAAN}


async def clocks_hold(walk: Walk, record: CaseRecord) -> None:
    """Every clock of the case is accounted for, and a ban in force has one that ends it within 28 days."""
    now = walk.hub.hands.now
    account = await walk.hub.store.reader.read(lambda c: clock_account(c, now=now, case_id=walk.case_id))
    assert account.problems == ()
    ends_at = end_of_ban(record.facts)
    if record.standing.state in IN_FORCE and ends_at is not None and ends_at > now:
        assert account.running.get("D01", 0) + account.running.get("D02", 0) >= 1
