"""What the recipient's node signed about a copy that was taken back: that it holds it no more, and who had seen it.

A node may know of an opening that the hub did not: in an emergency without the hub, or by the agency's own system that
had taken the copy over. Then a breach file opens now. The first attestation stands, unless a later
one says that the copy was seen after all.
"""

from typing import Final

from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound
from gateway.hub.storage.changes import Change, Judgement, Revision
from gateway.hub.storage.recall_rows import BreachRow, RecallRow
from gateway.hub.storage.recalls import Recalled, load_recalled
from gateway.hub.storage.rows import Row
from gateway.hub.usecases.auditing import audit_foreign_copy
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.recall import statement_of
from gateway.hub.usecases.recall_record import Cause, attested_row, breach_clock_row, breach_row, recall_leaf
from gateway.protocol.canonical import malformed
from gateway.protocol.exchange import Answer
from gateway.protocol.recall import DESTRUCTION, Destruction, DestructionAnswer, DestructionReport
from gateway.protocol.receipt import InboxItem
from gateway.protocol.wire import OinRole

UNSEEN: Final = "vernietigd"


async def record_destruction(parts: Parts, asker: Asker, report: DestructionReport) -> Answer:
    """What is on record now. Raises InvalidInput, NotFound for a copy that was not taken back from the asker."""
    key, now = asker.participant(parts.registry()).verification_key, parts.clock()
    told = Destruction.parse_bytes(key.verify(report.verklaring, typ=DESTRUCTION))
    known = await parts.reader.read(lambda c: load_recalled(c, told.kopie_id))
    if known is None or known.recall is None or known.found.delivery.oin != asker.oin:
        await audit_foreign_copy(parts, asker, EventTag.ACCESS_REFUSED)
        raise NotFound
    delivery = known.found.delivery
    address = OinRole(oin=delivery.oin, rol=delivery.role)
    if (told.bericht_id, told.zaak_id, told.ontvanger) != (delivery.message_id, delivery.case_id, address):
        raise malformed("verklaring", "hoort niet bij deze kopie")
    if known.recall.attested is not None and not _is_worse(told, known.recall.attested):
        return _answer(told, known.recall.attested)
    at = rfc3339(now)
    rows: list[Row] = [attested_row(known, told.uitkomst, _item(report), now)]
    leaves = [_leaf(EventTag.COPY_DESTROYED, asker, known, told, parts)]
    if told.uitkomst != UNSEEN and known.breach is None:
        breach = await _breach(parts, known, known.recall, told)
        rows += [breach, breach_clock_row(breach, tz_version=parts.tz_version)]
        leaves.append(_leaf(EventTag.BREACH_OPENED, asker, known, told, parts))
    revision = Revision(
        row=RecallRow,
        key={"copy_id": told.kopie_id},
        values={"attestation": report.verklaring, "attested": told.uitkomst, "attested_at": at},
    )
    judgement = Judgement(inserts=tuple(rows), revisions=(revision,))
    await parts.writer.write(
        Change(
            key=f"vernietiging:{told.kopie_id}:{told.uitkomst}",
            judge=lambda _: judgement,
            leaves=tuple(leaves),
        )
    )
    return _answer(told, told.uitkomst)


def _is_worse(told: Destruction, before: str) -> bool:
    return before == UNSEEN and told.uitkomst != UNSEEN


async def _breach(parts: Parts, known: Recalled, recall: RecallRow, told: Destruction) -> BreachRow:
    cause: Cause = "in_systeem" if told.uitkomst == "in_systeem" else "geopend"
    statement = await statement_of(parts, known)
    return breach_row(known, statement, cause=cause, reason=recall.reason, now=parts.clock())


def _item(report: DestructionReport) -> str:
    return InboxItem(soort="vernietiging", jws=report.verklaring).canonical().decode()


def _leaf(event: EventTag, asker: Asker, known: Recalled, told: Destruction, parts: Parts) -> Leaf:
    role = known.found.delivery.role
    return recall_leaf(event, asker, known, parts.clock(), role=role, staff=None, rule=told.uitkomst)


def _answer(told: Destruction, outcome: str) -> Answer:
    body = DestructionAnswer.parse({"kopieId": told.kopie_id, "uitkomst": outcome})
    return Answer(200, body.to_json())
