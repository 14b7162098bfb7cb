"""Refused submissions: the answer is remembered with the digest of the body, and the log gets the rule.

Nothing of the message itself is stored. What outsiders read may say less than the log: a case that is not theirs is
not found, and the rule that says so stands in the log only.
"""

from datetime import datetime

from audit.body import MessageRef
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.clock import rfc3339
from gateway.domain.errors import InvalidInput, PlanStale, SchakelError
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.rows import SubmissionRow
from gateway.hub.usecases.auditing import leaf, why_refused
from gateway.hub.usecases.deciding import Decided
from gateway.hub.usecases.first_answer import may_follow
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.problem_answers import problem_reply
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Received


async def remember_refusal(
    parts: Parts,
    asker: Asker,
    received: Received,
    decided: Decided | None,
    refusal: SchakelError,
    *,
    attempt: int,
    now: datetime,
) -> Answer:
    """The problem, once it is on record. Raises Clash when another body came first, StorageUnavailable."""
    envelope = received.submission.envelop
    answer = problem_reply(refusal, Verb.SUBMIT, asker.trace_id).answer
    item_key = f"inzending:{envelope.source}:{envelope.id}:{attempt}"
    row = SubmissionRow(
        source=envelope.source,
        message_id=envelope.id,
        attempt=attempt,
        jti=received.submission.jti,
        body_sha256=received.body_sha256,
        status=answer.status,
        answer=answer.to_bytes().decode(),
        may_follow=may_follow(refusal),
        item_key=item_key,
        received_at=rfc3339(now),
    )
    decisions = () if decided is None else decided.decisions
    await parts.writer.write(
        Change(
            key=item_key,
            judge=lambda _: Judgement(inserts=(row, *decisions)),
            leaves=(_leaf(asker, received, decided, refusal, now),),
        )
    )
    return answer


async def audit_invalid(parts: Parts, asker: Asker, error: InvalidInput) -> None:
    """A leaf for a body that is no submission of this agency. Its claims are not repeated: nothing proves them."""
    code = error.causes[0].code if error.causes else error.code
    why = why_refused(InvalidInput(code=code))
    written = leaf(EventTag.SUBMISSION_REFUSED, asker, parts.clock(), why=why)
    await parts.writer.write(
        Change(key=f"ongeldig:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
    )


def _leaf(
    asker: Asker, received: Received, decided: Decided | None, refusal: SchakelError, now: datetime
) -> Leaf:
    envelope, sender = received.submission.envelop, received.submission.afzender
    stale = isinstance(refusal, PlanStale)
    return leaf(
        EventTag.SUBMISSION_STALE if stale else EventTag.SUBMISSION_REFUSED,
        asker,
        now,
        role=sender.rol,
        staff=sender.medewerker,
        why=why_refused(refusal) if stale or decided is None else decided.why,
        case_id=envelope.subject,
        message=MessageRef(message_id=envelope.id),
    )
