"""Signs receipts: one of each kind per copy, stored and put in the outbox in the same transaction."""

from datetime import datetime
from typing import Literal

from gateway.domain.clock import rfc3339
from gateway.node.storage import outbox, received
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import ReceiptOut, ReceivedCopy
from gateway.node.usecases.parts import Parts
from gateway.protocol.receipt import RECEIPT, Receipt, ReceiptBody
from gateway.protocol.wire import Kant, OinRole

Kind = Literal["technisch", "functioneel", "geopend", "aanvaard"]


def give_receipt(
    parts: Parts,
    connection: Connection,
    copy: ReceivedCopy,
    kind: Kind,
    now: datetime,
    *,
    staff: str | None = None,
    side: Kant | None = None,
) -> None:
    """The first of its kind counts; nothing happens when there is one. `staff` is who opened or accepted, `side` the
    one on which that person stands in the case."""
    receipt = Receipt(
        kopie_id=copy.copy_id,
        bericht_id=copy.message_id,
        zaak_id=copy.case_id,
        ontvanger=OinRole(oin=parts.oin, rol=copy.role),
        soort=kind,
        tijdstip=rfc3339(now),
        commitment=copy.commitment,
        functionaris_ref=staff,
        kant=side,
    )
    jws = parts.signing_key.sign(receipt, typ=RECEIPT)
    row = ReceiptOut(copy_id=copy.copy_id, kind=kind, jws=jws, staff=staff, made_at=rfc3339(now))
    if received.insert_receipt(connection, row):
        _put(connection, copy, jws, now)


def repeat_receipt(connection: Connection, copy: ReceivedCopy, now: datetime) -> None:
    """The hub sent a copy again because it does not know our first receipt: the same bytes go once more."""
    for receipt in received.receipts_of(connection, [copy.copy_id]):
        if receipt.kind == "technisch":
            _put(connection, copy, receipt.jws, now)


def _put(connection: Connection, copy: ReceivedCopy, jws: str, now: datetime) -> None:
    body = ReceiptBody(ontvangst=jws).canonical()
    outbox.put_report(connection, case_id=copy.case_id, copy_id=copy.copy_id, body=body, now=now)
