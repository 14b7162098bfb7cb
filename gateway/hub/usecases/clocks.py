"""What use cases do to the clocks of a case, as rows: a message, a receipt, the closing of the case. Pure.

Whatever moves, ends or hands over a clock settles the alarms that it raised before. What only time does is attended to
by `attend_clocks`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import (
    Clock,
    ClockChanges,
    ClockEvent,
    ClockStatus,
    Party,
    clocks_after,
    clocks_closed,
    next_moment,
    taking_on_clock,
)
from gateway.domain.identifiers import CaseId, CopyId, MessageId, Oin, RoleId
from gateway.hub.storage.changes import Judgement, Revision
from gateway.hub.storage.clock_reading import clock_of, row_of
from gateway.hub.storage.clock_rows import AlarmRow, ClockRow
from gateway.hub.storage.deliveries import Delivered
from gateway.hub.usecases.accepted import Accepted
from gateway.hub.usecases.grounds import pilot_numbers
from gateway.protocol.receipt import Receipt

RECEIPT_EVENT = "systeem.ontvangst"
MOVED = "verzet"
"""`settled_by` of an alarm whose clock got another end, check or owner: what it asked for is asked anew."""


def clocks_of_message(accepted: Accepted, *, tz_version: str) -> Judgement:
    """The clocks that an accepted message starts, moves and stops, and one per copy until somebody takes it on."""
    before = [clock_of(row) for row in accepted.decided.record.situation.clocks]
    decided = accepted.decided
    numbers = pilot_numbers(decided.record, decided.planned.placing.at)
    changes = clocks_after(before, _event_of(accepted), accepted.now, tz_version=tz_version, numbers=numbers)
    copies = tuple(_copy_clocks(accepted, tz_version))
    both = ClockChanges(started=(*changes.started, *copies), changed=changes.changed)
    return clock_changes(before, both, accepted.now)


def clocks_of_receipt(
    rows: Iterable[ClockRow], found: Delivered, receipt: Receipt, now: datetime, *, tz_version: str
) -> Judgement:
    """What a receipt does to the clocks of the case; nothing for most of them."""
    before = [clock_of(row) for row in rows]
    event = ClockEvent(
        case_id=CaseId(receipt.zaak_id),
        message_id=MessageId(f"ontvangst:{receipt.kopie_id}:{receipt.soort}"),
        message=RECEIPT_EVENT,
        sender=Oin(found.delivery.oin),
        facts={
            "bericht_id": receipt.bericht_id,
            "soort": receipt.soort,
            "tijdstip": receipt.tijdstip,
        },
        copy_id=CopyId(receipt.kopie_id),
        role=RoleId(found.delivery.role),
    )
    return clock_changes(before, clocks_after(before, event, now, tz_version=tz_version), now)


def clocks_of_closing(rows: Iterable[ClockRow], now: datetime) -> Judgement:
    """Every clock that still runs falls away with the case that is closed."""
    before = [clock_of(row) for row in rows]
    return clock_changes(before, clocks_closed(before, now), now)


def clock_changes(before: Sequence[Clock], changes: ClockChanges, now: datetime) -> Judgement:
    """The rows of these changes. A changed clock is looked at again as if no alarm of it had gone off, which is at
    worst too early: the watch knows better."""
    known = {clock.clock_id: clock for clock in before}
    revisions: list[Revision] = []
    for clock in changes.changed:
        revisions.append(revision_of(row_of(clock, first_look(clock))))
        revisions += _settled(known[clock.clock_id], clock, now)
    return Judgement(
        inserts=tuple(row_of(clock, first_look(clock)) for clock in changes.started),
        revisions=tuple(revisions),
    )


def revision_of(row: ClockRow) -> Revision:
    """The row in place of the one that was."""
    names = ("status", "due_at", "next_at", "tz_version", "record")
    return Revision(
        row=ClockRow,
        key={"case_id": row.case_id, "clock_id": row.clock_id},
        values={name: getattr(row, name) for name in names},
    )


def settle_alarm(key: Mapping[str, str], at: datetime, by: str) -> Revision:
    """The alarms under this key need nobody any more; one that was settled before keeps its first word."""
    return Revision(
        row=AlarmRow,
        key=key,
        values={"settled_at": rfc3339(at), "settled_by": by},
        unset="settled_at",
    )


def first_look(clock: Clock) -> str | None:
    """When a clock first asks for attention, whatever went off before."""
    if clock.status not in {ClockStatus.LOPEND, ClockStatus.VERLOPEN}:
        return None
    moment = next_moment([clock], (), clock.opened_at)
    return None if moment is None else rfc3339(moment)


def _event_of(accepted: Accepted) -> ClockEvent:
    submission = accepted.received.submission
    answered = submission.in_antwoord_op
    return ClockEvent(
        case_id=CaseId(submission.envelop.subject),
        message_id=MessageId(submission.envelop.id),
        message=accepted.decided.proposal.message_type.name,
        sender=Oin(submission.envelop.oin),
        facts=submission.feiten,
        recipients=tuple(
            Party(oin=Oin(s.context.ontvanger.oin), role=RoleId(s.context.ontvanger.rol))
            for s in accepted.received.statements
        ),
        answers=None if answered is None else MessageId(answered),
        in_place_of=frozenset(Oin(link.predecessor) for link in accepted.decided.links),
    )


def _copy_clocks(accepted: Accepted, tz_version: str) -> Iterator[Clock]:
    for statement in accepted.received.statements:
        context = statement.context
        yield taking_on_clock(
            case_id=CaseId(context.zaak_id),
            message_id=MessageId(context.bericht_id),
            copy_id=CopyId(context.kopie_id),
            recipient=Party(oin=Oin(context.ontvanger.oin), role=RoleId(context.ontvanger.rol)),
            urgency=accepted.decided.urgency,
            accepted_at=accepted.now,
            tz_version=tz_version,
        )


def _settled(before: Clock, after: Clock, now: datetime) -> Iterator[Revision]:
    """What was asked before is not asked any more when the duty was done or fell away, or is asked anew."""
    key = {"case_id": after.case_id, "clock_id": after.clock_id}
    if after.status in {ClockStatus.GESTOPT, ClockStatus.VERVALLEN}:
        yield settle_alarm(key, now, after.ended_by or "")
    elif _asks(before) != _asks(after):
        yield settle_alarm(key, now, MOVED)


def _asks(clock: Clock) -> tuple[object, ...]:
    return clock.due_at, clock.check_at, clock.owner, clock.round
