"""What the use cases need from outside, where more than one thing can be there.

`PolicyDecider` is the running decision point (`gateway.hub.policy.client.DecisionPoint`), or one that repeats stored
decisions when they are replayed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from gateway.hub.policy.questions import AccessQuestion, MessageQuestion, ReadingQuestion, TransitionQuestion
from gateway.hub.policy.verdicts import AccessDecision, MessageVerdict, ReadingDecision, TransitionDecision
from gateway.protocol.registry import Registry

Clock = Callable[[], datetime]
"""The present moment, aware and in UTC."""

CurrentRegistry = Callable[[], Registry]
"""The registry as it is published now; asked at each request, so that a new participant needs no restart."""


class PolicyDecider(Protocol):
    """Answers each question with a verdict or raises DecisionUnavailable; never anything in between."""

    @property
    def revision(self) -> str:
        """The revision that decides now."""
        ...

    async def decide_message(self, question: MessageQuestion) -> MessageVerdict: ...

    async def decide_reading(self, question: ReadingQuestion) -> ReadingDecision: ...

    async def decide_transition(self, question: TransitionQuestion) -> TransitionDecision: ...

    async def decide_access(self, question: AccessQuestion) -> AccessDecision: ...
