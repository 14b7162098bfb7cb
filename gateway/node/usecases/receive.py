"""Takes in one item of the inbox. When it returns, the item is stored and may be acknowledged.

(1) Read it. (2) Open the copy: stamp, signature, address, seal, context, commitment, facts (`protocol.opening`).
(3) Check that it holds nothing beyond its manifest. (4) In one transaction: the copy under its id, which tells a
repeat, the receipt `technisch`, and what its numbers say. What fails (1) to (3) is set aside and reported.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.case import Side
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.documents import document_fields
from gateway.domain.errors import SchakelError, Unavailable, UnsupportedVersion
from gateway.domain.identifiers import RoleId
from gateway.node.masks import check_copy
from gateway.node.reader import Reader
from gateway.node.storage import received
from gateway.node.storage.database import Connection
from gateway.node.storage.documents import expect
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.storage.sender_numbers import Lane, note_number
from gateway.node.usecases.contested import note_received
from gateway.node.usecases.corrections import note_correction
from gateway.node.usecases.destroy_case import is_destroyed, take_destruction_order
from gateway.node.usecases.handed_over import take_handover
from gateway.node.usecases.incoming_receipts import take_receipt, take_rejection
from gateway.node.usecases.kept import jws_of
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.quarantine import set_aside, set_aside_in, stamp_of
from gateway.node.usecases.recall import take_destruction
from gateway.node.usecases.recalled import is_recalled, take_recall
from gateway.node.usecases.receipts import give_receipt, repeat_receipt
from gateway.protocol.canonical import malformed
from gateway.protocol.copy import SealedCopy
from gateway.protocol.envelope import require_kind
from gateway.protocol.opening import OpenedCopy, open_copy
from gateway.protocol.receipt import InboxItem

logger = logging.getLogger(__name__)


class Unreadable(SchakelError):
    """The item broke a reader in a way that nobody foresaw. It is treated like any other that cannot be trusted."""

    default_code = "onleesbaar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A copy that may be stored: everything about it was checked."""

    item: InboxItem
    opened: OpenedCopy


async def receive_item(parts: Parts, data: bytes) -> None:
    """Raises Unavailable only (the storage): then the item must come again."""
    now, item = parts.clock(), None
    try:
        item = InboxItem.parse_bytes(data)  # (1)
        match item.soort:
            case "kopie":
                verified = verify_copy(parts, item)  # (2), (3)
                await parts.database.write(lambda c: _store(parts, c, data, verified, now))  # (4)
            case "ontvangst":
                await take_receipt(parts, item, now)
            case "afkeuring":
                await take_rejection(parts, item, now)
            case "terughaling":
                await take_recall(parts, item, now)
            case "vernietiging":
                await take_destruction(parts, item, now)
            case "zaakvernietiging":
                await take_destruction_order(parts, item, now)
            case "zaakoverdracht":
                await take_handover(parts, item, now)
    except Unavailable:
        raise
    except SchakelError as error:
        await set_aside(parts, data, item, error, now)
    parts.to_hub.ring()
    parts.to_agency.ring()
    parts.to_documents.ring()


def verify_copy(parts: Parts, item: InboxItem) -> Verified:
    """Raises InvalidInput with the step that failed, CopyBreaksManifest, Unreadable."""
    try:
        return _verify(parts, item)
    except SchakelError:
        raise
    except Exception as error:
        # A partner may send anything; what no check foresaw must not stop the mail behind it.
        logger.error("a copy broke its reader: %s", type(error).__name__)  # noqa: TRY400 - its text may quote the copy
        raise Unreadable from error


def _verify(parts: Parts, item: InboxItem) -> Verified:
    opened = open_copy(
        SealedCopy(jws=item.jws, jwe=item.jwe or "ontbreekt"),
        item.stempel or "",
        own_oin=parts.oin,
        keys=parts.opening_keys,
        registry=parts.registry(),
    )
    context, envelope = opened.statement.context, opened.statement.envelop
    require_kind(envelope, simulation=parts.registry().simulation)
    message_type = catalogue().message(context.type)
    if context.ontvanger.rol not in parts.agency.roles:
        raise malformed("ontvanger", "kopie is voor een rol die deze organisatie niet heeft")
    if envelope.dataschema != message_type.schema_uri:
        raise UnsupportedVersion
    check_copy(
        message_type,
        opened.content,
        context.manifest,
        context.verplichtingen,
        reader=Reader(
            role=RoleId(context.ontvanger.rol), side=Side(context.kant), at=parse_time(envelope.time)
        ),
    )
    return Verified(item=item, opened=opened)


def _store(parts: Parts, connection: Connection, data: bytes, verified: Verified, now: datetime) -> None:
    copy, context = _row(data, verified, now), verified.opened.statement.context
    if is_recalled(connection, copy.copy_id) or is_destroyed(connection, copy.case_id):
        return
    earlier = received.find_received(connection, copy.copy_id)
    if earlier is not None and jws_of(earlier) == verified.item.jws:
        repeat_receipt(connection, earlier, now)
        return
    taken = received.copy_at(connection, copy.case_id, copy.role, copy.number)
    if earlier is not None or taken is not None:
        reason = "kopie-id-hergebruikt" if earlier is not None else "volgnummer-hergebruikt"
        stamp = stamp_of(parts, verified.item)
        set_aside_in(parts, connection, data, verified.item, stamp=stamp, reason=reason, now=now)
        return
    received.insert_received(connection, copy)
    expect(connection, copy, _documents(verified), now)
    note_correction(connection, copy, verified.opened)
    note_received(connection, copy, verified.opened)
    note_number(
        connection,
        Lane(case_id=copy.case_id, sender_oin=copy.sender_oin, role=copy.role),
        context.afzendernummer,
        unused=context.ongebruikt,
        under_way=context.onderweg,
        urgency=copy.urgency,
        now=now,
    )
    give_receipt(parts, connection, copy, "technisch", now)


def _documents(verified: Verified) -> tuple[str, ...]:
    """The fields in which the copy names a document."""
    fields = document_fields(catalogue().message(verified.opened.statement.context.type))
    return tuple(field for field in fields if field in verified.opened.content)


def _row(data: bytes, verified: Verified, now: datetime) -> ReceivedCopy:
    stamp, statement = verified.opened.stamp, verified.opened.statement
    context = statement.context
    return ReceivedCopy(
        copy_id=context.kopie_id,
        message_id=context.bericht_id,
        case_id=context.zaak_id,
        message_type=context.type,
        sender_oin=context.afzender.oin,
        sender_role=context.afzender.rol,
        role=context.ontvanger.rol,
        purpose=context.doel,
        urgency=stamp.urgentie,
        number=stamp.volgnummer,
        commitment=statement.commitment,
        item=data,
        sent_at=statement.envelop.time,
        received_at=rfc3339(now),
    )
