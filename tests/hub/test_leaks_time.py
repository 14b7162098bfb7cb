"""The time of an answer does not tell an unknown case from one that exists and is not yours.

Asked in pairs, one of each, in random order, so that whatever else the machine does falls on both. The statistic is
the median of the differences with an interval from their ranks: no assumption about how times are spread.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from math import sqrt
from time import perf_counter
from typing import Final
from uuid import uuid4

import pytest

from gateway.domain.catalogue import START
from gateway.domain.clock import rfc3339
from gateway.hub.policy.questions import AccessQuestion, MessageQuestion, ReadingQuestion, TransitionQuestion
from gateway.hub.policy.verdicts import AccessDecision, MessageVerdict, ReadingDecision, TransitionDecision
from gateway.hub.ports import PolicyDecider
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.problem_answers import Reply
from tests.hub.asking import ask_case, ask_reading, assign, decide
from tests.hub.makers import (
    ELDERS,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    RunningHub,
    Sender,
    notify_police,
    open_case,
)
from tests.hub.revoking import WITHOUT_LIMIT

TELLING_S: Final = 0.003  # a smaller difference drowns in any network, and in the hub's own other work
NARROW_S: Final = 0.008
SIGMAS: Final = 5.0
MIN_PAIRS: Final = 100
MAX_PAIRS: Final = 400
ASKED_FOR_ONE_SAMPLE: Final = 3  # the fastest counts: what another process took is mostly left out
PLANTED_S: Final = 0.020

Ask = Callable[[str], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Interval:
    """In it lies the median difference, in seconds, at five sigmas."""

    low: float
    high: float

    @classmethod
    def of(cls, differences: list[float]) -> "Interval":
        """By the ranks of the sign test."""
        ranked, count = sorted(differences), len(differences)
        aside = max(0, int(count / 2 - SIGMAS * sqrt(count) / 2))
        return cls(ranked[aside], ranked[count - 1 - aside])

    @property
    def tells(self) -> bool:
        """Whether there is surely a difference that somebody could use."""
        return self.low > TELLING_S or self.high < -TELLING_S


async def seconds(ask: Ask, subject: Callable[[], str]) -> float:
    times = []
    for _ in range(ASKED_FOR_ONE_SAMPLE):
        chosen, begin = subject(), perf_counter()
        reply = await ask(chosen)
        times.append(perf_counter() - begin)
        assert reply.answer.status == 404, reply.answer.body
    return min(times)


async def difference(ask: Ask, hidden: str) -> Interval:
    """How much longer the answer takes for what is there than for what is not."""
    chance, differences = random.Random(20260301), []  # noqa: S311
    while True:
        first_hidden, taken = chance.random() < 0.5, {}
        for there in (first_hidden, not first_hidden):
            taken[there] = await seconds(ask, (lambda: hidden) if there else (lambda: str(uuid4())))
        differences.append(taken[True] - taken[False])
        if len(differences) < MIN_PAIRS:
            continue
        interval = Interval.of(differences)
        if interval.high - interval.low < NARROW_S or len(differences) == MAX_PAIRS:
            return interval


def ways(outsider: Sender) -> dict[str, Ask]:
    """Every question about a case that somebody without part in it can ask."""

    async def close(case_id: str) -> Reply:
        now = rfc3339(outsider.hub.hands.now)
        who = {"rol": outsider.role, "medewerker": outsider.staff}
        act = {"soort": "handeling", "zaakId": case_id, "handeling": "sluiten", "door": who, "feiten": {}}
        return await decide(outsider, act | {"gebeurdOp": now, "vastgelegdOp": now})

    return {
        "zaak": lambda case_id: ask_case(outsider, case_id, "weging"),
        "handeling": close,
        "toewijzing": lambda case_id: assign(outsider, case_id),
        "plan": lambda case_id: outsider.plan(
            KENNISGEVING, case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")]
        ),
        "lezen": lambda copy_id: ask_reading(outsider, copy_id, "weging"),
    }


class Telltale:
    """The real decision point, slower by the planted difference when the case exists."""

    def __init__(self, decider: PolicyDecider) -> None:
        self._decider = decider

    @property
    def revision(self) -> str:
        return self._decider.revision

    async def decide_message(self, question: MessageQuestion) -> MessageVerdict:
        return await self._decider.decide_message(question)

    async def decide_reading(self, question: ReadingQuestion) -> ReadingDecision:
        return await self._decider.decide_reading(question)

    async def decide_transition(self, question: TransitionQuestion) -> TransitionDecision:
        return await self._decider.decide_transition(question)

    async def decide_access(self, question: AccessQuestion) -> AccessDecision:
        if question.case_state != START:
            await asyncio.sleep(PLANTED_S)
        return await self._decider.decide_access(question)


async def hidden_in(hub: RunningHub) -> tuple[str, str]:
    """A case, and a copy in it, of others."""
    case = await open_case(hub)
    sent = await notify_police(case)
    return case.case_id, sent.copies[0][0].kopie_id


@pytest.mark.parametrize("way", ["zaak", "handeling", "toewijzing", "plan", "lezen"])
async def test_time_does_not_tell_an_invisible_case_from_an_unknown_one(hub: RunningHub, way: str) -> None:
    case_id, copy_id = await hidden_in(hub)
    unlimited = replace(hub, desk=Desk(hub.parts, WITHOUT_LIMIT))
    ask = ways(unlimited.node(ELDERS, "gemeente_jurist", "eld-1"))[way]
    found = await difference(ask, copy_id if way == "lezen" else case_id)
    assert not found.tells, found


async def test_a_planted_difference_of_twenty_milliseconds_is_noticed(hub: RunningHub) -> None:
    case_id, _ = await hidden_in(hub)
    parts = replace(hub.parts, decider=Telltale(hub.parts.decider))
    slow = replace(hub, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))
    found = await difference(ways(slow.node(ELDERS, "gemeente_jurist", "eld-1"))["zaak"], case_id)
    assert found.tells, found
