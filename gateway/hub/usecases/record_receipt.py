"""A receipt or a rejection that a recipient's node signed: kept, counted for its delivery, and sent on to the sender.

(1) Verify the signature of the asking agency. (2) Load the delivery; one that is not the asker's is not found.
(3) Compare the receipt with the delivery. (4) Write: the receipt, the progress, the outbox row for the sender, the
leaf, and what the receipt moves in its case. The first receipt of a kind counts; a second is answered alike.
"""

import re
from datetime import datetime
from typing import Final

from audit.events import EventTag
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import Cause, InvalidInput, NotFound
from gateway.domain.identifiers import parse_staff_ref
from gateway.hub.storage.changes import Change, Judgement, Revision, case_scope
from gateway.hub.storage.deliveries import Delivered, Outcome, Progress
from gateway.hub.storage.receipts import KnownForReceipt, load_for_receipt
from gateway.hub.storage.rows import DeliveryRow, OutboxRow, ReceiptRow, RejectionRow
from gateway.hub.usecases.auditing import audit_foreign_copy
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.receipt_in_case import BY_A_PERSON, in_case, receipt_leaf
from gateway.hub.usecases.settling import settle
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
_REASON: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)  # a code: a sentence could hold content


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
    known = await _own_delivery(parts, asker, receipt.kopie_id)  # (2)
    found = known.found
    _compare(receipt, found, now)  # (3)
    if any(each.kind == receipt.soort for each in found.receipts):
        return _answer(found.delivery.copy_id, receipt.soort)
    moved = await in_case(parts, asker, known, receipt, now)
    progress, event = _PROGRESS[receipt.soort]
    staff = receipt.functionaris_ref
    row = ReceiptRow(
        copy_id=receipt.kopie_id, kind=receipt.soort, jws=token, staff=staff, received_at=rfc3339(now)
    )
    notice = _for_sender(found, InboxItem(soort="ontvangst", jws=token), receipt.soort, now)
    revision = Revision(
        row=DeliveryRow,
        key={"copy_id": receipt.kopie_id},
        values={"progress": progress},
        growing="progress",
    )
    judgement = Judgement(inserts=(row, notice, *moved.inserts), revisions=(revision, *moved.revisions))
    await parts.writer.write(  # (4)
        Change(
            key=f"ontvangst:{receipt.kopie_id}:{receipt.soort}",
            judge=lambda _: judgement,
            leaves=(receipt_leaf(event, asker, found, now, staff), *moved.leaves),
            reads=moved.reads,
            touches=frozenset({case_scope(receipt.zaak_id)}) if moved.reads else frozenset(),
        )
    )
    return _answer(receipt.kopie_id, receipt.soort)


async def _reject(parts: Parts, asker: Asker, rejection: Rejection, token: str) -> Answer:
    now = parts.clock()
    found = (await _own_delivery(parts, asker, rejection.kopie_id)).found
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
            leaves=(receipt_leaf(EventTag.COPY_REJECTED, asker, found, now, None, rule=rejection.reden),),
        )
    )
    return _answer(delivery.copy_id, Outcome.REJECTED)


async def _own_delivery(parts: Parts, asker: Asker, copy_id: str) -> KnownForReceipt:
    known = await parts.reader.read(lambda c: load_for_receipt(c, copy_id))
    if known is None or known.found.delivery.oin != asker.oin:
        await audit_foreign_copy(parts, asker, EventTag.ACCESS_REFUSED)
        raise NotFound
    return known


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
    if receipt.soort in BY_A_PERSON and receipt.functionaris_ref is None:
        raise malformed("functionaris_ref", f"{receipt.soort} is van een persoon")
    if receipt.functionaris_ref is not None:
        parse_staff_ref(receipt.functionaris_ref)


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


def _answer(copy_id: str, status: str) -> Answer:
    return Answer(200, {"kopieId": copy_id, "status": status})
