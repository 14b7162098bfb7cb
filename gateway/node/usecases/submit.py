"""Gets a stored submission to the hub and records the answer.

The bytes go verbatim until the hub answers. A refusal is final, but for a plan that became stale or a signature that
became too old: then the message is composed again from its original, with a new plan and a new `jti`, and the older
bytes are void. What the hub was never asked stays in the outbox.

An urgent message that may pass older ones of its case goes only if the hub gives it a plan as the case stands, with the
same act as before: then it does not rest on what waits. What the hub refuses after that, it refuses for good as always.
"""

import logging
from datetime import datetime
from typing import Final

from gateway.domain.clock import rfc3339
from gateway.domain.errors import (
    Conflict,
    InvalidInput,
    PlanStale,
    SchakelError,
    TooManyRequests,
    Unavailable,
)
from gateway.node.hub_link import HubUnreachable, answer_or_error, asked_wait
from gateway.node.hub_link.problems import error_of
from gateway.node.storage import numbers, outbox, sent
from gateway.node.storage.database import Connection
from gateway.node.storage.outbox import Held, Turn
from gateway.node.storage.rows import SentMessage
from gateway.node.storage.sent import SentState
from gateway.node.usecases.compose import compose
from gateway.node.usecases.draft import Draft, draft_of
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.plan import plan_message
from gateway.protocol.canonical import canonical
from gateway.protocol.exchange import MAILBOX_FULL, Answer
from gateway.protocol.plan import Plan
from gateway.protocol.questions import SubmitAnswer
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import load_json
from gateway.web.problems import problem_of

logger = logging.getLogger(__name__)

RESOURCE: Final = "/v1/inzendingen"
RETRY_AFTER_S: Final = 2
SIGNATURE_OLD: Final = "handtekening-verlopen"
MOST_REBUILDS: Final = 2  # one for a signature that became old during an outage, one for a plan that moved


async def submit_stored(parts: Parts, message_id: str) -> bool:
    """True when the hub accepted the message, now or before; False when it waits.

    Raises what the hub refused it with, also when that was before.
    """
    message, turn = await parts.database.read(lambda c: (_found(c, message_id), outbox.turn(c, message_id)))
    if message.state != SentState.WAITING:
        return _first_answer(message)
    try:
        may_go = turn is Turn.GOES or (turn is Turn.PASSES and await _can_do_without(parts, message))
        while may_go:
            try:
                await _submit(parts, message)
            except (PlanStale, Conflict) as refusal:
                message = await _composed_again(parts, message, refusal)
            else:
                return True
    except (Unavailable, TooManyRequests) as error:
        wait, case_id = asked_wait(error), message.case_id
        held_by = Held.NO_ROOM if error.code == MAILBOX_FULL else None
        extra = {"message_id": message_id, "case_id": case_id, "code": error.code}
        logger.info("a message waits: the hub cannot take it now", extra=extra)
        await parts.database.write(
            lambda c: outbox.later(
                c,
                now=parts.clock(),
                message_id=message_id,
                at_least=wait,
                urgent=sent.urgent_waits(c, case_id),
                held_by=held_by,
            )
        )
        parts.to_hub.ring()
    except SchakelError as refusal:
        problem = problem_of(refusal, instance=RESOURCE, trace_id="")
        answer = Answer(problem.status, dict(problem.body))
        await parts.database.write(lambda c: _record_refused(c, message_id, answer, parts.clock()))
        parts.to_hub.ring()  # what waited behind it may go now
        logger.warning("the hub refused a message", extra={"message_id": message_id, "code": refusal.code})
        raise
    return False


async def _can_do_without(parts: Parts, message: SentMessage) -> bool:
    """Whether the hub would take it before the older ones. If not, it stays behind them. Raises Unavailable and
    TooManyRequests. A plan that is refused is forgotten; a submission that is refused would be so for good."""
    try:
        plan = await plan_message(parts, draft_of(parts, message))
    except (Unavailable, TooManyRequests):
        raise
    except SchakelError as refusal:
        found = refusal.code
    else:
        if plan.handeling == Plan.parse(load_json(message.plan.encode())).handeling:
            return True
        found = "andere-handeling"
    extra = {"message_id": message.message_id, "code": found}
    logger.info("an urgent message waits for an older one of its case", extra=extra)
    await parts.database.write(lambda c: outbox.stay_behind(c, message.message_id, parts.clock()))
    return False


def _found(connection: Connection, message_id: str) -> SentMessage:
    message = sent.find_message(connection, message_id)
    if message is None:
        raise LookupError(f"no message {message_id} was stored")
    return message


def _first_answer(message: SentMessage) -> bool:
    if message.state == SentState.REFUSED and message.answer is not None:
        raise error_of(Answer(message.answer_status or 500, load_json(message.answer.encode())))
    return True


async def _submit(parts: Parts, message: SentMessage) -> None:
    """Returns when the hub accepted it. Raises what it refuses with, and HubUnreachable for an answer that is none."""
    body = answer_or_error(await parts.hub.ask(Verb.SUBMIT, message.body))
    try:
        accepted = SubmitAnswer.parse(dict(body))
    except InvalidInput as error:
        raise HubUnreachable(retry_after_s=RETRY_AFTER_S, code="hub-antwoord-onleesbaar") from error
    await parts.database.write(lambda c: _record_accepted(c, accepted, parts.clock()))
    parts.to_hub.ring()  # what waited behind it may go now
    parts.to_documents.ring()


async def _composed_again(parts: Parts, message: SentMessage, refusal: Conflict) -> SentMessage:
    """The message with new bytes. Raises the refusal when it is final, or when it was composed again often enough."""
    draft = draft_of(parts, message)
    if message.attempt >= MOST_REBUILDS:
        raise refusal
    if isinstance(refusal, PlanStale):
        plan = Plan.parse(dict(refusal.plan))
    elif refusal.code == SIGNATURE_OLD:
        plan = await plan_message(parts, draft)
    else:
        raise refusal
    return await parts.database.write(lambda c: _rebuild(parts, c, message, draft, plan))


def _rebuild(
    parts: Parts, connection: Connection, message: SentMessage, draft: Draft, plan: Plan
) -> SentMessage:
    """The older bytes are void: their numbers are given up and named as unused by the new copies."""
    numbers.give_up(connection, sent.copies_of(connection, message.message_id))
    composed = compose(parts, connection, draft, plan, parts.clock())
    sent.replace_submission(
        connection,
        message.message_id,
        body=composed.body,
        plan=plan.canonical().decode(),
        urgency=plan.urgentie,
        copies=composed.copies,
    )
    return _found(connection, message.message_id)


def _record_accepted(connection: Connection, accepted: SubmitAnswer, now: datetime) -> None:
    copies = sent.copies_of(connection, accepted.bericht_id)
    numbers.told(connection, copies)
    statuses = {delivery.kopie_id: delivery.status for delivery in accepted.afleveringen}
    for copy in copies:
        sent.raise_status(connection, copy, statuses.get(copy.copy_id, copy.status), rfc3339(now))
    _close(connection, accepted.bericht_id, SentState.ACCEPTED, Answer(200, accepted.to_json()), now)


def _record_refused(connection: Connection, message_id: str, answer: Answer, now: datetime) -> None:
    numbers.give_up(connection, sent.copies_of(connection, message_id))
    _close(connection, message_id, SentState.REFUSED, answer, now)


def _close(connection: Connection, message_id: str, state: SentState, answer: Answer, now: datetime) -> None:
    text = canonical(answer.body).decode()
    sent.record_answer(
        connection, message_id, state=state, status=answer.status, answer=text, now=rfc3339(now)
    )
    outbox.done(connection, message_id=message_id)
