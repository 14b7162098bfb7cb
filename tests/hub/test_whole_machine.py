"""A walk over the acts of a ban through the real hub and the real policies: whatever is tried, the law's bounds hold.

`tests/domain/test_history.py` walks the same machine far more often, without a hub.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from gateway.domain.clock import latest_end, parse_time, rfc3339
from gateway.domain.context import end_of_ban
from gateway.domain.history import CLOSED, History
from gateway.hub.storage.clock_tables import clocks
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.settling import load_record
from tests.hub.bans import HOUSEHOLD, Ban, ban_facts, impose_ban
from tests.hub.makers import GEM, RunningHub
from tests.hub.test_moments import attempt

STEPS = 14
HOUR = timedelta(hours=1)
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
    history: History = record.history
    assert [act.action for act in history.acts].count("verlengen") <= 1
    replayed = history.at(hub.hands.now)  # raises when an act does not start in the state that it met
    assert record.standing.state in {replayed.state, "afgelopen"}
    closed = [act.state in CLOSED for act in history.acts]
    assert closed == sorted(closed)
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
