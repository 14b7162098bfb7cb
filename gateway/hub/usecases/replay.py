"""Offers a copy to its recipient once more: a new outbox row under an id of its own, on the word of an operator.

For dead letters whose cause was taken away, for what was rejected by a node that was not in order, and for what a node
should have had by now. What is in the outbox goes by itself, and what was delivered is not offered again. Who did it
stands in the log.
"""

from datetime import datetime
from typing import Final

from audit.body import MessageRef
from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.errors import Conflict, NotFound
from gateway.domain.identifiers import StaffRef, new_id
from gateway.domain.urgency import ACK_WITHIN, Urgency
from gateway.hub.storage.changes import Change, Clash, Judgement, Revision
from gateway.hub.storage.deliveries import Delivered, Outcome, Progress, load_delivery
from gateway.hub.storage.delivery_overview import is_waiting
from gateway.hub.storage.reader import Reader
from gateway.hub.storage.rows import DeliveryRow, OutboxRow
from gateway.hub.storage.writer import Writer
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker
from gateway.protocol.subjects import inbox_subject

OPERATOR: Final = "hub_beheerder"
_OVER: Final = frozenset({None, Outcome.DEAD.value, Outcome.REJECTED.value})


def again(delivery: DeliveryRow, now: datetime) -> OutboxRow:
    """Under an id of its own: within the duplicate window the old id would be taken for a repetition."""
    return OutboxRow(
        publish_id=f"{delivery.copy_id}.{delivery.republished + 1}",
        oin=delivery.oin,
        subject=inbox_subject(delivery.oin, delivery.urgency, delivery.slug),
        copy_id=delivery.copy_id,
        payload=None,
        urgency=delivery.urgency,
        created_at=rfc3339(now),
        attempts=0,
        not_before=rfc3339(now),
    )


async def replay_copy(
    reader: Reader, writer: Writer, *, hub_oin: str, copy_id: str, staff: StaffRef, now: datetime
) -> None:
    """Returns when it is in the outbox. Raises NotFound, Conflict for a copy that needs no replay,
    StorageUnavailable."""
    found, waits = await reader.read(lambda c: (load_delivery(c, copy_id), is_waiting(c, copy_id)))
    if found is None:
        raise NotFound
    _require_stranded(found.delivery, waits=waits)
    try:
        await writer.write(_change(found, hub_oin, staff, now))
    except Clash:
        raise _waiting() from None  # a relay, or another operator, was first


def _require_stranded(delivery: DeliveryRow, *, waits: bool) -> None:
    if delivery.outcome not in _OVER:
        raise Conflict(
            code="kopie-ingetrokken",
            detail_nl="De afzender heeft deze kopie teruggehaald.",
            detail_en="The sender took this copy back.",
        )
    if delivery.progress >= Progress.TECHNISCH:
        raise Conflict(
            code="kopie-afgeleverd",
            detail_nl="Het knooppunt van de ontvanger heeft deze kopie.",
            detail_en="The node of the recipient has this copy.",
        )
    if waits:
        raise _waiting()


def _waiting() -> Conflict:
    return Conflict(
        code="kopie-wacht",
        detail_nl="Deze kopie staat klaar en gaat vanzelf.",
        detail_en="This copy is waiting and goes by itself.",
    )


def _change(found: Delivered, hub_oin: str, staff: StaffRef, now: datetime) -> Change:
    delivery = found.delivery
    due_at = rfc3339(now + ACK_WITHIN[Urgency(delivery.urgency)])
    revision = Revision(
        row=DeliveryRow,
        key={"copy_id": delivery.copy_id},
        values={"outcome": None, "due_at": due_at, "republished": delivery.republished + 1},
    )
    written = leaf(
        EventTag.COPY_OFFERED_AGAIN,
        Asker(oin=hub_oin, trace_id=new_id().replace("-", "")),
        now,
        role=OPERATOR,
        staff=staff,
        case_id=delivery.case_id,
        message=MessageRef(
            message_id=delivery.message_id, copy_id=delivery.copy_id, type=found.message.message_type
        ),
    )
    judgement = Judgement(inserts=(again(delivery, now),), revisions=(revision,))
    return Change(
        key=f"opnieuw:{delivery.copy_id}:{delivery.republished + 1}",
        judge=lambda _: judgement,
        leaves=(written,),
    )
