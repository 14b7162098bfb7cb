"""A copy that its sender took back from us: it is erased here, and what became of it is attested with our signature.

Believed only with two signatures, the sender's order and the hub's decision on it: neither can make a copy vanish
alone. Whether anybody saw the copy is what this node knows: a receipt of a person, or a system that took it over. A
copy that was recalled before it came is not taken in when it comes. Its documents go before that is attested.
"""

import logging
from datetime import datetime

from gateway.domain.clock import rfc3339
from gateway.domain.errors import Refused
from gateway.node.storage import documents, outbox, received
from gateway.node.storage.database import Connection
from gateway.node.storage.recalls import (
    RecallIn,
    erase_content,
    find_recall_in,
    insert_recall_in,
    worsen,
)
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.storage.sender_numbers import Lane, note_number
from gateway.node.usecases.parts import Parts
from gateway.protocol.canonical import malformed, sha256_hex, unb64u
from gateway.protocol.recall import (
    DESTRUCTION,
    RECALL_DECISION,
    RECALL_ORDER,
    Attested,
    Destruction,
    DestructionReport,
    RecallDecision,
    RecallOrder,
)
from gateway.protocol.receipt import InboxItem
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import load_json

logger = logging.getLogger(__name__)

TAKEN_BACK = "kopie-teruggehaald"
NO_URGENCY = "U3"  # of a number that is accounted for: what lies before it may take the longest


async def take_recall(parts: Parts, item: InboxItem, now: datetime) -> None:
    """Raises InvalidInput for a recall that is not both ordered by the sender and decided by the hub."""
    decision = RecallDecision.parse_bytes(
        parts.registry().hub_key.verify(item.stempel or "", typ=RECALL_DECISION)
    )
    order = _order(parts, item)
    same = (
        decision.opdracht_sha256 == sha256_hex(item.jws.encode())
        and decision.kopie_id == order.kopie_id
        and order.ontvanger.oin == parts.oin
    )
    if not same:
        raise malformed(
            "terughaling", "opdracht en besluit gaan niet over dezelfde kopie van deze organisatie"
        )
    parts.documents.forget_copies({order.kopie_id})
    await parts.database.write(lambda c: _store(parts, c, item, order, decision=decision, now=now))
    parts.documents.forget_copies({order.kopie_id})  # what came in while this was being written
    logger.warning("a copy was taken back by its sender", extra={"copy_id": order.kopie_id})


def is_recalled(connection: Connection, copy_id: str) -> bool:
    return find_recall_in(connection, copy_id) is not None


def refuse_if_recalled(connection: Connection, copy: ReceivedCopy) -> None:
    """Raises Refused for a copy that was taken back."""
    if is_recalled(connection, copy.copy_id):
        raise Refused(
            rule="teruggehaald",
            article="AVG 5(1)(f)",
            code=TAKEN_BACK,
            detail_nl="De afzender heeft dit bericht teruggehaald: het was niet voor u bestemd.",
            detail_en="The sender took this message back: it was not meant for you.",
            next_step_nl="Gebruik niets uit dit bericht; het is hier vernietigd.",
            next_step_en="Use nothing of this message; it was destroyed here.",
        )


async def require_not_recalled(parts: Parts, copy: ReceivedCopy) -> None:
    """As `refuse_if_recalled`, on its own."""
    await parts.database.read(lambda c: refuse_if_recalled(c, copy))


def attest_in_system(parts: Parts, connection: Connection, copy_id: str, now: datetime) -> None:
    """The agency's system turns out to have a copy, of which it was attested that nobody saw it if it was recalled."""
    recall = find_recall_in(connection, copy_id)
    if recall is None or recall.outcome != "vernietigd":
        return
    order = RecallOrder.parse(load_json(unb64u(recall.order_jws.split(".")[1])))
    attestation = _attest(parts, connection, order, "in_systeem", now)
    worsen(connection, copy_id, outcome="in_systeem", attestation=attestation)
    _report(connection, order, attestation, now)


def _order(parts: Parts, item: InboxItem) -> RecallOrder:
    """The sender that is claimed picks the key; the signature then proves it."""
    segments = item.jws.split(".")
    claimed = load_json(unb64u(segments[1])) if len(segments) == 3 else None
    sender = RecallOrder.parse(claimed).afzender
    key = parts.registry().participant(sender.oin).verification_key
    return RecallOrder.parse_bytes(key.verify(item.jws, typ=RECALL_ORDER))


def _store(
    parts: Parts,
    connection: Connection,
    item: InboxItem,
    order: RecallOrder,
    *,
    decision: RecallDecision,
    now: datetime,
) -> None:
    copy = received.find_received(connection, order.kopie_id)
    if copy is not None and not _is_about(order, copy):
        raise malformed("opdracht", "hoort niet bij deze kopie")
    outcome = "vernietigd" if copy is None else _outcome(connection, copy)
    attestation = _attest(parts, connection, order, outcome, now)
    recall = RecallIn(
        copy_id=order.kopie_id,
        message_id=order.bericht_id,
        case_id=order.zaak_id,
        sender_oin=order.afzender.oin,
        role=order.ontvanger.rol,
        number=decision.volgnummer,
        kind=decision.soort,
        outcome=outcome,
        order_jws=item.jws,
        decision_jws=item.stempel or "",
        attestation=attestation,
        received_at=rfc3339(now),
    )
    if insert_recall_in(connection, recall):
        erase_content(connection, order.kopie_id, rfc3339(now))
        documents.never_fetch(connection, order.kopie_id, TAKEN_BACK)
        _account_for_number(connection, order, now)
        received.advance(connection, order.zaak_id, order.ontvanger.rol)
        _report(connection, order, attestation, now)


def _is_about(order: RecallOrder, copy: ReceivedCopy) -> bool:
    told = (order.bericht_id, order.zaak_id, order.afzender.oin, order.afzender.rol, order.ontvanger.rol)
    return told == (copy.message_id, copy.case_id, copy.sender_oin, copy.sender_role, copy.role)


def _outcome(connection: Connection, copy: ReceivedCopy) -> Attested:
    """A reference is what an agency's own system gave when it took the copy over."""
    if any(r.kind == "geopend" for r in received.receipts_of(connection, [copy.copy_id])):
        return "geopend"
    return "vernietigd" if copy.reference is None else "in_systeem"


def _attest(
    parts: Parts, connection: Connection, order: RecallOrder, outcome: Attested, now: datetime
) -> str:
    told = Destruction(
        kopie_id=order.kopie_id,
        bericht_id=order.bericht_id,
        zaak_id=order.zaak_id,
        ontvanger=order.ontvanger,
        uitkomst=outcome,
        documenten=len(documents.incoming_of(connection, [order.kopie_id])),
        tijdstip=rfc3339(now),
    )
    return parts.signing_key.sign(told, typ=DESTRUCTION)


def _report(connection: Connection, order: RecallOrder, attestation: str, now: datetime) -> None:
    body = DestructionReport(soort="vernietiging", verklaring=attestation).canonical()
    outbox.put_report(
        connection, case_id=order.zaak_id, copy_id=order.kopie_id, body=body, now=now, verb=Verb.DECIDE
    )


def _account_for_number(connection: Connection, order: RecallOrder, now: datetime) -> None:
    """The number of a copy that was taken back is not missing: its sender signed where it went."""
    note_number(
        connection,
        Lane(case_id=order.zaak_id, sender_oin=order.afzender.oin, role=order.ontvanger.rol),
        order.afzendernummer,
        unused=(),
        under_way=None,
        urgency=NO_URGENCY,
        now=now,
    )
