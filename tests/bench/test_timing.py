"""Who is measured when, and how a spent budget ends a measurement: never a statement about how long something took."""

import asyncio
from functools import partial

import pytest

from gateway.local.bench.timing import Budget, at_once, in_turn

AMPLE = Budget(3600)
SPENT = Budget(-1)


async def call(made: list[str], name: str) -> None:
    made.append(name)
    await asyncio.sleep(0)


async def test_calls_are_made_in_turn() -> None:
    made: list[str] = []
    times = await in_turn([partial(call, made, "a"), partial(call, made, "b")], rounds=3, budget=AMPLE)
    assert made == ["a", "b"] * 3
    assert [len(each) for each in times] == [3, 3]


async def test_a_spent_budget_leaves_one_round() -> None:
    made: list[str] = []
    await in_turn([partial(call, made, "a")], rounds=100, budget=SPENT)
    assert made == ["a"]
    assert (SPENT.is_spent, AMPLE.is_spent) == (True, False)


async def test_clients_work_at_the_same_time_each_in_its_own_order() -> None:
    made: list[str] = []
    load = await at_once([[partial(call, made, f"{client}{place}") for place in "123"] for client in "ab"])
    assert made[:2] == ["a1", "b1"]
    assert [name for name in made if name[0] == "a"] == ["a1", "a2", "a3"]
    assert len(load.times_ms) == 6


async def test_one_failing_call_ends_the_load() -> None:
    async def broken() -> None:
        raise RuntimeError("geweigerd")

    with pytest.raises(ExceptionGroup) as caught:
        await at_once([[broken]])
    assert caught.group_contains(RuntimeError, match="geweigerd")
