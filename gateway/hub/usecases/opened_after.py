"""What a receipt of a person means for a copy that may be taken back: it was opened first, or it was opened all the
same. The latter happens where a node opened it without the hub, in an emergency: then a breach file opens.
"""

from dataclasses import dataclass
from datetime import datetime

from audit.events import EventTag
from audit.leaf import Leaf
from gateway.hub.storage.recalls import load_recalled
from gateway.hub.storage.rows import Row
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.recall import statement_of
from gateway.hub.usecases.recall_record import OPENED, breach_row, opening_row, recall_leaf
from gateway.protocol.receipt import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is written beside the receipt."""

    rows: tuple[Row, ...] = ()
    leaves: tuple[Leaf, ...] = ()


async def opening_after(parts: Parts, asker: Asker, receipt: Receipt, now: datetime) -> Seen:
    """The first opening of a copy; or the breach when it had been taken back. Nothing when both are on record."""
    known = await parts.reader.read(lambda c: load_recalled(c, receipt.kopie_id))
    if known is None:
        return Seen()
    if known.recall is None:
        return Seen(rows=tuple(opening_row(known, now)))
    if known.breach is not None or receipt.soort != OPENED:
        return Seen()
    breach = breach_row(
        known, await statement_of(parts, known), cause=OPENED, reason=known.recall.reason, now=now
    )
    written = recall_leaf(
        EventTag.BREACH_OPENED,
        asker,
        known,
        now,
        role=known.found.delivery.role,
        staff=receipt.functionaris_ref,
        rule=OPENED,
    )
    return Seen(rows=(breach,), leaves=(written,))
