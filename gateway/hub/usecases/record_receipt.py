"""A receipt or a rejection that a recipient's node signed: kept, counted for its delivery, and sent on to the sender.

(1) Verify the signature of the asking agency. (2) Load the delivery; one that is not the asker's is not found.
(3) Compare the receipt with the delivery. (4) Write: the receipt, the progress, the outbox row for the sender, the
leaf, and the assignment of whoever takes the copy on. The first receipt of a kind counts; a second is answered alike.
"""

import re
from datetime import datetime
from typing import Final

from audit.body import MessageRef, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.deadlines import taking_on_clock_id
from gateway.domain.errors import Cause, InvalidInput, NotFound, Refused
from gateway.domain.identifiers import CopyId, new_id, parse_staff_ref
from gateway.domain.urgency import Urgency
from gateway.hub.storage.changes import Change, Judgement, Revision, case_scope
from gateway.hub.storage.clock_reading import find_clock
from gateway.hub.storage.deliveries import Delivered, Outcome, Progress, load_delivery
from gateway.hub.storage.rows import AssignmentRow, DeliveryRow, OutboxRow, ReceiptRow, RejectionRow, Row
from gateway.hub.usecases.auditing import audit_foreign_copy, commitment_ref, leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.clocks import clocks_of_receipt
from gateway.hub.usecases.context import Actor, is_on_case, is_on_duty
from gateway.hub.usecases.opened_after import opening_after
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.settling import load_record, settle
from gateway.hub.usecases.succeeding import require_current
from gateway.protocol.canonical import malformed, sha256_hex
from gateway.protocol.exchange import Answer
from gateway.protocol.receipt import RECEIPT, REJECTION, InboxItem, Receipt, ReceiptBody, Rejection
from gateway.protocol.subjects import RECEIPT_SLUG, inbox_subject
from gateway.protocol.submission import MAX_AHEAD

_PROGRESS: Final = {
    "technisch": (Progress.TECHNISCH, EventTag.RECEIPT_TECHNICAL),
    "functioneel": (Progress.FUNCTIONEEL, EventTag.RECEIPT_FUNCTIONAL),
    "geopend": (Progress.GEOPEND, EventTag.RECEIPT_OPENED),
    "aanvaard": (Progress.AANVAARD, EventTag.RECEIPT_ACCEPTED),
}
_BY_A_PERSON: Final = frozenset({"geopend", "aanvaard"})
_REASON: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)  # a code: a sentence could hold content
_NOT_ASSIGNED: Final = "G06_niet_toegewezen"


async def record_receipt(parts: Parts, asker: Asker, body: bytes) -> Answer:
    """What is on record for the copy after this. Raises InvalidInput, NotFound, Refused, StorageUnavailable."""
    parsed = ReceiptBody.parse_bytes(body)
    key = asker.participant(parts.registry()).verification_key
    match parsed:
        case ReceiptBody(ontvangst=str() as token, afkeuring=None):
            receipt = Receipt.parse_bytes(key.verify(token, typ=RECEIPT))  # (1)
            if receipt.soort == "aanvaard":  # puts somebody on the case; the other kinds tell what happened
                await require_current(parts, asker)
            return await settle(lambda: _receive(parts, asker, receipt, token))
        case ReceiptBody(ontvangst=None, afkeuring=str() as token):
            rejection = Rejection.parse_bytes(key.verify(token, typ=REJECTION))
            return await settle(lambda: _reject(parts, asker, rejection, token))
    cause = Cause(
        pointer="",
        code="een-van-beide",
        detail_nl="Stuur een ontvangst of een afkeuring, precies een van beide.",
        detail_en="Send a receipt or a rejection, exactly one of them.",
    )
    raise InvalidInput(causes=(cause,))


async def _receive(parts: Parts, asker: Asker, receipt: Receipt, token: str) -> Answer:
    now = parts.clock()
    found = await _own_delivery(parts, asker, receipt.kopie_id)  # (2)
    _compare(receipt, found, now)  # (3)
    if any(known.kind == receipt.soort for known in found.receipts):
        return _answer(found.delivery.copy_id, receipt.soort)
    record = await load_record(parts, asker, receipt.zaak_id)
    progress, event = _PROGRESS[receipt.soort]
    staff = receipt.functionaris_ref
    rows: list[Row] = [
        ReceiptRow(
            copy_id=receipt.kopie_id, kind=receipt.soort, jws=token, staff=staff, received_at=rfc3339(now)
        ),
        _for_sender(found, InboxItem(soort="ontvangst", jws=token), receipt.soort, now),
    ]
    leaves = [_leaf(event, asker, found, now, staff)]
    if receipt.soort in _BY_A_PERSON:
        seen = await opening_after(parts, asker, receipt, now)
        rows += seen.rows
        leaves += seen.leaves
    if receipt.soort == "aanvaard" and staff is not None:
        actor = Actor(agency=asker.participant(parts.registry()), role=found.delivery.role, staff=staff)
        if not is_on_case(record, actor):
            _require_duty(record, actor)
            rows.append(_assignment(actor, found.delivery, now))
            leaves.append(_leaf(EventTag.ASSIGNMENT_MADE, asker, found, now, staff))
    revision = Revision(
        row=DeliveryRow,
        key={"copy_id": receipt.kopie_id},
        values={"progress": progress},
        growing="progress",
    )
    clocks = await _clocks(parts, record, found, receipt, now)
    judgement = Judgement(inserts=(*rows, *clocks.inserts), revisions=(revision, *clocks.revisions))
    moves = len(leaves) > 1 or clocks != Judgement()  # of the case; most receipts leave it as it is
    await parts.writer.write(  # (4)
        Change(
            key=f"ontvangst:{receipt.kopie_id}:{receipt.soort}",
            judge=lambda _: judgement,
            leaves=tuple(leaves),
            reads=record.situation.versions if moves else {},
            touches=frozenset({case_scope(receipt.zaak_id)}) if moves else frozenset(),
        )
    )
    return _answer(receipt.kopie_id, receipt.soort)


async def _clocks(
    parts: Parts, record: CaseRecord, found: Delivered, receipt: Receipt, now: datetime
) -> Judgement:
    """What the receipt does to the clocks of the case, that of the copy included."""
    delivery = found.delivery
    of_copy = taking_on_clock_id(CopyId(delivery.copy_id), Urgency(delivery.urgency))
    copy_clock = await parts.reader.read(lambda c: find_clock(c, delivery.case_id, of_copy))
    rows = [*record.situation.clocks, *([copy_clock] if copy_clock is not None else [])]
    return clocks_of_receipt(rows, found, receipt, now, tz_version=parts.tz_version)


async def _reject(parts: Parts, asker: Asker, rejection: Rejection, token: str) -> Answer:
    now = parts.clock()
    found = await _own_delivery(parts, asker, rejection.kopie_id)
    delivery = found.delivery
    if (rejection.ontvanger.oin, rejection.ontvanger.rol) != (delivery.oin, delivery.role):
        raise malformed("ontvanger", "afkeuring noemt een andere ontvanger dan de kopie")
    if sha256_hex(rejection.bewijs.encode()) != found.jws_sha256:
        raise malformed("bewijs", "niet de handtekening van deze kopie")
    if not _REASON.fullmatch(rejection.reden):
        raise malformed("reden", "geen code")
    if found.rejection is not None and delivery.outcome == Outcome.REJECTED:
        return _answer(delivery.copy_id, Outcome.REJECTED)
    row = RejectionRow(copy_id=delivery.copy_id, reason=rejection.reden, jws=token, received_at=rfc3339(now))
    notice = _for_sender(found, InboxItem(soort="afkeuring", jws=token), Outcome.REJECTED, now)
    revision = Revision(
        row=DeliveryRow, key={"copy_id": delivery.copy_id}, values={"outcome": Outcome.REJECTED}
    )
    # A copy that was offered again and is rejected again: its sender knows, and the first report is kept.
    inserts = () if found.rejection is not None else (row, notice)
    judgement = Judgement(inserts=inserts, revisions=(revision,))
    await parts.writer.write(
        Change(
            key=f"afkeuring:{delivery.copy_id}:{delivery.republished}",
            judge=lambda _: judgement,
            leaves=(_leaf(EventTag.COPY_REJECTED, asker, found, now, None, rule=rejection.reden),),
        )
    )
    return _answer(delivery.copy_id, Outcome.REJECTED)


async def _own_delivery(parts: Parts, asker: Asker, copy_id: str) -> Delivered:
    found = await parts.reader.read(lambda c: load_delivery(c, copy_id))
    if found is None or found.delivery.oin != asker.oin:
        await audit_foreign_copy(parts, asker, EventTag.ACCESS_REFUSED)
        raise NotFound
    return found


def _compare(receipt: Receipt, found: Delivered, now: datetime) -> None:
    """Raises InvalidInput for a receipt that is about something else than the copy it names."""
    delivery = found.delivery
    pairs = (
        (receipt.bericht_id, delivery.message_id),
        (receipt.zaak_id, delivery.case_id),
        ((receipt.ontvanger.oin, receipt.ontvanger.rol), (delivery.oin, delivery.role)),
        (receipt.commitment, found.commitment),
    )
    if any(one != other for one, other in pairs):
        raise malformed("ontvangst", "hoort niet bij deze kopie")
    if parse_time(receipt.tijdstip) > now + MAX_AHEAD:
        raise malformed("tijdstip", "in de toekomst")
    if receipt.soort in _BY_A_PERSON and receipt.functionaris_ref is None:
        raise malformed("functionaris_ref", f"{receipt.soort} is van een persoon")
    if receipt.functionaris_ref is not None:
        parse_staff_ref(receipt.functionaris_ref)


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


def _assignment(actor: Actor, delivery: DeliveryRow, now: datetime) -> AssignmentRow:
    return AssignmentRow(
        assignment_id=new_id(),
        case_id=delivery.case_id,
        oin=delivery.oin,
        role=delivery.role,
        staff=actor.staff,
        side="neutraal",
        basis="aanvaard",
        made_at=rfc3339(now),
        ended_at=None,
    )


def _for_sender(found: Delivered, item: InboxItem, kind: str, now: datetime) -> OutboxRow:
    """The receipt for the sender's inbox, as urgent as the message that it is about."""
    delivery, sender = found.delivery, found.message.oin
    return OutboxRow(
        publish_id=f"{delivery.copy_id}.{kind}",
        oin=sender,
        subject=inbox_subject(sender, delivery.urgency, RECEIPT_SLUG),
        copy_id=None,
        payload=item.canonical().decode(),
        urgency=delivery.urgency,
        created_at=rfc3339(now),
        attempts=0,
        not_before=rfc3339(now),
    )


def _leaf(
    event: EventTag,
    asker: Asker,
    found: Delivered,
    now: datetime,
    staff: str | None,
    *,
    rule: str | None = None,
) -> Leaf:
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


def _answer(copy_id: str, status: str) -> Answer:
    return Answer(200, {"kopieId": copy_id, "status": status})
