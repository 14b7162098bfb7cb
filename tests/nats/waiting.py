"""Waits for a condition inside the event loop."""

import asyncio
from collections.abc import Callable

WITHIN_S = 20.0


async def until(condition: Callable[[], bool], seen: object, within_s: float = WITHIN_S) -> None:
    """Returns as soon as `condition` holds. Fails, and shows `seen`, after `within_s` seconds."""
    try:
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - what it waits for is outside this process
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"did not happen within {within_s:.0f} s; seen: {seen}") from None
