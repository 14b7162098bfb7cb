"""A sender takes back a copy that went to the wrong recipient; when somebody has opened it, a breach file opens.

(1) Verify the sender's order. (2) Load the copy; one that the asker did not send is not found. (3) A second order about
it gets the first decision. (4) Decide: opened or not. Which came first is settled by the one row that an opening and a
recall both write, so never both. (5) Write: the recall, what the recipient is told, the file, the log.
"""

import asyncio
from datetime import datetime
from typing import Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.deadlines import taking_on_clock_id
from gateway.domain.errors import Conflict, NotFound
from gateway.domain.identifiers import CopyId, new_id
from gateway.domain.urgency import Urgency
from gateway.hub.storage.changes import Change, Judgement, Removal, Revision, case_scope
from gateway.hub.storage.clock_reading import find_clock
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.deliveries import Outcome, Progress
from gateway.hub.storage.recall_rows import BreachRow, CopyFateRow, RecallRow
from gateway.hub.storage.recalls import Recalled, load_recalled
from gateway.hub.storage.rows import DeliveryRow, OutboxRow, Row
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.recall_record import (
    OPENED,
    TAKEN_BACK,
    breach_clock_row,
    breach_row,
    clock_falls_away,
    is_opened,
    notice_row,
    recall_leaf,
)
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.canonical import malformed, sha256_hex
from gateway.protocol.copy import CopyStatement, verify_statement
from gateway.protocol.exchange import Answer
from gateway.protocol.recall import (
    RECALL_DECISION,
    RECALL_ORDER,
    RecallAnswer,
    RecallDecision,
    RecallOrder,
    RecallQuestion,
)
from gateway.protocol.receipt import InboxItem
from gateway.protocol.submission import MAX_AGE, MAX_AHEAD
from gateway.protocol.wire import OinRole

BREACH: Final = "datalek"


async def recall(parts: Parts, asker: Asker, question: RecallQuestion) -> Answer:
    """What was decided. Raises InvalidInput, NotFound, Conflict for an old order, Refused, and Clash when an opening
    came first: then decide again."""
    agency, now = asker.participant(parts.registry()), parts.clock()
    require_own_role(agency, question.door)
    order = RecallOrder.parse_bytes(
        agency.verification_key.verify(question.opdracht, typ=RECALL_ORDER)
    )  # (1)
    known = await parts.reader.read(lambda c: load_recalled(c, order.kopie_id))  # (2)
    if known is None or known.found.message.oin != asker.oin or known.found.message.role != question.door.rol:
        await _audit_refusal(parts, asker, question, now)
        raise NotFound
    _compare(order, known, hub_oin=parts.registry().hub_oin)
    if known.recall is not None:  # (3)
        return _answer(known.recall, known.breach)
    if not -MAX_AHEAD <= now - parse_time(order.tijdstip) <= MAX_AGE:
        raise Conflict(code="handtekening-verlopen")
    clock = await parts.reader.read(lambda c: find_clock(c, order.zaak_id, _clock_id(known.found.delivery)))
    breach = await _breach(parts, known, order, now) if is_opened(known) else None  # (4)
    row = _recall_row(parts, question, order, known, now, opened=breach is not None)
    await parts.writer.write(
        _change(parts, asker, question, known=known, row=row, breach=breach, clock=clock, now=now)
    )  # (5)
    return _answer(row, breach)


async def statement_of(parts: Parts, known: Recalled) -> CopyStatement:
    """What the sender signed about the copy. Raises CaseKeyGone, a LookupError, after the case key was destroyed."""
    copy = known.copy
    opened = await asyncio.to_thread(parts.case_keys.unwrap, copy.case_id, copy.copy_id, copy.wrapped)
    key = parts.registry().participant(known.found.message.oin).verification_key
    return verify_statement(opened.decode().split("\n")[0], key)


async def _breach(parts: Parts, known: Recalled, order: RecallOrder, now: datetime) -> BreachRow:
    statement = await statement_of(parts, known)
    return breach_row(known, statement, cause=OPENED, reason=order.reden, now=now)


def _clock_id(delivery: DeliveryRow) -> str:
    return taking_on_clock_id(CopyId(delivery.copy_id), Urgency(delivery.urgency))


def _compare(order: RecallOrder, known: Recalled, *, hub_oin: str) -> None:
    """Raises InvalidInput for an order that is about something else than the copy it names."""
    delivery, message = known.found.delivery, known.found.message
    pairs = (
        (order.aud, hub_oin),
        (order.bericht_id, message.message_id),
        (order.zaak_id, delivery.case_id),
        (order.afzender, OinRole(oin=message.oin, rol=message.role)),
        (order.ontvanger, OinRole(oin=delivery.oin, rol=delivery.role)),
        (order.afzendernummer, known.copy.sender_number),
    )
    if any(one != other for one, other in pairs):
        raise malformed("opdracht", "hoort niet bij deze kopie")


def _recall_row(
    parts: Parts,
    question: RecallQuestion,
    order: RecallOrder,
    known: Recalled,
    now: datetime,
    *,
    opened: bool,
) -> RecallRow:
    delivery = known.found.delivery
    decision = RecallDecision(
        kopie_id=order.kopie_id,
        bericht_id=order.bericht_id,
        zaak_id=order.zaak_id,
        ontvanger=order.ontvanger,
        volgnummer=delivery.number,
        soort="datalek" if opened else "teruggehaald",
        opdracht_sha256=sha256_hex(question.opdracht.encode()),
        besloten_op=rfc3339(now),
    )
    signed = parts.signing_key.sign(decision, typ=RECALL_DECISION)
    notice = InboxItem(soort="terughaling", stempel=signed, jws=question.opdracht)
    return RecallRow(
        copy_id=order.kopie_id,
        case_id=order.zaak_id,
        outcome=decision.soort,
        reason=order.reden,
        order_jws=question.opdracht,
        notice=notice.canonical().decode(),
        role=question.door.rol,
        staff=question.door.medewerker,
        decided_at=decision.besloten_op,
        notified_at=decision.besloten_op if delivery.progress >= Progress.GEPUBLICEERD else None,
        attestation=None,
        attested=None,
        attested_at=None,
    )


def _change(
    parts: Parts,
    asker: Asker,
    question: RecallQuestion,
    *,
    known: Recalled,
    row: RecallRow,
    breach: BreachRow | None,
    clock: ClockRow | None,
    now: datetime,
) -> Change:
    delivery, who = known.found.delivery, question.door
    inserts: list[Row] = [row]
    if row.notified_at is not None:
        inserts.append(notice_row(delivery, row.notice, row.decided_at))
    revisions = []
    if breach is not None:
        inserts += [breach, breach_clock_row(breach, tz_version=parts.tz_version)]
    else:
        inserts.append(CopyFateRow(copy_id=row.copy_id, fate=TAKEN_BACK, decided_at=row.decided_at))
        values = {"outcome": Outcome.RECALLED}
        revisions.append(Revision(row=DeliveryRow, key={"copy_id": row.copy_id}, values=values))
    clocks = clock_falls_away(clock, now)
    judgement = Judgement(
        inserts=(*inserts, *clocks.inserts),
        revisions=(*revisions, *clocks.revisions),
        removals=(Removal(row=OutboxRow, key={"copy_id": row.copy_id}),),  # what waits goes out no more
    )
    event = EventTag.COPY_RECALLED if breach is None else EventTag.BREACH_OPENED
    written = recall_leaf(event, asker, known, now, role=who.rol, staff=who.medewerker, rule=row.reason)
    return Change(
        key=f"terughalen:{row.copy_id}",
        judge=lambda _: judgement,
        leaves=(written,),
        touches=frozenset({case_scope(row.case_id)}),
    )


async def _audit_refusal(parts: Parts, asker: Asker, question: RecallQuestion, now: datetime) -> None:
    """The id that was named is not repeated: nothing proves that it is a copy."""
    written = leaf(
        EventTag.RECALL_REFUSED,
        asker,
        now,
        role=question.door.rol,
        staff=question.door.medewerker,
        why=Why(rule="niet-de-afzender"),
    )
    await parts.writer.write(
        Change(key=f"terughalen-geweigerd:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
    )


def _answer(row: RecallRow, breach: BreachRow | None) -> Answer:
    """Of a breach that was found later the file is named from then on; the decision stays what it was."""
    body = RecallAnswer(
        kopie_id=row.copy_id,
        uitkomst="datalek" if row.outcome == BREACH else "teruggehaald",
        besloten_op=row.decided_at,
        datalek_id=None if breach is None else breach.breach_id,
    )
    return Answer(200, body.to_json())
