"""Sets aside what cannot be trusted: kept as it came, shown to nobody, reported with the sender's own signature.

A report needs a name for the copy, and only the hub's stamp gives one: an item whose stamp is not good, or is that of
another copy, is kept and logged, but not reported as that copy.
"""

import logging
import re
from datetime import datetime
from typing import Final

from gateway.domain.clock import rfc3339
from gateway.domain.errors import InvalidInput, SchakelError
from gateway.node.storage import outbox, received
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import Quarantined
from gateway.node.usecases.parts import Parts
from gateway.protocol.canonical import sha256_hex
from gateway.protocol.receipt import REJECTION, InboxItem, ReceiptBody, Rejection
from gateway.protocol.stamp import STAMP, Stamp

logger = logging.getLogger(__name__)

LONGEST_REASON: Final = 200
_CODE: Final = re.compile(
    r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII
)  # what the hub takes: a sentence could hold content


async def set_aside(
    parts: Parts, data: bytes, item: InboxItem | None, error: SchakelError, now: datetime
) -> None:
    """Stores the item and the signed rejection in one transaction; afterwards it may be acknowledged."""
    reason = ", ".join([error.code, *(cause.code for cause in error.causes)])[:LONGEST_REASON]
    stamp = None if item is None else stamp_of(parts, item)
    await parts.database.write(
        lambda c: set_aside_in(parts, c, data, item, stamp=stamp, reason=reason, now=now)
    )


def set_aside_in(
    parts: Parts,
    connection: Connection,
    data: bytes,
    item: InboxItem | None,
    *,
    stamp: Stamp | None,
    reason: str,
    now: datetime,
) -> None:
    """As `set_aside`, inside a transaction. A copy that was received well before is not rejected by a bad repeat."""
    is_known = stamp is not None and received.find_received(connection, stamp.kopie_id) is not None
    named = None if is_known else stamp
    jws = None if named is None or item is None else _rejection(parts, named, item, reason, now)
    row = Quarantined(
        item_sha256=sha256_hex(data),
        copy_id=None if named is None else named.kopie_id,
        case_id=None if named is None else named.zaak_id,
        role=None if named is None else named.ontvanger.rol,
        number=None if named is None else named.volgnummer,
        reason=reason,
        item=data,
        rejection=jws,
        received_at=rfc3339(now),
    )
    if not received.insert_quarantined(connection, row):
        return
    logger.warning(
        "an item was set aside: %s", reason, extra={"copy_id": row.copy_id, "case_id": row.case_id}
    )
    if named is not None and jws is not None:
        received.advance(connection, named.zaak_id, named.ontvanger.rol)
        body = ReceiptBody(afkeuring=jws).canonical()
        outbox.put_report(connection, case_id=named.zaak_id, copy_id=named.kopie_id, body=body, now=now)


def stamp_of(parts: Parts, item: InboxItem) -> Stamp | None:
    """The stamp, when the hub signed it for exactly this JWS and for us."""
    if item.stempel is None:
        return None
    try:
        stamp = Stamp.parse_bytes(parts.registry().hub_key.verify(item.stempel, typ=STAMP))
    except InvalidInput:
        return None  # then the item has no name; that it was refused is recorded by the caller
    is_ours = stamp.ontvanger.oin == parts.oin and stamp.jws_sha256 == sha256_hex(item.jws.encode())
    return stamp if is_ours else None


def _rejection(parts: Parts, stamp: Stamp, item: InboxItem, reason: str, now: datetime) -> str:
    rejection = Rejection(
        kopie_id=stamp.kopie_id,
        ontvanger=stamp.ontvanger,
        reden=_code_of(reason),
        tijdstip=rfc3339(now),
        bewijs=item.jws,
    )
    return parts.signing_key.sign(rejection, typ=REJECTION)


def _code_of(reason: str) -> str:
    """The most precise code of what was wrong: the last that is one."""
    return next((part for part in reversed(reason.split(", ")) if _CODE.fullmatch(part)), "onleesbaar")
