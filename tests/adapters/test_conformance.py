"""The checks themselves: each fault is caught by the check that is about it, and a sound adapter passes all."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum, auto

import pytest

from adapters import conformance
from adapters.conformance import CANARY, CHECKS, Check, NotConforming
from adapters.contract import Delivery, Handed, Trouble, unavailable
from gateway.domain.identifiers import new_id
from tests.adapters.deliveries import delivery

log = logging.getLogger(__name__)


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


class MemorySystem:
    """An agency system in memory with an adapter that has one fault (AgencyUnderTest)."""

    within_s = 0.1

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.mode = Mode.WELL
        self.references: dict[str, str] = {}
        self.kept: Counter[str] = Counter()

    def delivery(self) -> Delivery:
        return delivery()

    def adapter(self) -> "MemoryAdapter":
        return MemoryAdapter(self)

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
        self.mode = Mode.WELL

    def keep(self, copy_id: str) -> str:
        if copy_id not in self.references or self.fault is Fault.STORES_TWICE:
            self.kept[copy_id] += 1
        if self.fault is Fault.ONE_REFERENCE_FOR_ALL:
            return "ref"
        if self.fault is Fault.NEW_REFERENCE:
            self.references[copy_id] = new_id()
        return self.references.setdefault(copy_id, f"ref-{copy_id}")


class MemoryAdapter:
    def __init__(self, system: MemorySystem) -> None:
        self._system = system
        self._closed = False

    async def close(self) -> None:
        self._closed = True

    async def deliver(self, delivery: Delivery) -> Handed:
        system, fault = self._system, self._system.fault
        if fault is Fault.LOGS_CONTENT:
            log.debug("delivering", extra={"delivery": str(delivery.content)})
        if self._closed:
            raise (
                KeyError("closed") if fault is Fault.CRASHES_WHEN_CLOSED else unavailable(Trouble.UNREACHABLE)
            )
        match system.mode:
            case Mode.DOWN:
                return self._down(delivery)
            case Mode.STALLED:
                await asyncio.sleep(4 if fault is Fault.TAKES_ITS_TIME else system.within_s)
                raise unavailable(Trouble.SLOW)
            case Mode.LOSING:
                reference = system.keep(delivery.copy_id)
                if fault is not Fault.KEEPS_SILENT_ABOUT_LOSS:
                    raise unavailable(Trouble.UNKNOWN_ANSWER)
                return Handed(reference=reference)
            case Mode.ODD if fault is not Fault.BELIEVES_ANY_ANSWER:
                raise unavailable(Trouble.UNKNOWN_ANSWER)
            case Mode.ODD:
                return Handed(reference="nonsense")
        return Handed(reference=system.keep(delivery.copy_id))

    def _down(self, delivery: Delivery) -> Handed:
        error = unavailable(Trouble.UNREACHABLE)
        match self._system.fault:
            case Fault.RAISES_SOMETHING_ELSE:
                raise ConnectionRefusedError
            case Fault.SAYS_TAKEN_WHEN_DOWN:
                return Handed(reference="later")
            case Fault.TELLS_CONTENT:
                raise error from ValueError(str(delivery.content))
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
]


@pytest.mark.parametrize(("fault", "check"), CATCHES, ids=lambda each: getattr(each, "__name__", str(each)))
async def test_a_fault_is_caught(fault: Fault, check: Check) -> None:
    with pytest.raises(NotConforming) as caught:
        await check(MemorySystem(fault))
    assert CANARY not in str(caught.value)


def test_every_check_and_every_fault_is_tried() -> None:
    assert {check for _, check in CATCHES} == set(CHECKS)
    assert {fault for fault, _ in CATCHES} == set(Fault) - {Fault.NONE}
