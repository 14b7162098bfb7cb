"""Puts on record whom the hub turned away for want of capacity: more asked than is allowed, or no room at a recipient.

Such a refusal decides nothing about a message, and whoever floods a hub must not fill its log. So there is one leaf for
each agency, code and matter (kind of question, or recipient) in a window, with a count: the first within a second, the
rest at the end of its window. Counted in memory: each hub writes its own, and a hub that is killed loses the count of
the window that runs.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from audit.body import Body, Who, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.errors import SchakelError
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.usecases.parts import Parts

logger = logging.getLogger(__name__)

WINDOW_S: Final = 300.0
LOOK_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """One refusal: whom, with which code, and about what: a kind of question, or the agency that has no room."""

    oin: str
    code: str
    about: str


Note = Callable[[TurnedAway], None]


def unnoted(_: TurnedAway) -> None:
    """For a part that runs without a log."""


@dataclass(slots=True)
class _Count:
    refused: int
    write_from: float


class CapacityLog:
    """Counts refusals and writes them. `note` from anywhere in the loop; `run` until it is cancelled, then `close`."""

    def __init__(self, parts: Parts, *, seconds: Callable[[], float] = monotonic) -> None:
        """`seconds` never go back."""
        self._parts = parts
        self._seconds = seconds
        self._counts: dict[TurnedAway, _Count] = {}

    def note(self, refusal: TurnedAway) -> None:
        """Counts one; takes no time, so that refusing stays cheap."""
        count = self._counts.setdefault(refusal, _Count(0, self._seconds()))
        count.refused += 1

    async def run(self) -> None:
        """Works until it is cancelled. What cannot be written now stays counted."""
        while True:
            try:
                await self.write()
            except Exception as error:  # noqa: BLE001 - the outermost loop: without it nothing would be counted out
                logger.error("refusals for want of capacity: %s", type(error).__name__)  # noqa: TRY400
            await asyncio.sleep(LOOK_EVERY_S)

    async def close(self) -> None:
        """Writes what was counted, also in windows that still run."""
        await self.write(all_of_it=True)

    async def write(self, *, all_of_it: bool = False) -> None:
        """One leaf for each count whose time has come; what was quiet for a window is forgotten."""
        now = self._seconds()
        due = {key: each.refused for key, each in self._counts.items() if all_of_it or each.write_from <= now}
        leaves = tuple(self._leaf(key, refused) for key, refused in due.items() if refused)
        if leaves:
            change = Change(key=f"afgewezen:{new_id()}", judge=lambda _: Judgement(), leaves=leaves)
            try:
                await self._parts.writer.write(change)
            except SchakelError as error:
                logger.warning("refusals for want of capacity are not in the log yet: %s", error.code)
                return
        for key, refused in due.items():
            count = self._counts[key]
            count.refused -= refused
            count.write_from = now + WINDOW_S
            if not refused and not count.refused:
                del self._counts[key]

    def _leaf(self, key: TurnedAway, refused: int) -> Leaf:
        return Leaf.of(
            Body(
                at=self._parts.clock(),
                who=Who(oin=key.oin),
                what=EventTag.CAPACITY_REFUSED,
                why=Why(rule=f"{key.code}:{key.about}:{refused}"),
            )
        )
