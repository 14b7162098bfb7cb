"""The hub orders a case to be destroyed: everything of it that holds content goes here, and we attest that.

(1) Verify: the hub's signature, that the order is for us, and that the case can have been closed when the order says.
(2) Remove the files. (3) In one transaction: empty the rows, keep the order, put the attestation in the outbox. Who
dies between (2) and (3) gets the order again. The agency's own system is not reached: what it took over is its own.
"""

import logging
from datetime import datetime

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import NotFound
from gateway.domain.retention import kept_until
from gateway.node.storage import destroyed, outbox
from gateway.node.storage.database import Connection
from gateway.node.usecases.parts import Parts
from gateway.protocol.canonical import malformed
from gateway.protocol.receipt import InboxItem
from gateway.protocol.retention import (
    CASE_DESTRUCTION,
    DESTRUCTION_ORDER,
    CaseDestruction,
    CaseDestructionReport,
    DestructionOrder,
)
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import MAX_AHEAD

logger = logging.getLogger(__name__)


async def take_destruction_order(parts: Parts, item: InboxItem, now: datetime) -> None:
    """Raises InvalidInput for an order that the hub did not sign, or that cannot be true of this case here. The same
    case ordered again changes nothing: what was attested goes to the hub once more."""
    order = DestructionOrder.parse_bytes(parts.registry().hub_key.verify(item.jws, typ=DESTRUCTION_ORDER))
    before = await parts.database.read(lambda c: destroyed.find_destroyed(c, order.zaak_id))
    if order.organisatie != parts.oin:
        raise malformed("vernietigingsopdracht", "is voor een andere organisatie")
    if before is not None:
        told = before.attestation
        await parts.database.write(lambda c: _report(c, order.zaak_id, told, now))
        return
    known_since = await parts.database.read(lambda c: destroyed.known_since(c, order.zaak_id))
    _require_over(order, known_since, now)  # (1)
    files = await parts.database.read(lambda c: destroyed.documents_in(c, order.zaak_id))
    _remove(parts, files)  # (2)
    await parts.database.write(lambda c: _store(parts, c, item, order, files=files, now=now))  # (3)
    logger.warning("a case was destroyed: its term is over", extra={"case_id": order.zaak_id})


def is_destroyed(connection: Connection, case_id: str) -> bool:
    return destroyed.find_destroyed(connection, case_id) is not None


async def require_not_destroyed(parts: Parts, case_id: str) -> None:
    """Raises NotFound, with the reason, for a case that was destroyed: its content can be had nowhere any more."""
    if await parts.database.read(lambda c: is_destroyed(c, case_id)):
        raise NotFound(
            code=destroyed.GONE,
            detail_nl="De inhoud van deze zaak is vernietigd: vijf jaar na sluiting (Wth, artikel 10, eerste lid).",
            detail_en="The content of this case was destroyed, five years after it was closed (Wth 10(1)).",
        )


def _require_over(order: DestructionOrder, known_since: str | None, now: datetime) -> None:
    """A hub that errs, or whose key was stolen, destroys nothing here that is younger than the term."""
    closed, decided = parse_time(order.gesloten_op), parse_time(order.besloten_op)
    if decided > now + MAX_AHEAD or decided < kept_until(closed):
        raise malformed("vernietigingsopdracht", "de bewaartermijn is niet voorbij")
    if known_since is not None and parse_time(known_since) > closed:
        raise malformed("vernietigingsopdracht", "de zaak werd hier pas bekend nadat zij gesloten zou zijn")


def _remove(parts: Parts, files: destroyed.CaseDocuments) -> None:
    folder = parts.documents
    paths = [
        *(folder.incoming(*each) for each in files.incoming),
        *(folder.aside(*each) for each in files.incoming),
        *(folder.outgoing(*each) for each in files.outgoing),
        *(folder.own(each) for each in files.own),
    ]
    for path in paths:
        path.unlink(missing_ok=True)


def _store(
    parts: Parts,
    connection: Connection,
    item: InboxItem,
    order: DestructionOrder,
    *,
    files: destroyed.CaseDocuments,
    now: datetime,
) -> None:
    emptied = destroyed.erase_case(connection, order.zaak_id, files.own, rfc3339(now))
    statement = CaseDestruction(
        organisatie=parts.oin,
        zaak_id=order.zaak_id,
        besloten_op=order.besloten_op,
        kopieen=emptied,
        tijdstip=rfc3339(now),
    )
    attestation = parts.signing_key.sign(statement, typ=CASE_DESTRUCTION)
    row = destroyed.DestroyedCase(
        case_id=order.zaak_id, order_jws=item.jws, attestation=attestation, destroyed_at=rfc3339(now)
    )
    destroyed.insert_destroyed(connection, row)
    _report(connection, order.zaak_id, attestation, now)


def _report(connection: Connection, case_id: str, attestation: str, now: datetime) -> None:
    """The report is about no copy; it goes in the row of the case, in which nothing else waits any more."""
    body = CaseDestructionReport(soort="zaakvernietiging", verklaring=attestation).canonical()
    outbox.put_report(connection, case_id=case_id, copy_id=case_id, body=body, now=now, verb=Verb.DECIDE)
