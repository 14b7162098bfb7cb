"""The desk behind both doors: who asks what, within which allowance, and every error as an answer.

A door establishes who asks and carries bytes; everything else is here, so that both doors answer alike.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.errors import SchakelError, TooManyRequests
from gateway.domain.identifiers import new_id
from gateway.hub.policy.refusals import DecisionUnavailable
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.usecases.allowance import Allowances
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.decide import decide_question
from gateway.hub.usecases.decide_reading import decide_reading
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.plan_message import plan_message
from gateway.hub.usecases.problem_answers import Reply, fault_reply, problem_reply
from gateway.hub.usecases.quota import MailboxFull
from gateway.hub.usecases.record_receipt import record_receipt
from gateway.hub.usecases.submit_message import submit_message
from gateway.hub.usecases.turned_away import Note, TurnedAway, unnoted
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from gateway.web.traces import span

logger = logging.getLogger(__name__)

UseCase = Callable[[Parts, Asker, bytes], Awaitable[Answer]]

USE_CASES: Final[Mapping[Verb, UseCase]] = {
    Verb.PLAN: plan_message,
    Verb.SUBMIT: submit_message,
    Verb.RECEIPT: record_receipt,
    Verb.READ: decide_reading,
    Verb.DECIDE: decide_question,
}
_PUBLISHES: Final = frozenset({Verb.SUBMIT, Verb.RECEIPT})


class Desk:
    """Answers requests. Never raises, except when it is cancelled."""

    def __init__(
        self,
        parts: Parts,
        allowances: Allowances,
        *,
        on_written: Callable[[], None] = lambda: None,
        on_turned_away: Note = unnoted,
    ) -> None:
        """`on_written` is called after each request that may have left something to publish, `on_turned_away` after
        each that was refused for want of capacity."""
        self._parts = parts
        self._allowances = allowances
        self._on_written = on_written
        self._on_turned_away = on_turned_away

    async def ask(self, verb: Verb, asker: Asker, body: bytes) -> Reply:
        """The answer to one request, within a span of its own."""
        with span(f"hub {verb}", oin=asker.oin):
            return await self._ask(verb, asker, body)

    async def _ask(self, verb: Verb, asker: Asker, body: bytes) -> Reply:
        try:
            self._allowances.take(asker.oin, verb)
            answer = await USE_CASES[verb](self._parts, asker, body)
        except DecisionUnavailable as error:
            logger.warning("no decision: %s %s trace %s", error.code, error.finding, asker.trace_id)
            await self._audit_no_decision(asker, error)
            return problem_reply(error, verb, asker.trace_id)
        except (TooManyRequests, MailboxFull) as error:
            about = error.oin if isinstance(error, MailboxFull) else verb.value
            self._on_turned_away(TurnedAway(oin=asker.oin, code=error.code, about=about))
            return problem_reply(error, verb, asker.trace_id)
        except SchakelError as error:
            return problem_reply(error, verb, asker.trace_id)
        except Exception as error:  # noqa: BLE001 - the last stop: an outsider gets the trace id and nothing else
            # Without the message of the exception, which could hold what was sent.
            logger.error("fault %s in %s, trace %s", type(error).__name__, verb, asker.trace_id)  # noqa: TRY400
            return fault_reply(verb, asker.trace_id)
        if verb in _PUBLISHES:
            self._on_written()
        return Reply(answer=answer)

    async def _audit_no_decision(self, asker: Asker, error: DecisionUnavailable) -> None:
        why = Why(rule=error.code, revision=self._parts.decider.revision)
        written = leaf(EventTag.DECISION_UNAVAILABLE, asker, self._parts.clock(), why=why)
        try:
            await self._parts.writer.write(
                Change(key=f"geen-besluit:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
            )
        except SchakelError as unwritten:
            logger.warning("not in the log: %s, trace %s", unwritten.code, asker.trace_id)
