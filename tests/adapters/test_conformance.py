"""The checks themselves: each fault is caught by the check that is about it, and a sound adapter passes all."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import TypeVar

import pytest

from adapters import conformance
from adapters import conformance_recalls as recalls
from adapters.conformance import CANARY, CHECKS, Check, NotConforming
from adapters.contract import Delivery, Handed, Noted, RecallNotice, Trouble, unavailable
from gateway.domain.identifiers import new_id
from tests.adapters.deliveries import delivery, notice_of

log = logging.getLogger(__name__)

Taken = TypeVar("Taken", Handed, Noted)


class Mode(Enum):
    WELL = auto()
    DOWN = auto()
    STALLED = auto()
    LOSING = auto()
    ODD = auto()


class Fault(Enum):
    NONE = auto()
    NEW_REFERENCE = auto()
    STORES_TWICE = auto()
    ONE_REFERENCE_FOR_ALL = auto()
    FORGETS = auto()
    RAISES_SOMETHING_ELSE = auto()
    SAYS_TAKEN_WHEN_DOWN = auto()
    TAKES_ITS_TIME = auto()
    BELIEVES_ANY_ANSWER = auto()
    KEEPS_SILENT_ABOUT_LOSS = auto()
    CRASHES_WHEN_CLOSED = auto()
    LOGS_CONTENT = auto()
    TELLS_CONTENT = auto()
    OWN_CODE = auto()
    DENIES_IT_HAD_THE_COPY = auto()
    CLAIMS_IT_HAD_THE_COPY = auto()
    TAKES_OVER_WHAT_WAS_TAKEN_BACK = auto()
    TELLS_A_BREACH_UNDER_THE_KEY_OF_THE_RECALL = auto()


class MemorySystem:
    """An agency system in memory with an adapter that has one fault (AgencyUnderTest)."""

    within_s = 0.1

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.mode = Mode.WELL
        self.references: dict[str, str] = {}
        self.kept: Counter[str] = Counter()
        self.noted: dict[str, Noted] = {}
        self.told: Counter[str] = Counter()
        self.taken_back: set[str] = set()

    def delivery(self) -> Delivery:
        return delivery()

    def adapter(self) -> "MemoryAdapter":
        return MemoryAdapter(self)

    def notice_of(self, delivery: Delivery) -> RecallNotice:
        return notice_of(delivery)

    async def times_told(self, notice_id: str) -> int:
        return self.told[notice_id]

    async def times_kept(self, copy_id: str) -> int:
        return self.kept[copy_id]

    async def go_down(self) -> None:
        self.mode = Mode.DOWN

    async def stall(self) -> None:
        self.mode = Mode.STALLED

    async def lose_answers(self) -> None:
        self.mode = Mode.LOSING

    def odd_answers(self) -> Sequence[str]:
        return ("nonsense",)

    async def answer_oddly(self, name: str) -> None:
        assert name == "nonsense"
        self.mode = Mode.ODD

    async def recover(self) -> None:
        if self.fault is Fault.FORGETS:
            self.references.clear()
            self.kept.clear()
            self.noted.clear()
            self.told.clear()
            self.taken_back.clear()
        self.mode = Mode.WELL

    def keep(self, copy_id: str) -> str:
        if copy_id not in self.references or self.fault is Fault.STORES_TWICE:
            self.kept[copy_id] += 1
        if self.fault is Fault.ONE_REFERENCE_FOR_ALL:
            return "ref"
        if self.fault is Fault.NEW_REFERENCE:
            self.references[copy_id] = new_id()
        return self.references.setdefault(copy_id, f"ref-{copy_id}")

    def note(self, notice: RecallNotice) -> Noted:
        by_copy = self.fault is Fault.TELLS_A_BREACH_UNDER_THE_KEY_OF_THE_RECALL
        key = notice.copy_id if by_copy else notice.notice_id
        if key not in self.noted or self.fault is Fault.STORES_TWICE:
            self.told[notice.notice_id] += 1
        self.taken_back.add(notice.copy_id)
        was_here = notice.copy_id in self.kept
        if self.fault in {Fault.DENIES_IT_HAD_THE_COPY, Fault.CLAIMS_IT_HAD_THE_COPY}:
            was_here = self.fault is Fault.CLAIMS_IT_HAD_THE_COPY
        reference = "ref" if self.fault is Fault.ONE_REFERENCE_FOR_ALL else f"ref-{notice.notice_id}"
        if self.fault is Fault.NEW_REFERENCE:
            self.noted.pop(key, None)
            reference = new_id()
        return self.noted.setdefault(key, Noted(reference=reference, was_here=was_here))


class MemoryAdapter:
    def __init__(self, system: MemorySystem) -> None:
        self._system = system
        self._closed = False

    async def close(self) -> None:
        self._closed = True

    async def deliver(self, delivery: Delivery) -> Handed:
        if self._system.fault is Fault.LOGS_CONTENT:
            log.debug("delivering", extra={"delivery": str(delivery.content)})

        def keep() -> Handed:
            stays_out = self._system.fault is not Fault.TAKES_OVER_WHAT_WAS_TAKEN_BACK
            if stays_out and delivery.copy_id in self._system.taken_back:
                raise unavailable(Trouble.REFUSED)
            return Handed(reference=self._system.keep(delivery.copy_id))

        return await self._sent(keep, lambda reference: Handed(reference=reference), str(delivery.content))

    async def recall(self, notice: RecallNotice) -> Noted:
        def note() -> Noted:
            return self._system.note(notice)

        return await self._sent(note, lambda ref: Noted(reference=ref, was_here=True), notice.copy_id)

    async def _sent(self, take: Callable[[], Taken], claimed: Callable[[str], Taken], content: str) -> Taken:
        """`claimed` is what an adapter says that only pretends that the system took it."""
        system, fault = self._system, self._system.fault
        if self._closed:
            raise (
                KeyError("closed") if fault is Fault.CRASHES_WHEN_CLOSED else unavailable(Trouble.UNREACHABLE)
            )
        match system.mode:
            case Mode.DOWN:
                return self._down(claimed, content)
            case Mode.STALLED:
                await asyncio.sleep(4 if fault is Fault.TAKES_ITS_TIME else system.within_s)
                raise unavailable(Trouble.SLOW)
            case Mode.LOSING:
                taken = take()
                if fault is not Fault.KEEPS_SILENT_ABOUT_LOSS:
                    raise unavailable(Trouble.UNKNOWN_ANSWER)
                return taken
            case Mode.ODD if fault is not Fault.BELIEVES_ANY_ANSWER:
                raise unavailable(Trouble.UNKNOWN_ANSWER)
            case Mode.ODD:
                return claimed("nonsense")
        return take()

    def _down(self, claimed: Callable[[str], Taken], content: str) -> Taken:
        error = unavailable(Trouble.UNREACHABLE)
        match self._system.fault:
            case Fault.RAISES_SOMETHING_ELSE:
                raise ConnectionRefusedError
            case Fault.SAYS_TAKEN_WHEN_DOWN:
                return claimed("later")
            case Fault.TELLS_CONTENT:
                raise error from ValueError(content)
            case Fault.OWN_CODE:
                error.code = "kapot"
        raise error


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_a_sound_adapter_passes(check: Check) -> None:
    await check(MemorySystem(Fault.NONE))


CATCHES: list[tuple[Fault, Callable[[conformance.AgencyUnderTest], object]]] = [
    (Fault.NEW_REFERENCE, conformance.same_copy_twice_is_one_delivery),
    (Fault.NEW_REFERENCE, conformance.simultaneous_offers_are_one_delivery),
    (Fault.STORES_TWICE, conformance.same_copy_twice_is_one_delivery),
    (Fault.STORES_TWICE, conformance.simultaneous_offers_are_one_delivery),
    (Fault.STORES_TWICE, conformance.a_lost_answer_loses_and_doubles_nothing),
    (Fault.ONE_REFERENCE_FOR_ALL, conformance.other_copies_are_other_deliveries),
    (Fault.FORGETS, conformance.a_restart_of_the_system_keeps_deliveries),
    (Fault.FORGETS, conformance.a_lost_answer_loses_and_doubles_nothing),
    (Fault.NEW_REFERENCE, conformance.a_restart_of_the_system_keeps_deliveries),
    (Fault.RAISES_SOMETHING_ELSE, conformance.down_is_told),
    (Fault.SAYS_TAKEN_WHEN_DOWN, conformance.down_is_told),
    (Fault.OWN_CODE, conformance.down_is_told),
    (Fault.TAKES_ITS_TIME, conformance.slow_is_told_within_the_bound),
    (Fault.BELIEVES_ANY_ANSWER, conformance.an_unknown_answer_is_told),
    (Fault.KEEPS_SILENT_ABOUT_LOSS, conformance.a_lost_answer_loses_and_doubles_nothing),
    (Fault.CRASHES_WHEN_CLOSED, conformance.a_closed_adapter_says_unavailable),
    (Fault.LOGS_CONTENT, conformance.nothing_of_the_content_is_told),
    (Fault.TELLS_CONTENT, conformance.nothing_of_the_content_is_told),
    (Fault.NEW_REFERENCE, recalls.same_recall_twice_is_one_notice),
    (Fault.STORES_TWICE, recalls.same_recall_twice_is_one_notice),
    (Fault.DENIES_IT_HAD_THE_COPY, recalls.same_recall_twice_is_one_notice),
    (Fault.ONE_REFERENCE_FOR_ALL, recalls.each_recall_is_a_notice_of_its_own),
    (Fault.CLAIMS_IT_HAD_THE_COPY, recalls.each_recall_is_a_notice_of_its_own),
    (Fault.TELLS_A_BREACH_UNDER_THE_KEY_OF_THE_RECALL, recalls.each_recall_is_a_notice_of_its_own),
    (Fault.CLAIMS_IT_HAD_THE_COPY, recalls.a_copy_that_was_taken_back_is_not_taken_over),
    (Fault.TAKES_OVER_WHAT_WAS_TAKEN_BACK, recalls.a_copy_that_was_taken_back_is_not_taken_over),
    (Fault.FORGETS, recalls.a_restart_of_the_system_keeps_recalls),
    (Fault.NEW_REFERENCE, recalls.a_restart_of_the_system_keeps_recalls),
    (Fault.TAKES_OVER_WHAT_WAS_TAKEN_BACK, recalls.a_restart_of_the_system_keeps_recalls),
    (Fault.RAISES_SOMETHING_ELSE, recalls.trouble_with_a_recall_is_told),
    (Fault.SAYS_TAKEN_WHEN_DOWN, recalls.trouble_with_a_recall_is_told),
    (Fault.OWN_CODE, recalls.trouble_with_a_recall_is_told),
    (Fault.TAKES_ITS_TIME, recalls.trouble_with_a_recall_is_told),
    (Fault.BELIEVES_ANY_ANSWER, recalls.trouble_with_a_recall_is_told),
    (Fault.CRASHES_WHEN_CLOSED, recalls.trouble_with_a_recall_is_told),
    (Fault.STORES_TWICE, recalls.a_lost_answer_to_a_recall_doubles_nothing),
    (Fault.FORGETS, recalls.a_lost_answer_to_a_recall_doubles_nothing),
    (Fault.KEEPS_SILENT_ABOUT_LOSS, recalls.a_lost_answer_to_a_recall_doubles_nothing),
]


@pytest.mark.parametrize(("fault", "check"), CATCHES, ids=lambda each: getattr(each, "__name__", str(each)))
async def test_a_fault_is_caught(fault: Fault, check: Check) -> None:
    with pytest.raises(NotConforming) as caught:
        await check(MemorySystem(fault))
    assert CANARY not in str(caught.value)


def test_every_check_and_every_fault_is_tried() -> None:
    assert {check for _, check in CATCHES} == set(CHECKS)
    assert {fault for fault, _ in CATCHES} == set(Fault) - {Fault.NONE}
