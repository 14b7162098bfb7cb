"""The checks that every adapter passes, against its real system or a faithful stand-in. Needs no test framework.

With pytest, an adapter's test module needs one fixture, `agency`, that gives an AgencyUnderTest, and:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    async def test_conformance(check, agency):
        await check(agency)

A check raises NotConforming, which says what the adapter promised and did not do.
"""

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, Protocol

from adapters.contract import AgencyAdapter, AgencyUnavailable, Delivery, Handed, Mark, Trouble
from gateway.domain.identifiers import new_id

CANARY: Final = "Kanarie-9d41f7"
"""Stands in every text of the content of a delivery that a check offers."""

MAX_REFERENCE: Final = 200  # as gateway.node.ports.Handed promises

_OTHER_ENDING_S: Final = 2.0  # what a busy machine may add to an adapter's own bound


class AgencyUnderTest(Protocol):
    """What an adapter's test provides: its adapter, the system behind it, and ways to trouble that system.

    After each trouble, `recover` brings the system back with everything that it acknowledged.
    """

    within_s: float
    """The bound of one delivery that the adapter is configured with; short, since the checks wait for it."""

    def delivery(self) -> Delivery:
        """A delivery that the system takes, with a new copy id each time and CANARY in its content."""
        ...

    def adapter(self) -> AgencyAdapter:
        """A new adapter on the same system, as after a restart of the node."""
        ...

    async def times_kept(self, copy_id: str) -> int:
        """How often the system holds a delivery with this copy id, asked from the system itself."""
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
        """Names of answers outside the agreement that the system can be made to give."""
        ...

    async def answer_oddly(self, name: str) -> None:
        """From now on the system gives this answer and keeps nothing."""
        ...

    async def recover(self) -> None:
        """Down, slow and odd are over; a restart in between keeps what was acknowledged."""
        ...


class NotConforming(AssertionError):
    """The adapter breaks its promise; the message says which."""


Check = Callable[[AgencyUnderTest], Awaitable[None]]


async def same_copy_twice_is_one_delivery(agency: AgencyUnderTest) -> None:
    """In a row, at the same time, with other marks, and from a restarted node: one delivery, one reference."""
    delivery = agency.delivery()
    marked = replace(delivery, marks=(Mark.PREDECESSOR_MISSING,))
    adapter, restarted = agency.adapter(), agency.adapter()
    try:
        first = await adapter.deliver(delivery)
        again = await asyncio.gather(
            adapter.deliver(delivery), adapter.deliver(marked), restarted.deliver(delivery)
        )
    finally:
        await adapter.close()
        await restarted.close()
    _require(all(handed == first for handed in again), "the same copy got another reference")
    _require(0 < len(first.reference) <= MAX_REFERENCE, "the reference has no fitting length")
    await _require_kept(agency, delivery, 1)


async def simultaneous_offers_are_one_delivery(agency: AgencyUnderTest) -> None:
    """A copy that two workers offer at once, before either has an answer."""
    delivery = agency.delivery()
    adapter = agency.adapter()
    try:
        handed = await asyncio.gather(*(adapter.deliver(delivery) for _ in range(5)))
    finally:
        await adapter.close()
    _require(len(set(handed)) == 1, "simultaneous offers of one copy got several references")
    await _require_kept(agency, delivery, 1)


async def other_copies_are_other_deliveries(agency: AgencyUnderTest) -> None:
    """Two copies of one message are two deliveries, each with its own reference."""
    first = agency.delivery()
    second = replace(first, copy_id=new_id())
    handed = [await _deliver(agency, each) for each in (first, second)]
    _require(handed[0].reference != handed[1].reference, "two copies share one reference")
    await _require_kept(agency, first, 1)
    await _require_kept(agency, second, 1)


async def a_restart_of_the_system_keeps_deliveries(agency: AgencyUnderTest) -> None:
    """What was acknowledged survives, and is recognised when it is offered again."""
    delivery = agency.delivery()
    before = await _deliver(agency, delivery)
    await agency.go_down()
    await agency.recover()
    await _require_kept(agency, delivery, 1)
    _require(
        await _deliver(agency, delivery) == before, "after a restart the same copy got another reference"
    )
    await _require_kept(agency, delivery, 1)


async def down_is_told(agency: AgencyUnderTest) -> None:
    """And the delivery goes through once the system is back."""
    delivery = agency.delivery()
    await agency.go_down()
    await _require_unavailable(agency, delivery, Trouble.UNREACHABLE)
    await agency.recover()
    await _deliver(agency, delivery)
    await _require_kept(agency, delivery, 1)


async def slow_is_told_within_the_bound(agency: AgencyUnderTest) -> None:
    """A system that takes the request and stays silent."""
    delivery = agency.delivery()
    await agency.stall()
    started = time.monotonic()
    await _require_unavailable(agency, delivery, Trouble.SLOW)
    took = time.monotonic() - started
    _require(took <= agency.within_s + _OTHER_ENDING_S, f"slow was told only after {took:.1f} s")
    await agency.recover()
    await _deliver(agency, delivery)


async def a_lost_answer_loses_and_doubles_nothing(agency: AgencyUnderTest) -> None:
    """The system kept it and the node does not know: told as unavailable, and offered again it is one delivery."""
    delivery = agency.delivery()
    await agency.lose_answers()
    await _require_unavailable(agency, delivery, None)
    await agency.recover()
    await _require_kept(agency, delivery, 1)
    await _deliver(agency, delivery)
    await _require_kept(agency, delivery, 1)


async def an_unknown_answer_is_told(agency: AgencyUnderTest) -> None:
    """None of the answers outside the agreement counts as a delivery."""
    names = agency.odd_answers()
    _require(bool(names), "the test of this adapter names no odd answers")
    for name in names:
        delivery = agency.delivery()
        await agency.answer_oddly(name)
        await _require_unavailable(agency, delivery, None, context=f" ({name})")
        await agency.recover()
        await _require_kept(agency, delivery, 0)
        await _deliver(agency, delivery)


async def a_closed_adapter_says_unavailable(agency: AgencyUnderTest) -> None:
    """Closing twice is allowed; delivering afterwards is an answer and not a crash."""
    adapter = agency.adapter()
    await adapter.close()
    await adapter.close()
    await _require_error(adapter, agency.delivery(), None, context=" (closed)")


async def nothing_of_the_content_is_told(agency: AgencyUnderTest) -> None:
    """Not in a log line of any level, nor in an error with its causes; delivered, down and odd."""
    with _captured_logs() as lines:
        await _deliver(agency, agency.delivery())
        for name in agency.odd_answers():
            await agency.answer_oddly(name)
            await _require_unavailable(agency, agency.delivery(), None)
            await agency.recover()
        await agency.go_down()
        await _require_unavailable(agency, agency.delivery(), Trouble.UNREACHABLE)
        await agency.recover()
        logging.getLogger(__name__).debug("end of the check")
    _require(any("end of the check" in line for line in lines), "the check did not see its own log line")
    leaking = [line for line in lines if CANARY in line]
    _require(not leaking, f"{len(leaking)} log lines hold content")


CHECKS: Final[tuple[Check, ...]] = (
    same_copy_twice_is_one_delivery,
    simultaneous_offers_are_one_delivery,
    other_copies_are_other_deliveries,
    a_restart_of_the_system_keeps_deliveries,
    down_is_told,
    slow_is_told_within_the_bound,
    a_lost_answer_loses_and_doubles_nothing,
    an_unknown_answer_is_told,
    a_closed_adapter_says_unavailable,
    nothing_of_the_content_is_told,
)


async def _deliver(agency: AgencyUnderTest, delivery: Delivery) -> Handed:
    adapter = agency.adapter()
    try:
        return await adapter.deliver(delivery)
    except AgencyUnavailable as error:
        raise NotConforming(f"a system that works was told as {error.code}") from error
    finally:
        await adapter.close()


async def _require_unavailable(
    agency: AgencyUnderTest, delivery: Delivery, trouble: Trouble | None, *, context: str = ""
) -> None:
    adapter = agency.adapter()
    try:
        await _require_error(adapter, delivery, trouble, context=context)
    finally:
        await adapter.close()


async def _require_error(
    adapter: AgencyAdapter, delivery: Delivery, trouble: Trouble | None, *, context: str = ""
) -> None:
    try:
        handed = await adapter.deliver(delivery)
    except AgencyUnavailable as error:
        told = "".join(traceback.format_exception(error)) + error.detail_nl + error.detail_en
        _require(CANARY not in told, f"the error holds content{context}")
        _require(error.code in set(Trouble), f"{error.code} is no code of the contract{context}")
        _require(trouble in {None, error.code}, f"told as {error.code}, not as {trouble}{context}")
        _require(error.retry_after_s > 0, f"the error says not when to try again{context}")
    except Exception as error:
        raise NotConforming(
            f"{type(error).__name__} came out instead of AgencyUnavailable{context}"
        ) from error
    else:
        raise NotConforming(f"a delivery that was not taken over got reference {handed.reference!r}{context}")


async def _require_kept(agency: AgencyUnderTest, delivery: Delivery, times: int) -> None:
    kept = await agency.times_kept(delivery.copy_id)
    _require(kept == times, f"the system holds the copy {kept} times, not {times}")


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise NotConforming(otherwise)


@contextmanager
def _captured_logs() -> Iterator[list[str]]:
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
