"""The rows of the copies of an accepted message: stored, numbered, stamped and waiting to be published.

Pure, but for the hub's signature on each stamp, which can be made only when the number is known.
"""

from collections.abc import Iterator

from gateway.domain.clock import rfc3339
from gateway.domain.urgency import ACK_WITHIN
from gateway.hub.storage.changes import Lane
from gateway.hub.storage.deliveries import Progress
from gateway.hub.storage.rows import CopyRow, DeliveryRow, OutboxRow, WithheldRow
from gateway.hub.usecases.accepted import Accepted
from gateway.protocol.copy import CopyStatement
from gateway.protocol.stamp import STAMP, Stamp
from gateway.protocol.subjects import inbox_subject


def lane_of(statement: CopyStatement) -> Lane:
    """Where the delivery of this copy is numbered: per case and recipient."""
    context = statement.context
    return Lane(context.zaak_id, context.ontvanger.oin, context.ontvanger.rol)


def copy_row(accepted: Accepted, statement: CopyStatement, wrapped: bytes) -> CopyRow:
    envelope, context = statement.envelop, statement.context
    return CopyRow(
        copy_id=context.kopie_id,
        case_id=context.zaak_id,
        source=envelope.source,
        message_id=envelope.id,
        wrapped=wrapped,
        commitment=statement.commitment,
        jws_sha256=_jws_digest(accepted, statement),
        sender_number=context.afzendernummer,
    )


def delivery_row(accepted: Accepted, statement: CopyStatement, number: int) -> DeliveryRow:
    context, urgency = statement.context, accepted.decided.urgency
    stamp = Stamp(
        kopie_id=context.kopie_id,
        bericht_id=context.bericht_id,
        zaak_id=context.zaak_id,
        ontvanger=context.ontvanger,
        urgentie=urgency.value,
        volgnummer=number,
        jws_sha256=_jws_digest(accepted, statement),
        aangenomen_op=accepted.at,
        doel=context.doel,
    )
    return DeliveryRow(
        copy_id=context.kopie_id,
        case_id=context.zaak_id,
        source=statement.envelop.source,
        message_id=context.bericht_id,
        oin=context.ontvanger.oin,
        role=context.ontvanger.rol,
        number=number,
        urgency=urgency.value,
        slug=accepted.decided.proposal.message_type.slug,
        purpose=context.doel,
        stamp=accepted.signing_key.sign(stamp, typ=STAMP),
        progress=Progress.WACHT,
        outcome=None,
        accepted_at=accepted.at,
        due_at=rfc3339(accepted.now + ACK_WITHIN[urgency]),
        republished=0,
    )


def outbox_row(accepted: Accepted, delivery: DeliveryRow) -> OutboxRow:
    return OutboxRow(
        publish_id=delivery.copy_id,
        oin=delivery.oin,
        subject=inbox_subject(delivery.oin, delivery.urgency, delivery.slug),
        copy_id=delivery.copy_id,
        payload=None,
        urgency=delivery.urgency,
        created_at=accepted.at,
        attempts=0,
        not_before=accepted.at,
    )


def withheld_rows(accepted: Accepted) -> Iterator[WithheldRow]:
    """The listed recipients that get no copy, with the rule that says so."""
    envelope = accepted.received.submission.envelop
    for recipient in accepted.decided.verdict.recipients:
        if not recipient.allowed:
            yield WithheldRow(
                source=envelope.source,
                message_id=envelope.id,
                oin=recipient.oin,
                role=recipient.role,
                rule=recipient.rule,
            )


def _jws_digest(accepted: Accepted, statement: CopyStatement) -> str:
    copy_id = statement.context.kopie_id
    return next(k.jws_sha256 for k in accepted.received.submission.kopieen if k.kopie_id == copy_id)
