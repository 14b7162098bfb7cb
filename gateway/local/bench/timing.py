"""Timing: one call after another, or a fixed number of clients at once; bounded in count and in time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


async def timed_ms(ask: Callable[[], Awaitable[object]]) -> float:
    """How long one call takes, in milliseconds."""
    start = time.perf_counter()
    await ask()
    return (time.perf_counter() - start) * 1000


class Budget:
    """Time for one measurement. On a busy machine it ends with fewer values, and the table says how many."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    @property
    def is_spent(self) -> bool:
        return time.monotonic() > self._until


async def in_turn(
    calls: Sequence[Callable[[], Awaitable[object]]], *, rounds: int, budget: Budget
) -> list[list[float]]:
    """Times of each call in milliseconds, taken in turn, so that whatever else the machine does falls on all alike.

    At least one round, and none that begins after the budget is spent.
    """
    times: list[list[float]] = [[] for _ in calls]
    for done in range(rounds):
        if done and budget.is_spent:
            break
        for kept, call in zip(times, calls, strict=True):
            kept.append(await timed_ms(call))
    return times


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What many clients at once took: the time of each call and of all."""

    times_ms: Sequence[float]
    seconds: float


async def at_once(clients: Iterable[Iterable[Callable[[], Awaitable[Any]]]]) -> Load:
    """Every client makes its own calls one after another, all clients at the same time. The first error ends all."""
    times: list[float] = []

    async def one(calls: Iterable[Callable[[], Awaitable[Any]]]) -> None:
        for call in calls:
            times.append(await timed_ms(call))  # noqa: PERF401 - an await between the values

    work = [list(calls) for calls in clients]
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for calls in work:
            group.create_task(one(calls))
    return Load(times_ms=times, seconds=time.perf_counter() - start)
