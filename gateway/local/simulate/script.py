"""Writes the steps of one case: who sends what when, who takes it on, who answers late or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from gateway.local.simulate.plan import (
    After,
    AwaitState,
    CheckAnswers,
    MessageOf,
    Perform,
    Read,
    Refusal,
    Send,
    Step,
    TakeOn,
)

SLOT: Final = timedelta(hours=4)
"""Everything happens at a multiple of this, so that cases meet and the clock stands still while they act."""
_LATE: Final = 3 * SLOT  # after every answer that is due within the day
_TAKEN_ON_LATE: Final = 0.04
_LATE_OR_MISSING: Final = 2.5  # as often as an answer is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replies:
    """What is answered to a question, and how often nothing is."""

    question: str
    asker: str
    message: str
    fields: Mapping[str, Any]
    missing: float


@dataclass(slots=True)
class Script:
    """The steps so far, and the moment at which the next one happens."""

    rng: Random
    at: timedelta
    steps: list[Step] = field(default_factory=list)
    _questions: list[CheckAnswers] = field(default_factory=list)
    _count: int = 0

    def later(self, slots: int = 1) -> None:
        """Time goes by."""
        self.at += slots * SLOT

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def send(
        self,
        message: str,
        role: str,
        to: Iterable[str],
        *,
        answers: str | None = None,
        act: str | None = None,
        opens: bool = False,
        **fields: Any,
    ) -> str:
        """A message that is accepted; each recipient takes it on, now and then late. Returns its key."""
        key = self._key(message)
        addressed = tuple(to)
        self.steps.append(
            Send(
                at=self.at,
                key=key,
                message=message,
                role=role,
                to=addressed,
                fields=fields,
                answers=answers,
                act=act,
                opens=opens,
            )
        )
        for each in addressed:
            delay = 2 * SLOT if self.chance(_TAKEN_ON_LATE) else timedelta()
            self.steps.append(TakeOn(at=self.at + delay, key=key, role=each))
        return key

    def refused(
        self,
        rule: str,
        message: str,
        role: str,
        to: Iterable[str],
        *,
        status: int = 403,
        extra: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """A message that must not be accepted, by this rule. `extra` are members that the type does not have."""
        self.steps.append(
            Send(
                at=self.at,
                key=self._key(message),
                message=message,
                role=role,
                to=tuple(to),
                fields=fields,
                extra=extra or {},
                refused=Refusal(status=status, rule=rule),
            )
        )

    def read(self, key: str, role: str, purpose: str | None, *, refused: str | None = None) -> None:
        """The holder of the role opens a copy, or is refused by this rule."""
        refusal = None if refused is None else Refusal(status=403, rule=refused)
        self.steps.append(Read(at=self.at, key=key, role=role, purpose=purpose, refused=refusal))

    def perform(self, action: str, role: str, *, refused: str | None = None) -> None:
        refusal = None if refused is None else Refusal(status=403, rule=refused)
        self.steps.append(Perform(at=self.at, role=role, action=action, refused=refusal))

    def await_state(self, state: str, role: str, purpose: str) -> None:
        self.steps.append(AwaitState(at=self.at, role=role, purpose=purpose, state=state))

    def ask(
        self,
        question: str,
        role: str,
        answer: str,
        answering: Iterable[str],
        *,
        missing: float = 0.08,
        answered: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> str:
        """A question to several roles, who answer in time, late or not at all; how it stands is checked at the end."""
        roles = tuple(answering)
        key = self.send(question, role, roles, **fields)
        replies = _Replies(question=key, asker=role, message=answer, fields=answered or {}, missing=missing)
        stands = {each: self._answer(replies, each) for each in roles}
        self._questions.append(CheckAnswers(at=self.at, key=key, role=role, stands=stands))
        return key

    def ordered(self) -> tuple[Step, ...]:
        """All steps by moment, and what must have come of the questions last."""
        steps = sorted(self.steps, key=lambda step: step.at)
        end = steps[-1].at
        checks = [
            CheckAnswers(at=end, key=each.key, role=each.role, stands=each.stands) for each in self._questions
        ]
        return (*steps, *checks)

    def _answer(self, replies: "_Replies", role: str) -> str:
        """How it will stand with this role: answered, late, or missing."""
        drawn = self.rng.random()
        if drawn < replies.missing:
            return "uitgebleven"
        late = drawn < _LATE_OR_MISSING * replies.missing
        here = self.at
        self.at = here + _LATE if late else here
        about = MessageOf(key=replies.question)
        to = (replies.asker,)
        self.send(replies.message, role, to, answers=replies.question, verzoek_id=about, **replies.fields)
        self.at = here
        return "te_laat" if late else "beantwoord"

    def _key(self, message: str) -> str:
        self._count += 1
        return f"{self._count:02d} {message}"


def after(hours: float) -> After:
    """A moment so long after the step that states it."""
    return After(delay=timedelta(hours=hours))
