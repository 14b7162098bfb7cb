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
from dataclasses import replace
from typing import Final

from adapters.conformance_recalls import RECALL_CHECKS
from adapters.contract import Mark, Trouble
from adapters.under_test import (
    CANARY,
    MAX_REFERENCE,
    OTHER_ENDING_S,
    AgencyUnderTest,
    Check,
    NotConforming,
    captured_logs,
    deliver,
    require,
    require_error,
    require_kept,
    require_unavailable,
)
from gateway.domain.identifiers import new_id

__all__ = [
    "CANARY",
    "CHECKS",
    "DELIVERY_CHECKS",
    "RECALL_CHECKS",
    "AgencyUnderTest",
    "Check",
    "NotConforming",
]


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
    require(all(handed == first for handed in again), "the same copy got another reference")
    require(0 < len(first.reference) <= MAX_REFERENCE, "the reference has no fitting length")
    await require_kept(agency, delivery, 1)


async def simultaneous_offers_are_one_delivery(agency: AgencyUnderTest) -> None:
    """A copy that two workers offer at once, before either has an answer."""
    delivery = agency.delivery()
    adapter = agency.adapter()
    try:
        handed = await asyncio.gather(*(adapter.deliver(delivery) for _ in range(5)))
    finally:
        await adapter.close()
    require(len(set(handed)) == 1, "simultaneous offers of one copy got several references")
    await require_kept(agency, delivery, 1)


async def other_copies_are_other_deliveries(agency: AgencyUnderTest) -> None:
    """Two copies of one message are two deliveries, each with its own reference."""
    first = agency.delivery()
    second = replace(first, copy_id=new_id())
    handed = [await deliver(agency, each) for each in (first, second)]
    require(handed[0].reference != handed[1].reference, "two copies share one reference")
    await require_kept(agency, first, 1)
    await require_kept(agency, second, 1)


async def a_restart_of_the_system_keeps_deliveries(agency: AgencyUnderTest) -> None:
    """What was acknowledged survives, and is recognised when it is offered again."""
    delivery = agency.delivery()
    before = await deliver(agency, delivery)
    await agency.go_down()
    await agency.recover()
    await require_kept(agency, delivery, 1)
    require(await deliver(agency, delivery) == before, "after a restart the same copy got another reference")
    await require_kept(agency, delivery, 1)


async def down_is_told(agency: AgencyUnderTest) -> None:
    """And the delivery goes through once the system is back."""
    delivery = agency.delivery()
    await agency.go_down()
    await require_unavailable(agency, delivery, Trouble.UNREACHABLE)
    await agency.recover()
    await deliver(agency, delivery)
    await require_kept(agency, delivery, 1)


async def slow_is_told_within_the_bound(agency: AgencyUnderTest) -> None:
    """A system that takes the request and stays silent."""
    delivery = agency.delivery()
    await agency.stall()
    started = time.monotonic()
    await require_unavailable(agency, delivery, Trouble.SLOW)
    took = time.monotonic() - started
    require(took <= agency.within_s + OTHER_ENDING_S, f"slow was told only after {took:.1f} s")
    await agency.recover()
    await deliver(agency, delivery)


async def a_lost_answer_loses_and_doubles_nothing(agency: AgencyUnderTest) -> None:
    """The system kept it and the node does not know: told as unavailable, and offered again it is one delivery."""
    delivery = agency.delivery()
    await agency.lose_answers()
    await require_unavailable(agency, delivery, None)
    await agency.recover()
    await require_kept(agency, delivery, 1)
    await deliver(agency, delivery)
    await require_kept(agency, delivery, 1)


async def an_unknown_answer_is_told(agency: AgencyUnderTest) -> None:
    """None of the answers outside the agreement counts as a delivery."""
    names = agency.odd_answers()
    require(bool(names), "the test of this adapter names no odd answers")
    for name in names:
        delivery = agency.delivery()
        await agency.answer_oddly(name)
        await require_unavailable(agency, delivery, None, context=f" ({name})")
        await agency.recover()
        await require_kept(agency, delivery, 0)
        await deliver(agency, delivery)


async def a_closed_adapter_says_unavailable(agency: AgencyUnderTest) -> None:
    """Closing twice is allowed; delivering afterwards is an answer and not a crash."""
    adapter = agency.adapter()
    await adapter.close()
    await adapter.close()
    await require_error(adapter, agency.delivery(), None, context=" (closed)")


async def nothing_of_the_content_is_told(agency: AgencyUnderTest) -> None:
    """Not in a log line of any level, nor in an error with its causes; delivered, down and odd."""
    with captured_logs() as lines:
        await deliver(agency, agency.delivery())
        for name in agency.odd_answers():
            await agency.answer_oddly(name)
            await require_unavailable(agency, agency.delivery(), None)
            await agency.recover()
        await agency.go_down()
        await require_unavailable(agency, agency.delivery(), Trouble.UNREACHABLE)
        await agency.recover()
        logging.getLogger(__name__).debug("end of the check")
    require(any("end of the check" in line for line in lines), "the check did not see its own log line")
    leaking = [line for line in lines if CANARY in line]
    require(not leaking, f"{len(leaking)} log lines hold content")


DELIVERY_CHECKS: Final[tuple[Check, ...]] = (
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

CHECKS: Final[tuple[Check, ...]] = (*DELIVERY_CHECKS, *RECALL_CHECKS)
"""Every check."""
