"""The checks about copies that were taken back, for every adapter; `adapters.conformance` has them with the others."""

import asyncio
import time
from dataclasses import replace
from typing import Final

from adapters.contract import RecallKind, Trouble
from adapters.under_test import (
    MAX_REFERENCE,
    OTHER_ENDING_S,
    AgencyUnderTest,
    Check,
    deliver,
    require,
    require_error,
    require_kept,
    require_told,
    require_unavailable,
    tell,
)


async def same_recall_twice_is_one_notice(agency: AgencyUnderTest) -> None:
    """In a row, at the same time and from a restarted node: one notice, one reference, and that it had the copy."""
    delivery = agency.delivery()
    handed = await deliver(agency, delivery)
    notice = replace(agency.notice_of(delivery), reference=handed.reference)
    adapter, restarted = agency.adapter(), agency.adapter()
    try:
        first = await adapter.recall(notice)
        again = await asyncio.gather(adapter.recall(notice), adapter.recall(notice), restarted.recall(notice))
    finally:
        await adapter.close()
        await restarted.close()
    require(all(noted == first for noted in again), "the same notice got another answer")
    require(first.was_here, "the system had the copy and says that it had not")
    require(0 < len(first.reference) <= MAX_REFERENCE, "the reference has no fitting length")
    await require_told(agency, notice, 1)


async def each_recall_is_a_notice_of_its_own(agency: AgencyUnderTest) -> None:
    """Of another copy, and of the same copy when it turns out to be a breach."""
    delivery = agency.delivery()
    await deliver(agency, delivery)
    first, other = agency.notice_of(delivery), agency.notice_of(agency.delivery())
    worse = replace(first, kind=RecallKind.BREACH)
    noted = [await tell(agency, each) for each in (first, other, worse)]
    require(len({each.reference for each in noted}) == len(noted), "two notices share one reference")
    require([each.was_here for each in noted] == [True, False, True], "who had which copy is not told truly")
    for each in (first, other, worse):
        await require_told(agency, each, 1)


async def a_copy_that_was_taken_back_is_not_taken_over(agency: AgencyUnderTest) -> None:
    """A delivery that was on its way while the recall passed it."""
    delivery = agency.delivery()
    noted = await tell(agency, agency.notice_of(delivery))
    require(not noted.was_here, "the system never had the copy and says that it had")
    await require_unavailable(agency, delivery, Trouble.REFUSED)
    await require_kept(agency, delivery, 0)


async def a_restart_of_the_system_keeps_recalls(agency: AgencyUnderTest) -> None:
    """What was acknowledged survives, is recognised when it is told again, and still keeps the copy out."""
    delivery, late = agency.delivery(), agency.delivery()
    await deliver(agency, delivery)
    notice = agency.notice_of(delivery)
    before = await tell(agency, notice)
    await tell(agency, agency.notice_of(late))
    await agency.go_down()
    await agency.recover()
    require(await tell(agency, notice) == before, "after a restart the same notice got another answer")
    await require_told(agency, notice, 1)
    await require_unavailable(agency, late, Trouble.REFUSED)


async def trouble_with_a_recall_is_told(agency: AgencyUnderTest) -> None:
    """Down, silent, odd, or an adapter that was closed; the notice goes through once that is over, and is one."""
    notice = agency.notice_of(agency.delivery())
    await agency.go_down()
    await require_unavailable(agency, notice, Trouble.UNREACHABLE)
    await agency.recover()
    await agency.stall()
    started = time.monotonic()
    await require_unavailable(agency, notice, Trouble.SLOW)
    took = time.monotonic() - started
    require(took <= agency.within_s + OTHER_ENDING_S, f"slow was told only after {took:.1f} s")
    await agency.recover()
    for name in agency.odd_answers():
        await agency.answer_oddly(name)
        await require_unavailable(agency, notice, None, context=f" ({name})")
        await agency.recover()
    closed = agency.adapter()
    await closed.close()
    await require_error(closed, notice, None, context=" (closed)")
    await require_told(agency, notice, 0)
    await tell(agency, notice)
    await require_told(agency, notice, 1)


async def a_lost_answer_to_a_recall_doubles_nothing(agency: AgencyUnderTest) -> None:
    """The system keeps the notice and the node does not know: told again, it is one."""
    notice = agency.notice_of(agency.delivery())
    await agency.lose_answers()
    await require_unavailable(agency, notice, None)
    await agency.recover()
    await require_told(agency, notice, 1)
    await tell(agency, notice)
    await require_told(agency, notice, 1)


RECALL_CHECKS: Final[tuple[Check, ...]] = (
    same_recall_twice_is_one_notice,
    each_recall_is_a_notice_of_its_own,
    a_copy_that_was_taken_back_is_not_taken_over,
    a_restart_of_the_system_keeps_recalls,
    trouble_with_a_recall_is_told,
    a_lost_answer_to_a_recall_doubles_nothing,
)
