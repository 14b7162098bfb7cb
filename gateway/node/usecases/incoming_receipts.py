"""Takes in what recipients signed about copies of ours. The hub carries it, but cannot make it: each is verified with
the recipient's own key and held against the copy that was sent."""

import logging
from datetime import datetime

from gateway.domain.clock import rfc3339
from gateway.node.storage import sent
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import ReceiptIn, SentCopy
from gateway.node.usecases.parts import Parts
from gateway.protocol.canonical import malformed, unb64u
from gateway.protocol.receipt import RECEIPT, REJECTION, InboxItem, Receipt, Rejection
from gateway.protocol.wire import OinRole, load_json

logger = logging.getLogger(__name__)


async def take_receipt(parts: Parts, item: InboxItem, now: datetime) -> None:
    """Raises InvalidInput for a receipt of somebody else, of another content or of no copy of ours."""
    receipt = Receipt.parse_bytes(_verified(parts, item.jws, RECEIPT))

    def store(connection: Connection) -> None:
        copy = _copy(connection, receipt.kopie_id, receipt.ontvanger)
        if (copy.commitment, copy.message_id) != (receipt.commitment, receipt.bericht_id):
            raise malformed("ontvangst", "voor een andere inhoud dan verstuurd")
        row = ReceiptIn(
            copy_id=copy.copy_id,
            kind=receipt.soort,
            jws=item.jws,
            staff=receipt.functionaris_ref,
            stated_at=receipt.tijdstip,
            received_at=rfc3339(now),
        )
        sent.insert_receipt_in(connection, row)
        sent.raise_status(connection, copy, receipt.soort, rfc3339(now))

    await parts.database.write(store)


async def take_rejection(parts: Parts, item: InboxItem, now: datetime) -> None:
    """The recipient's node refused a copy of ours: its sender must know. Raises InvalidInput as `take_receipt`."""
    rejection = Rejection.parse_bytes(_verified(parts, item.jws, REJECTION))

    def store(connection: Connection) -> None:
        copy = _copy(connection, rejection.kopie_id, rejection.ontvanger)
        sent.raise_status(connection, copy, sent.REJECTED, rfc3339(now))

    await parts.database.write(store)
    logger.warning("a recipient refused a copy of ours", extra={"copy_id": rejection.kopie_id})


def _verified(parts: Parts, jws: str, typ: str) -> bytes:
    """The signed bytes. The recipient that is claimed picks the key; the signature then proves it."""
    segments = jws.split(".")
    claimed = load_json(unb64u(segments[1])) if len(segments) == 3 else None
    recipient = claimed.get("ontvanger") if isinstance(claimed, dict) else None
    oin = OinRole.parse(recipient).oin
    return parts.registry().participant(oin).verification_key.verify(jws, typ=typ)


def _copy(connection: Connection, copy_id: str, recipient: OinRole) -> SentCopy:
    copy = sent.find_copy(connection, copy_id)
    if copy is None or (copy.oin, copy.role) != (recipient.oin, recipient.rol):
        raise malformed("ontvangst", "hoort niet bij een kopie van deze organisatie")
    return copy
