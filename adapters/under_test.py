"""What the checks of `adapters.conformance` are given, and what they require; see there."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from adapters.contract import AgencyAdapter, AgencyUnavailable, Delivery, Handed, Noted, RecallNotice, Trouble

CANARY: Final = "Kanarie-9d41f7"
"""Stands in every text of the content of a delivery that a check offers."""

MAX_REFERENCE: Final = 200  # as gateway.node.ports.Handed promises

OTHER_ENDING_S: Final = 2.0  # what a busy machine may add to an adapter's own bound


class AgencyUnderTest(Protocol):
    """What an adapter's test provides: its adapter, the system behind it, and ways to trouble that system.

    After each trouble, `recover` brings the system back with everything that it acknowledged.
    """

    within_s: float
    """The bound of one delivery that the adapter is configured with; short, since the checks wait for it."""

    def delivery(self) -> Delivery:
        """A delivery that the system takes, with a new copy id each time and CANARY in its content."""
        ...

    def notice_of(self, delivery: Delivery) -> RecallNotice:
        """That this delivery was taken back; the system takes it whether it knows the delivery or not."""
        ...

    def adapter(self) -> AgencyAdapter:
        """A new adapter on the same system, as after a restart of the node."""
        ...

    async def times_kept(self, copy_id: str) -> int:
        """How often the system holds a delivery with this copy id, asked from the system itself."""
        ...

    async def times_told(self, notice_id: str) -> int:
        """How often the system holds a notice with this id, asked from the system itself."""
        ...

    async def go_down(self) -> None:
        """From now on nothing listens."""
        ...

    async def stall(self) -> None:
        """From now on the system takes a request and does not answer."""
        ...

    async def lose_answers(self) -> None:
        """From now on the system keeps what it gets, and its answer never arrives."""
        ...

    def odd_answers(self) -> Sequence[str]:
        """Names of answers outside the agreement that the system can be made to give, wrong for a delivery and for a
        notice."""
        ...

    async def answer_oddly(self, name: str) -> None:
        """From now on the system gives this answer, to a notice as well, and keeps nothing."""
        ...

    async def recover(self) -> None:
        """Down, slow and odd are over; a restart in between keeps what was acknowledged."""
        ...


class NotConforming(AssertionError):
    """The adapter breaks its promise; the message says which."""


Check = Callable[[AgencyUnderTest], Awaitable[None]]


async def deliver(agency: AgencyUnderTest, delivery: Delivery) -> Handed:
    adapter = agency.adapter()
    try:
        return await adapter.deliver(delivery)
    except AgencyUnavailable as error:
        raise NotConforming(f"a system that works was told as {error.code}") from error
    finally:
        await adapter.close()


async def tell(agency: AgencyUnderTest, notice: RecallNotice) -> Noted:
    adapter = agency.adapter()
    try:
        return await adapter.recall(notice)
    except AgencyUnavailable as error:
        raise NotConforming(f"a system that works was told as {error.code}, of a notice") from error
    finally:
        await adapter.close()


async def require_unavailable(
    agency: AgencyUnderTest, item: Delivery | RecallNotice, trouble: Trouble | None, *, context: str = ""
) -> None:
    adapter = agency.adapter()
    try:
        await require_error(adapter, item, trouble, context=context)
    finally:
        await adapter.close()


async def require_error(
    adapter: AgencyAdapter, item: Delivery | RecallNotice, trouble: Trouble | None, *, context: str = ""
) -> None:
    try:
        taken = await (adapter.deliver(item) if isinstance(item, Delivery) else adapter.recall(item))
    except AgencyUnavailable as error:
        told = "".join(traceback.format_exception(error)) + error.detail_nl + error.detail_en
        require(CANARY not in told, f"the error holds content{context}")
        require(error.code in set(Trouble), f"{error.code} is no code of the contract{context}")
        require(trouble in {None, error.code}, f"told as {error.code}, not as {trouble}{context}")
        require(error.retry_after_s > 0, f"the error says not when to try again{context}")
    except Exception as error:
        raise NotConforming(
            f"{type(error).__name__} came out instead of AgencyUnavailable{context}"
        ) from error
    else:
        raise NotConforming(f"what was not taken over got reference {taken.reference!r}{context}")


async def require_kept(agency: AgencyUnderTest, delivery: Delivery, times: int) -> None:
    kept = await agency.times_kept(delivery.copy_id)
    require(kept == times, f"the system holds the copy {kept} times, not {times}")


async def require_told(agency: AgencyUnderTest, notice: RecallNotice, times: int) -> None:
    told = await agency.times_told(notice.notice_id)
    require(told == times, f"the system holds the notice {told} times, not {times}")


def require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise NotConforming(otherwise)


@contextmanager
def captured_logs() -> Iterator[list[str]]:
    """Every line that any logger writes, at every level, with its arguments and its extra members."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{self.format(record)} {record.__dict__}")

    root, keep = logging.getLogger(), Keep()
    before = root.level
    root.addHandler(keep)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(keep)
        root.setLevel(before)
