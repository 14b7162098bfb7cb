"""What a receipt moves in its case: the clocks it stops, the opening of a copy, and who is on the case by taking it on.

Most receipts move nothing, which is told from the clocks alone. The others load the case and rest on its facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from audit.body import MessageRef, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.case import Side
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.errors import Refused
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Judgement, Revision
from gateway.hub.storage.deliveries import Delivered
from gateway.hub.storage.receipts import KnownForReceipt, load_for_receipt
from gateway.hub.storage.rows import AssignmentRow, DeliveryRow, Row
from gateway.hub.usecases.auditing import commitment_ref, leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.clocks import clocks_of_receipt
from gateway.hub.usecases.context import Actor, is_on_case, is_on_duty
from gateway.hub.usecases.opened_after import opening_after
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.settling import load_record
from gateway.protocol.receipt import Receipt
from gateway.protocol.wire import Kant

BY_A_PERSON: Final = frozenset({"geopend", "aanvaard"})
_NOT_ASSIGNED: Final = "G06_niet_toegewezen"


@dataclass(frozen=True, slots=True, kw_only=True)
class InCase:
    """What is written beside the receipt. `reads` are the versions that it rests on: empty where the facts of the case
    stay as they are."""

    inserts: tuple[Row, ...] = ()
    revisions: tuple[Revision, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    reads: Mapping[str, int] = field(default_factory=dict)


async def in_case(
    parts: Parts, asker: Asker, known: KnownForReceipt, receipt: Receipt, now: datetime
) -> InCase:
    """What the receipt moves. Raises Refused when it is taken on by somebody who is not on duty."""
    if receipt.soort not in BY_A_PERSON and _clocks(parts, known, receipt, now) == Judgement():
        return InCase()
    record = await load_record(parts, asker, receipt.zaak_id)
    found = known.found
    inserts: list[Row] = []
    leaves: list[Leaf] = []
    if receipt.soort in BY_A_PERSON:
        seen = await opening_after(parts, asker, receipt, now)
        inserts += seen.rows
        leaves += seen.leaves
    if receipt.soort == "aanvaard" and receipt.functionaris_ref is not None:
        agency = asker.participant(parts.registry())
        actor = Actor(agency=agency, role=found.delivery.role, staff=receipt.functionaris_ref)
        if not is_on_case(record, actor):
            _require_duty(record, actor)
            inserts.append(_assignment(actor, found.delivery, receipt.kant, now))
            leaves.append(receipt_leaf(EventTag.ASSIGNMENT_MADE, asker, found, now, actor.staff))
    clocks = await _clocks_since(parts, receipt, now)
    moves = bool(leaves) or clocks != Judgement()
    return InCase(
        inserts=(*inserts, *clocks.inserts),
        revisions=clocks.revisions,
        leaves=tuple(leaves),
        reads=record.situation.versions if moves else {},
    )


def receipt_leaf(
    event: EventTag,
    asker: Asker,
    found: Delivered,
    now: datetime,
    staff: str | None,
    *,
    rule: str | None = None,
) -> Leaf:
    """An event of the copy, by its recipient."""
    delivery = found.delivery
    return leaf(
        event,
        asker,
        now,
        role=delivery.role,
        staff=staff,
        why=Why(purpose=delivery.purpose, rule=rule),
        case_id=delivery.case_id,
        message=MessageRef(
            message_id=delivery.message_id,
            copy_id=delivery.copy_id,
            type=found.message.message_type,
            commitment=commitment_ref(found.commitment),
        ),
    )


def _clocks(parts: Parts, known: KnownForReceipt, receipt: Receipt, now: datetime) -> Judgement:
    return clocks_of_receipt(known.clocks, known.found, receipt, now, tz_version=parts.tz_version)


async def _clocks_since(parts: Parts, receipt: Receipt, now: datetime) -> Judgement:
    """By the clocks as they are after the versions of the case were read: one that moves later is then noticed."""
    known = await parts.reader.read(lambda c: load_for_receipt(c, receipt.kopie_id))
    return Judgement() if known is None else _clocks(parts, known, receipt, now)


def _require_duty(record: CaseRecord, actor: Actor) -> None:
    """Whoever takes a copy on and is not on the case must be on duty. Raises Refused."""
    if is_on_duty(record, actor):
        return
    text = catalogue().rule_text(_NOT_ASSIGNED)
    raise Refused(
        rule=_NOT_ASSIGNED,
        article=text.article,
        detail_nl=text.nl,
        detail_en=text.en,
        next_step_nl="Leg vast dat deze medewerker dienst heeft, of wijs de medewerker toe aan de zaak.",
        next_step_en="State that this person is on duty, or assign the person to the case.",
    )


def _assignment(actor: Actor, delivery: DeliveryRow, side: Kant | None, now: datetime) -> AssignmentRow:
    return AssignmentRow(
        assignment_id=new_id(),
        case_id=delivery.case_id,
        oin=delivery.oin,
        role=delivery.role,
        staff=actor.staff,
        side=side or Side.ONBEKEND,
        basis="aanvaard",
        made_at=rfc3339(now),
        ended_at=None,
    )
