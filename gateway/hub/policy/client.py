"""Asks OPA and answers with a verdict, or with the named reason why there is none. Never in between.

One question is one POST. OPA's answer counts only when it is whole, known and made with the revision that the
hub expects (`answers.py`).
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TypeVar

import aiohttp
from opa_client.opa_async import AsyncOpaClient

from gateway.domain.identifiers import new_id
from gateway.hub.policy.activation import ActivationError
from gateway.hub.policy.answers import (
    parse_access,
    parse_message,
    parse_reading,
    parse_transition,
    revision_of,
)
from gateway.hub.policy.connection import OddAnswer, close_client, open_client
from gateway.hub.policy.questions import (
    AccessQuestion,
    MessageQuestion,
    Question,
    ReadingQuestion,
    TransitionQuestion,
)
from gateway.hub.policy.refusals import DecisionUnavailable, NoDecision
from gateway.hub.policy.revision import Revision
from gateway.hub.policy.verdicts import AccessDecision, MessageVerdict, ReadingDecision, TransitionDecision

# Six recipients take 9 ms at the 99th percentile on two cores; the rest is room for a burst.
DEFAULT_TIMEOUT_S: Final = 2.0

_Decision = TypeVar("_Decision", MessageVerdict, ReadingDecision, TransitionDecision, AccessDecision)


class DecisionPoint:
    """The running OPA, asked with one revision at a time. Safe for many tasks at once.

    `timeout_s` bounds a whole question, waiting for a connection included. `activated` reads, from the newest
    revision known, which one is in use, and raises ActivationError (`PolicyFolder.current`); without it the
    revision never changes.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        revision: Revision | str,
        activated: Callable[[Revision], Revision] | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        self._host = host
        self._port = port
        self._activated = activated
        self._timeout_s = timeout_s
        self._revision = str(revision)
        self._seen_revision = self._revision
        self._client: AsyncOpaClient | None = None

    async def __aenter__(self) -> Self:
        self._client = await open_client(self._host, self._port, timeout_s=self._timeout_s)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await close_client(self._client)
            self._client = None

    @property
    def revision(self) -> str:
        """The revision that decisions are made with now."""
        return self._revision

    async def refresh(self) -> None:
        """Require the newest activated revision. Call it now and then, at least ten seconds apart.

        A revision counts from the second time that it is seen, because OPA loads it a moment after it was
        activated. So an OPA that is kept on an older revision is refused, however well that one was signed.
        Raises ActivationError.
        """
        newest = await self._newest()
        if newest == self._seen_revision:
            self._revision = newest
        self._seen_revision = newest

    async def decide_message(self, question: MessageQuestion) -> MessageVerdict:
        """Verdict on a whole message: sender, recipients, fields. Raises DecisionUnavailable."""
        return await self._decide(
            question,
            lambda answer, revision, decision_id: parse_message(
                answer, question=question, revision=revision, decision_id=decision_id
            ),
        )

    async def decide_reading(self, question: ReadingQuestion) -> ReadingDecision:
        """Verdict on reading or forwarding. Raises DecisionUnavailable."""
        return await self._decide(
            question,
            lambda answer, revision, decision_id: parse_reading(
                answer, question=question, revision=revision, decision_id=decision_id
            ),
        )

    async def decide_transition(self, question: TransitionQuestion) -> TransitionDecision:
        """Verdict on an act. Raises DecisionUnavailable."""
        return await self._decide(
            question,
            lambda answer, revision, decision_id: parse_transition(
                answer, question=question, revision=revision, decision_id=decision_id
            ),
        )

    async def decide_access(self, question: AccessQuestion) -> AccessDecision:
        """Yes or no about a whole case. Raises DecisionUnavailable."""
        return await self._decide(
            question,
            lambda answer, revision, decision_id: parse_access(
                answer, question=question, revision=revision, decision_id=decision_id
            ),
        )

    async def _decide(self, question: Question, parse: Callable[[object, str, str], _Decision]) -> _Decision:
        revision = self._revision
        answer = await self._ask(question, revision)
        said = revision_of(answer)
        if said is not None and said != revision and await self._moved_to(said):
            revision = said
            answer = await self._ask(question, revision)
        return parse(answer, revision, new_id())

    async def _moved_to(self, said: str) -> bool:
        """Whether OPA's other revision is the one that was activated meanwhile; then it is ours from now on."""
        try:
            newest = await self._newest()
        except ActivationError as error:
            raise DecisionUnavailable(NoDecision.WRONG_REVISION, finding=str(error)) from error
        if newest != said:
            return False
        self._revision = self._seen_revision = newest
        return True

    async def _newest(self) -> str:
        if self._activated is None:
            return self._revision
        return str(await asyncio.to_thread(self._activated, Revision.parse(self._revision)))

    async def _ask(self, question: Question, revision: str) -> object:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(question, revision)
        except TimeoutError as error:
            raise DecisionUnavailable(NoDecision.SLOW, finding=f"{self._timeout_s} s") from error
        except aiohttp.ClientResponseError as error:
            raise _not_a_decision(error) from error
        except (aiohttp.ClientPayloadError, OddAnswer) as error:
            raise DecisionUnavailable(NoDecision.MALFORMED, finding=type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise DecisionUnavailable(NoDecision.UNREACHABLE, finding=type(error).__name__) from error

    async def _post(self, question: Question, revision: str) -> object:
        if self._client is None:
            raise DecisionUnavailable(NoDecision.UNREACHABLE, finding="not opened")
        document = question.to_input(revision)
        try:
            answer = await self._client.query_rule(document, question.package, "decision")
        except aiohttp.ServerDisconnectedError:
            # A kept connection that OPA had closed. A question changes nothing, so it may be put once more,
            # within the same time limit.
            answer = await self._client.query_rule(document, question.package, "decision")
        return _result(answer)


def _result(answer: object) -> object:
    """What stands under `result`. An undefined decision is HTTP 200 without it, and no permission."""
    if not isinstance(answer, dict):
        raise DecisionUnavailable(NoDecision.MALFORMED, finding="not an object")
    # `decision_id` is OPA's own, present when its decision log is on; `warning` comes with an absent input.
    unknown = answer.keys() - {"result", "decision_id"}
    if unknown:
        raise DecisionUnavailable(NoDecision.UNKNOWN_KEY, finding="beside result")
    if "result" not in answer:
        raise DecisionUnavailable(NoDecision.NO_RESULT)
    return answer["result"]


def _not_a_decision(error: aiohttp.ClientResponseError) -> DecisionUnavailable:
    busy = error.status in {502, 503, 504}
    reason = NoDecision.UNREACHABLE if busy else NoDecision.MALFORMED
    return DecisionUnavailable(reason, finding=f"HTTP {error.status}")
