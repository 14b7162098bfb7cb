"""The leaves of an accepted message. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from audit.body import MessageRef, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.decision import RecipientDecision
from gateway.hub.usecases.accepted import Accepted
from gateway.hub.usecases.auditing import cited, commitment_ref, leaf
from gateway.hub.usecases.succeeding import link_leaves
from gateway.protocol.copy import CopyStatement


def leaves(accepted: Accepted) -> Iterator[Leaf]:
    """The message, the case it opens and the act it records, and each copy with the recipient's own purpose."""
    yield _leaf(accepted, EventTag.SUBMISSION_ACCEPTED)
    if not accepted.decided.record.exists:
        yield _leaf(accepted, EventTag.CASE_OPENED)
        yield _leaf(accepted, EventTag.ASSIGNMENT_MADE)
    if accepted.decided.act is not None:
        yield _leaf(accepted, EventTag.ACT_PERFORMED)
    yield from link_leaves(
        accepted.asker,
        accepted.decided.links,
        accepted.now,
        role=accepted.decided.proposal.sender.role,
        staff=accepted.decided.proposal.sender.staff,
        case_id=accepted.received.submission.envelop.subject,
        decision_id=accepted.decided.verdict.decision_id,
    )
    recipients = accepted.decided.verdict.recipients
    ground = {(str(each.oin), str(each.role)): each for each in recipients}
    for statement in accepted.received.statements:
        context = statement.context
        decision = ground[context.ontvanger.oin, context.ontvanger.rol]
        yield _leaf(accepted, EventTag.COPY_PROVIDED, statement, _why(accepted, decision, context.doel))
    for recipient in recipients:
        if not recipient.allowed:
            why = _why(accepted, recipient, accepted.decided.why.purpose)
            yield _leaf(accepted, EventTag.COPY_WITHHELD, None, why)


def _why(accepted: Accepted, decision: RecipientDecision, purpose: str | None) -> Why:
    """The decision on one recipient: its rule, and the articles of what it gets."""
    return replace(accepted.decided.why, purpose=purpose, rule=decision.rule, article=cited(decision.article))


def _leaf(
    accepted: Accepted, event: EventTag, statement: CopyStatement | None = None, why: Why | None = None
) -> Leaf:
    envelope, sender = accepted.received.submission.envelop, accepted.decided.proposal.sender
    return leaf(
        event,
        accepted.asker,
        accepted.now,
        role=sender.role,
        staff=sender.staff,
        why=why or accepted.decided.why,
        case_id=envelope.subject,
        message=MessageRef(
            message_id=envelope.id,
            copy_id=None if statement is None else statement.context.kopie_id,
            type=accepted.decided.proposal.message_type.name,
            commitment=None if statement is None else commitment_ref(statement.commitment),
        ),
    )
