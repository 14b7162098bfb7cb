"""What recalls write: the fate of a copy, the file of a breach, and what the recipient is told. Pure."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from audit.body import MessageRef, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.deadlines import Party, breach_clock, clocks_closed, report_by
from gateway.domain.errors import Refused
from gateway.domain.identifiers import CaseId, CopyId, MessageId, Oin, RoleId, new_id
from gateway.hub.storage.changes import Judgement
from gateway.hub.storage.clock_reading import clock_of, row_of
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.deliveries import Progress
from gateway.hub.storage.recall_rows import BreachRow, CopyFateRow
from gateway.hub.storage.recalls import Recalled
from gateway.hub.storage.rows import DeliveryRow, OutboxRow
from gateway.hub.usecases.auditing import commitment_ref, leaf
from gateway.hub.usecases.clocks import clock_changes, first_look
from gateway.hub.usecases.parts import Asker
from gateway.protocol.copy import CopyStatement
from gateway.protocol.subjects import RECEIPT_SLUG, inbox_subject

OPENED: Final = "geopend"
TAKEN_BACK: Final = "teruggehaald"

Cause = Literal["geopend", "in_systeem"]


def is_opened(known: Recalled) -> bool:
    """Whether a person was allowed to open the copy, or did."""
    return known.fate == OPENED or known.found.delivery.progress >= Progress.GEOPEND


def opening_row(known: Recalled, now: datetime) -> Iterator[CopyFateRow]:
    """A person may open the copy from now on. Of this and a recall at the same moment one is written."""
    if known.fate is None:
        yield CopyFateRow(copy_id=known.copy.copy_id, fate=OPENED, decided_at=rfc3339(now))


def refuse_recalled() -> Refused:
    """The refusal of whoever wants to open a copy that was taken back."""
    return Refused(
        rule=TAKEN_BACK,
        article="AVG 5(1)(f)",
        code="kopie-teruggehaald",
        detail_nl="De afzender heeft dit bericht teruggehaald: het was niet voor u bestemd.",
        detail_en="The sender took this message back: it was not meant for you.",
        next_step_nl="Gebruik niets uit dit bericht; vraag de afzender als u denkt dat het toch voor u was.",
        next_step_en="Use nothing of this message; ask the sender if you think that it was meant for you.",
    )


def breach_row(
    known: Recalled, statement: CopyStatement, *, cause: Cause, reason: str, now: datetime
) -> BreachRow:
    """The file of a copy that was seen: the fields that its manifest lets through, never what stood in them."""
    delivery, message = known.found.delivery, known.found.message
    seen = [
        {"veld": field.veld, "categorie": field.categorie, "masker": field.masker}
        for field in statement.context.manifest
        if field.besluit != "deny"
    ]
    return BreachRow(
        breach_id=new_id(),
        copy_id=delivery.copy_id,
        case_id=delivery.case_id,
        message_id=message.message_id,
        message_type=message.message_type,
        sender_oin=message.oin,
        sender_role=message.role,
        recipient_oin=delivery.oin,
        recipient_role=delivery.role,
        cause=cause,
        reason=reason,
        fields=json.dumps(seen),
        happened_at=delivery.accepted_at,
        known_at=rfc3339(now),
        report_by=rfc3339(report_by(now)),
        closed_at=None,
        lapsed_at=None,
    )


def breach_clock_row(breach: BreachRow, *, tz_version: str) -> ClockRow:
    """The clock of a file, which wakes the role that has it before the term for reporting is over."""
    clock = breach_clock(
        case_id=CaseId(breach.case_id),
        message_id=MessageId(breach.message_id),
        copy_id=CopyId(breach.copy_id),
        sender=Party(oin=Oin(breach.sender_oin), role=RoleId(breach.sender_role)),
        known_at=parse_time(breach.known_at),
        tz_version=tz_version,
    )
    return row_of(clock, first_look(clock))


def notice_row(delivery: DeliveryRow, notice: str, now: str) -> OutboxRow:
    """The recall for the recipient's inbox, as urgent as the copy."""
    return _outbox(delivery, delivery.oin, f"{delivery.copy_id}.terughaling", notice, now)


def attested_row(known: Recalled, outcome: str, item: str, now: datetime) -> OutboxRow:
    """What the recipient attested, for the sender's inbox."""
    delivery = known.found.delivery
    return _outbox(
        delivery, known.found.message.oin, f"{delivery.copy_id}.vernietiging.{outcome}", item, rfc3339(now)
    )


def _outbox(delivery: DeliveryRow, to: str, publish_id: str, payload: str, now: str) -> OutboxRow:
    return OutboxRow(
        publish_id=publish_id,
        oin=to,
        subject=inbox_subject(to, delivery.urgency, RECEIPT_SLUG),
        copy_id=None,
        payload=payload,
        urgency=delivery.urgency,
        created_at=now,
        attempts=0,
        not_before=now,
    )


def clock_falls_away(clock: ClockRow | None, now: datetime) -> Judgement:
    """Nobody needs to take on a copy that was taken back."""
    if clock is None:
        return Judgement()
    before = [clock_of(clock)]
    return clock_changes(before, clocks_closed(before, now), now)


def recall_leaf(
    event: EventTag, asker: Asker, known: Recalled, now: datetime, *, role: str, staff: str | None, rule: str
) -> Leaf:
    delivery = known.found.delivery
    return leaf(
        event,
        asker,
        now,
        role=role,
        staff=staff,
        why=Why(purpose=delivery.purpose, rule=rule),
        case_id=delivery.case_id,
        message=MessageRef(
            message_id=delivery.message_id,
            copy_id=delivery.copy_id,
            type=known.found.message.message_type,
            commitment=commitment_ref(known.found.commitment),
        ),
    )
