"""Which decisions change between two revisions: the same questions asked of both, and every verdict compared."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.hub.policy.at_once import each_at_once
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.questions import (
    AccessQuestion,
    MessageQuestion,
    Question,
    ReadingQuestion,
    TransitionQuestion,
)
from gateway.hub.policy.verdicts import MessageVerdict, ReadingDecision, TransitionDecision

Said = tuple[str, str | None, str]
"""Verdict, mask and rule."""

_ABSENT: Said = ("afwezig", None, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One verdict that differs. `part` is the field, category or head of the answer that it is about."""

    question: str
    part: str
    old: Said
    new: Said

    @property
    def opens(self) -> bool:
        """More is shown than before, or other: what a reviewer looks at first."""
        order = {"deny": 0, "afwezig": 0, "mask": 1, "allow": 2}
        rank = order[self.new[0]] - order[self.old[0]]
        return rank > 0 or (rank == 0 and self.new[1] != self.old[1])


async def difference(
    old: DecisionPoint, new: DecisionPoint, questions: Iterable[tuple[str, Question]]
) -> Sequence[Change]:
    """Every change, in the order of the questions. Raises DecisionUnavailable when either cannot answer."""

    async def compare(asked: tuple[str, Question]) -> list[Change]:
        name, question = asked
        before, after = await asyncio.gather(_answer(old, question), _answer(new, question))
        return list(_changes(name, before, after))

    return [change for changes in await each_at_once(questions, compare) for change in changes]


def _changes(name: str, before: Mapping[str, Said], after: Mapping[str, Said]) -> Iterator[Change]:
    for part in [*before, *(part for part in after if part not in before)]:
        was, becomes = before.get(part, _ABSENT), after.get(part, _ABSENT)
        if was != becomes:
            yield Change(question=name, part=part, old=was, new=becomes)


async def _answer(point: DecisionPoint, question: Question) -> Mapping[str, Said]:
    match question:
        case MessageQuestion():
            return _message(await point.decide_message(question))
        case ReadingQuestion():
            return _reading(await point.decide_reading(question))
        case TransitionQuestion():
            return {"besluit": _head(await point.decide_transition(question))}
        case AccessQuestion():
            said = await point.decide_access(question)
            return {"toegang": ("allow" if said.allowed else "deny", None, said.rule)}


def _message(said: MessageVerdict) -> Mapping[str, Said]:
    return {"afzender": _head(said)} | {
        f"{recipient.role}/{field.field}": (field.decision.value, field.mask, field.rule)
        for recipient in said.recipients
        for field in recipient.fields
    }


def _reading(said: ReadingDecision) -> Mapping[str, Said]:
    return {each.category: (each.decision.value, each.mask, each.rule) for each in said.categories}


def _head(said: MessageVerdict | TransitionDecision) -> Said:
    return ("allow" if said.allowed else "deny", None, said.rule)
