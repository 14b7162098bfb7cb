"""How long the policy takes to decide, and whether a whole message costs what it may. Asks a real OPA."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.identifiers import AgencyKind, CategoryId, Oin, RoleId
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.grid import NOW, fulfilled_facts
from gateway.hub.policy.questions import MessageQuestion, RecipientQuestion, Subject

WARM_UP: Final = 50
# A message of 25 fields for four recipients, against one field for one recipient (the project's own bar).
BAR_FACTOR: Final = 1.5
BAR_EXTRA_MS: Final = 3.0
_LARGE_FIELDS: Final = 25
_SENDER, _OTHER = Oin("00000099000000000001"), Oin("00000099000000000002")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Milliseconds per question, asked one after another."""

    name: str
    questions: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benched:
    """What was measured, and whether a whole message stays below the bar (medians)."""

    small: Measured
    large: Measured
    at_once: int
    per_second: float

    @property
    def bar_ms(self) -> float:
        return self.small.p50_ms * BAR_FACTOR + BAR_EXTRA_MS

    @property
    def meets_bar(self) -> bool:
        return self.large.p50_ms <= self.bar_ms


async def bench(point: DecisionPoint, *, questions: int, at_once: int) -> Benched:
    """Ask `questions` small and large questions in turn, then as many small ones `at_once` at a time."""
    small, large = _small(), _large()
    for _ in range(WARM_UP):
        await point.decide_message(large)
    # In turn, so that whatever else the machine does falls on both.
    small_ms, large_ms = [], []
    for _ in range(questions):
        small_ms.append(await _timed(lambda: point.decide_message(small)))
        large_ms.append(await _timed(lambda: point.decide_message(large)))
    return Benched(
        small=_measured("1 veld, 1 ontvanger", small_ms),
        large=_measured(f"{_LARGE_FIELDS} velden, 4 ontvangers", large_ms),
        at_once=at_once,
        per_second=await _throughput(point, small, questions, at_once),
    )


async def _throughput(point: DecisionPoint, question: MessageQuestion, questions: int, at_once: int) -> float:
    room = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with room:
            await point.decide_message(question)

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(questions):
            group.create_task(one())
    return questions / (time.perf_counter() - start)


async def _timed(ask: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await ask()
    return (time.perf_counter() - start) * 1000


def _measured(name: str, times_ms: Sequence[float]) -> Measured:
    ordered = sorted(times_ms)
    return Measured(
        name=name,
        questions=len(ordered),
        p50_ms=ordered[len(ordered) // 2],
        p99_ms=ordered[min(len(ordered) - 1, math.ceil(len(ordered) * 0.99))],
    )


def _small() -> MessageQuestion:
    message = catalogue().by_name["screening.gepland.kennisgeving"]
    once = {field.category: 0 for field in message.fields}
    for field in message.fields:
        once[field.category] += 1
    category = next(name for name, number in once.items() if number == 1)
    return _question(message, recipients=1, categories=(category,))


def _large() -> MessageQuestion:
    """The message whose number of fields is nearest to 25."""
    words = catalogue()
    message = min(words.messages, key=lambda each: abs(len(each.fields) - _LARGE_FIELDS))
    return _question(message, recipients=4, categories=None)


def _question(
    message: MessageType, *, recipients: int, categories: tuple[CategoryId, ...] | None
) -> MessageQuestion:
    facts = fulfilled_facts()
    roles = [message.recipients[number % len(message.recipients)] for number in range(recipients)]
    return MessageQuestion(
        now=NOW,
        subject=Subject(oin=_SENDER, agency=_agency(message.senders[0]), role=RoleId(message.senders[0])),
        case_state=message.states[0],
        owner=_SENDER,
        message=message.name,
        categories=categories,
        context=facts,
        recipients=tuple(
            RecipientQuestion(
                oin=_OTHER, agency=_agency(role), role=RoleId(role), competent_or_assigned=True, context=facts
            )
            for role in roles
        ),
    )


def _agency(role: str) -> AgencyKind:
    return catalogue().roles[RoleId(role)].agencies[0]
