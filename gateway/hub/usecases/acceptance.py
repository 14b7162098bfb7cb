"""An accepted message as one change: all of it is written in one transaction, or nothing.

The message with its facts, copies and deliveries, the act on the case, the assignment of whoever opens it, the outbox,
the remembered answer and the log.
"""

from gateway.hub.storage.changes import Change, Judgement, Numbers, case_scope
from gateway.hub.storage.deliveries import Progress
from gateway.hub.storage.rows import DeliveryRow, Row, SubmissionRow
from gateway.hub.usecases.accepted import Accepted
from gateway.hub.usecases.accepted_case import case_revisions, case_rows, message_row
from gateway.hub.usecases.accepted_copies import copy_row, delivery_row, lane_of, outbox_row, withheld_rows
from gateway.hub.usecases.accepted_leaves import leaves
from gateway.hub.usecases.clocks import clocks_of_message
from gateway.hub.usecases.placing import late_mark
from gateway.protocol.canonical import canonical
from gateway.protocol.questions import DeliveryStatus


def acceptance(accepted: Accepted, *, tz_version: str) -> Change:
    """The change for the writer, decided on the case and on the agency's roster and mandates."""
    clocks = clocks_of_message(accepted, tz_version=tz_version)
    return Change(
        key=accepted.item_key,
        judge=lambda numbers: _judgement(accepted, clocks, numbers),
        leaves=tuple(leaves(accepted)),
        reads=accepted.decided.record.situation.versions,
        touches=frozenset({case_scope(accepted.decided.proposal.case_id)}),
        lanes=tuple(lane_of(statement) for statement in accepted.received.statements),
    )


def _judgement(accepted: Accepted, clocks: Judgement, numbers: Numbers) -> Judgement:
    statements = accepted.received.statements
    deliveries = [delivery_row(accepted, s, numbers[lane_of(s)]) for s in statements]
    answer = _answer(accepted, deliveries)
    rows: list[Row] = [*case_rows(accepted), message_row(accepted), *accepted.decided.decisions]
    for statement, wrapped, delivery in zip(statements, accepted.wrapped, deliveries, strict=True):
        rows += [copy_row(accepted, statement, wrapped), delivery, outbox_row(accepted, delivery)]
    rows += [*withheld_rows(accepted), _remembered(accepted, answer)]
    return Judgement(
        inserts=(*rows, *clocks.inserts),
        revisions=(*case_revisions(accepted), *clocks.revisions),
        answer=answer,
    )


def _answer(accepted: Accepted, deliveries: list[DeliveryRow]) -> str:
    """The answer as it is remembered: all but the proof, which follows from the log."""
    sent = [
        DeliveryStatus(
            kopie_id=d.copy_id,
            oin=d.oin,
            rol=d.role,
            status=Progress.WACHT.name.lower(),
            volgnummer=d.number,
        )
        for d in deliveries
    ]
    lapsed = [
        DeliveryStatus(kopie_id=None, oin=w.oin, rol=w.role, status="vervallen", regel=w.rule)
        for w in withheld_rows(accepted)
    ]
    envelope, placing = accepted.received.submission.envelop, accepted.decided.planned.placing
    return canonical(
        {
            "berichtId": envelope.id,
            "zaakId": envelope.subject,
            "toestand": accepted.decided.after.state,
            "aangenomenOp": accepted.at,
            "afleveringen": [status.to_json() for status in (*sent, *lapsed)],
            **(late_mark(placing.at, placing.now) if placing.dated else {}),
        }
    ).decode()


def _remembered(accepted: Accepted, answer: str) -> SubmissionRow:
    submission = accepted.received.submission
    return SubmissionRow(
        source=submission.envelop.source,
        message_id=submission.envelop.id,
        attempt=accepted.attempt,
        jti=submission.jti,
        body_sha256=accepted.received.body_sha256,
        status=200,
        answer=answer,
        may_follow=False,
        item_key=accepted.item_key,
        received_at=accepted.at,
    )
