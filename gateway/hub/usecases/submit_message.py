"""A submission: accepted whole, with everything that follows from it, or refused with a reason that is remembered.

(1) Look up the identity: the same bytes get their first answer. (2) Verify signatures and digests. (3) Load the case.
(4) Ask the policy about the whole message. (5) Compare what was sent with what is decided now. (6) Write all of it in
one transaction; when a fact moved meanwhile, decide again. (7) Answer with the proof from the log.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.errors import (
    Conflict,
    InvalidInput,
    PlanStale,
    SchakelError,
    Unavailable,
    UnknownMessageType,
)
from gateway.hub.storage.changes import Clash, Moved
from gateway.hub.storage.submissions import KnownForSubmission, load_for_submission
from gateway.hub.usecases.acceptance import acceptance
from gateway.hub.usecases.accepted import Accepted
from gateway.hub.usecases.agreement import check_form, disagreements
from gateway.hub.usecases.clock_terms import is_term_over
from gateway.hub.usecases.deciding import Decided, decide
from gateway.hub.usecases.first_answer import accepted_answer, look_up
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.plan_message import plan_of
from gateway.hub.usecases.proposal import Proposal, read_proposal
from gateway.hub.usecases.quota import require_room
from gateway.hub.usecases.references import reference_refusal
from gateway.hub.usecases.refused_submission import audit_invalid, remember_refusal
from gateway.hub.usecases.settling import record_lapse
from gateway.hub.usecases.succeeding import require_current
from gateway.hub.usecases.untold import untold_refusal
from gateway.protocol.canonical import malformed, sha256_hex
from gateway.protocol.envelope import require_kind, source_oin
from gateway.protocol.exchange import Answer
from gateway.protocol.registry import Registry
from gateway.protocol.submission import Received, Submission, check_age, identity_of, receive

MAX_TRIES: Final = 20  # one more for each message that was accepted in the same case in the same instant
RETRY_AFTER_S: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Incoming:
    """A verified submission; `attempt` counts the bodies that came under its id before."""

    asker: Asker
    received: Received
    proposal: Proposal
    attempt: int


async def submit_message(parts: Parts, asker: Asker, body: bytes) -> Answer:
    """The answer after the commit, or the remembered refusal.

    Raises InvalidInput (nothing is remembered, the attempt is audited), Conflict for an id that was used for other
    bytes, and what makes it worth trying again: MailboxFull, DecisionUnavailable and StorageUnavailable.
    """
    try:
        return await _submit(parts, asker, body)
    except InvalidInput as error:
        await audit_invalid(parts, asker, error)
        raise


async def _submit(parts: Parts, asker: Asker, body: bytes) -> Answer:
    source, message_id = identity_of(body)
    if (
        source_oin(source) != asker.oin
    ):  # before the look-up: another's answer is not given to whoever has its bytes
        raise malformed("source", "envelop noemt een andere organisatie dan de verbinding")
    digest = sha256_hex(body)
    answer, attempt = await look_up(parts, source, message_id, digest)  # (1)
    if answer is not None:
        return answer
    await require_current(parts, asker)  # after the look-up: what was accepted before keeps its answer
    received, proposal = _verified(parts, asker, body)  # (2)
    for _ in range(MAX_TRIES):
        try:
            incoming = _Incoming(asker=asker, received=received, proposal=proposal, attempt=attempt)
            answer = await _judge_and_write(parts, incoming)
        except Moved:
            continue
        except Clash:
            answer = None
        if (
            answer is None
        ):  # the same submission was written, here or by somebody else: its first answer counts
            answer, attempt = await look_up(parts, source, message_id, digest)
        if answer is not None:
            return answer
    raise Unavailable(retry_after_s=RETRY_AFTER_S, code="zaak-te-druk")


def _verified(parts: Parts, asker: Asker, body: bytes) -> tuple[Received, Proposal]:
    registry = parts.registry()
    sender = asker.participant(registry)
    received = receive(body, sender_oin=asker.oin, key=sender.verification_key, hub_oin=registry.hub_oin)
    submission = received.submission
    require_kind(submission.envelop, simulation=parts.simulation)
    proposal = read_proposal(
        registry,
        sender,
        message_type=_type_of(submission),
        case_id=submission.envelop.subject,
        municipality=submission.gemeentecode,
        staff=submission.afzender,
        facts=submission.feiten,
        recipients=submission.ontvangers,
        act=submission.handeling,
        in_reply_to=submission.in_antwoord_op,
        purpose=submission.envelop.doel,
        now=parts.clock(),
    )
    return received, proposal


def _type_of(submission: Submission) -> MessageType:
    """The type by its whole event name, so that another version is another type."""
    found = next((t for t in catalogue().messages if t.event_type == submission.envelop.type), None)
    if found is None:
        raise UnknownMessageType
    return found


async def _judge_and_write(parts: Parts, incoming: _Incoming) -> Answer | None:
    """The answer, or None when it is known only that it was written. Raises Moved and Clash."""
    now, received, asker = parts.clock(), incoming.received, incoming.asker
    known = await _load(parts, asker, received, now)  # (3)
    if known.bodies != incoming.attempt:
        raise Clash("another body, or the same, came first")
    unseen = _refusal_unseen(received, known, now)
    if unseen is not None:
        return await remember_refusal(parts, asker, received, None, unseen, attempt=incoming.attempt, now=now)
    if is_term_over(known.situation.clocks, now):
        await record_lapse(parts, asker, incoming.proposal.case_id)
    decided = await decide(
        parts.decider, incoming.proposal, known.situation, now, parts.registry().successions
    )  # (4)
    refusal = _refusal(received, decided, parts.registry(), now)  # (5)
    if refusal is not None:
        return await remember_refusal(
            parts, asker, received, decided, refusal, attempt=incoming.attempt, now=now
        )
    require_room(parts.quota, known.waiting, _recipients(received), decided.urgency)
    return await _accept(parts, incoming, decided, now)


async def _load(parts: Parts, asker: Asker, received: Received, now: datetime) -> KnownForSubmission:
    submission = received.submission
    return await parts.reader.read(
        lambda c: load_for_submission(
            c,
            source=submission.envelop.source,
            message_id=submission.envelop.id,
            jti=submission.jti,
            copy_ids=[copy.kopie_id for copy in submission.kopieen],
            recipients=_recipients(received),
            case_id=submission.envelop.subject,
            oin=asker.oin,
            now=rfc3339(now),
            opening_in=submission.gemeentecode,
        )
    )


def _recipients(received: Received) -> list[str]:
    """The agency of each copy."""
    return [copy.ontvanger.oin for copy in received.submission.kopieen]


def _refusal_unseen(received: Received, known: KnownForSubmission, now: datetime) -> SchakelError | None:
    """What refuses a submission without a look at the case."""
    if known.is_jti_used:
        raise malformed("jti", "al gebruikt")
    if not check_age(received.submission, now):
        return Conflict(
            code="handtekening-verlopen",
            detail_nl="De handtekening is ouder dan tien minuten. Onderteken opnieuw, met een nieuwe jti.",
            detail_en="The signature is older than ten minutes. Sign again, with a new jti.",
        )
    if known.are_copies_known:
        return Conflict(
            code="kopie-id-hergebruikt",
            detail_nl="Een kopie-id is al gebruikt; maak elke kopie met een nieuw kopie-id.",
            detail_en="A copy id was used before; make each copy with a new copy id.",
        )
    return None


def _refusal(received: Received, decided: Decided, registry: Registry, now: datetime) -> SchakelError | None:
    """What refuses it once it was decided. Raises InvalidInput for a submission that contradicts itself."""
    refusal = decided.refusal() or reference_refusal(decided) or untold_refusal(decided, registry)
    if isinstance(refusal, InvalidInput):
        raise refusal
    if refusal is not None:
        return refusal
    check_form(received, decided)
    if disagreements(received, decided):
        return PlanStale(plan=plan_of(decided, rfc3339(now)).to_json())
    return None


async def _accept(parts: Parts, incoming: _Incoming, decided: Decided, now: datetime) -> Answer | None:
    case_id, received = decided.proposal.case_id, incoming.received
    if not decided.record.exists:
        await asyncio.to_thread(parts.case_keys.ensure, case_id)
    envelope = received.submission.envelop
    accepted = Accepted(
        received=received,
        decided=decided,
        asker=incoming.asker,
        wrapped=tuple(
            parts.case_keys.wrap(case_id, digest.kopie_id, f"{copy.jws}\n{copy.jwe}".encode())
            for digest, copy in zip(received.submission.kopieen, received.copies, strict=True)
        ),
        attempt=incoming.attempt,
        item_key=f"inzending:{envelope.source}:{envelope.id}:{incoming.attempt}",
        signing_key=parts.signing_key,
        now=now,
    )
    written = await parts.writer.write(acceptance(accepted, tz_version=parts.tz_version))  # (6)
    if written.answer is None or written.placement is None:
        return None
    return accepted_answer(written.answer, written.placement, parts.log_signer)  # (7)
