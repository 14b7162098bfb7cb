"""Timing: one call after another, or a fixed number of clients at once; both bounded in count."""

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


async def in_turn(calls: Sequence[Callable[[], Awaitable[object]]], *, rounds: int) -> list[list[float]]:
    """Times of each call in milliseconds, taken in turn, so that whatever else the machine does falls on all alike."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
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
