"""What the hub may tell an agency of a case: its state, the agency's own people on it, and where its messages are.

Nothing of what others send each other. A case in which the agency has no part does not exist for it.
"""

from typing import Any

from audit.body import Why
from audit.events import EventTag
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.deliveries import (
    Progress,
    deliveries_in_case,
    withheld_of_sender,
)
from gateway.hub.storage.rows import DeliveryRow, MessageRow, WithheldRow
from gateway.hub.usecases.assign import INVISIBLE
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.settling import load_record
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import CaseQuestion, DeliveryStatus


async def show_case(parts: Parts, asker: Asker, question: CaseQuestion) -> Answer:
    """The case as the agency has part in it. Raises InvalidInput, NotFound, Refused."""
    require_own_role(asker.participant(parts.registry()), question.door)
    record = await load_record(parts, asker, question.zaak_id)
    deliveries, withheld = await parts.reader.read(
        lambda c: (
            deliveries_in_case(c, question.zaak_id),
            withheld_of_sender(c, question.zaak_id, asker.oin),
        )
    )
    if not record.is_involved(asker.oin):
        await parts.writer.write(_refusal(parts, asker, question))
        raise NotFound
    case = record.situation.case
    own = [a for a in record.situation.assignments if a.oin == asker.oin]
    return Answer(
        200,
        {
            "zaakId": question.zaak_id,
            "toestand": record.standing.state,
            "sinds": "" if case is None else case.since,
            "toewijzingen": [
                {"rol": a.role, "medewerker": a.staff, "kant": a.side, "van": a.made_at, "tot": a.ended_at}
                for a in own
            ],
            "verzonden": [
                _sent(message, deliveries, withheld)
                for message in record.situation.sent
                if message.oin == asker.oin
            ],
            "ontvangen": [_received(record, d) for d in deliveries if d.oin == asker.oin],
        },
    )


def delivery_status(delivery: DeliveryRow) -> DeliveryStatus:
    """Where the copy is, in the words of the protocol."""
    return DeliveryStatus(
        kopie_id=delivery.copy_id,
        oin=delivery.oin,
        rol=delivery.role,
        status=delivery.outcome or Progress(delivery.progress).name.lower(),
        volgnummer=delivery.number,
    )


def _sent(
    message: MessageRow, deliveries: tuple[DeliveryRow, ...], withheld: tuple[WithheldRow, ...]
) -> dict[str, Any]:
    identity = (message.source, message.message_id)
    arrived = [delivery_status(d) for d in deliveries if (d.source, d.message_id) == identity]
    lapsed = [
        DeliveryStatus(kopie_id=None, oin=w.oin, rol=w.role, status="vervallen", regel=w.rule)
        for w in withheld
        if (w.source, w.message_id) == identity
    ]
    return {
        "berichtId": message.message_id,
        "type": message.message_type,
        "aangenomenOp": message.accepted_at,
        "afleveringen": [status.to_json() for status in (*arrived, *lapsed)],
    }


def _received(record: CaseRecord, delivery: DeliveryRow) -> dict[str, Any]:
    identity = (delivery.source, delivery.message_id)
    message = next(m for m in record.situation.sent if (m.source, m.message_id) == identity)
    return {
        "berichtId": delivery.message_id,
        "type": message.message_type,
        "afzender": {"oin": message.oin, "rol": message.role},
        "aangenomenOp": delivery.accepted_at,
        **delivery_status(delivery).to_json(),
    }


def _refusal(parts: Parts, asker: Asker, question: CaseQuestion) -> Change:
    written = leaf(
        EventTag.ACCESS_REFUSED,
        asker,
        parts.clock(),
        role=question.door.rol,
        staff=question.door.medewerker,
        why=Why(rule=INVISIBLE),
        case_id=question.zaak_id,
    )
    return Change(key=f"toegang:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
