"""Many questions to the policy at once, but not more than OPA can work on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

from gateway.domain.errors import SchakelError

AT_ONCE: Final = 32  # questions under way; more only queue inside OPA

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


async def each_at_once(items: Iterable[_Item], ask: Callable[[_Item], Awaitable[_Answer]]) -> list[_Answer]:
    """The answer on every item, in order. The first SchakelError ends all of it and is raised."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(item: _Item) -> _Answer:
        async with room:
            return await ask(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except* SchakelError as refused:
        first = _first(refused)
    else:
        return [task.result() for task in tasks]
    raise first


def _first(group: BaseExceptionGroup[SchakelError]) -> SchakelError:
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
