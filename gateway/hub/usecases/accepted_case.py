"""What an accepted message does to its case: the rows of the case and of the message itself. Pure."""

from collections.abc import Iterator

from gateway.domain.case import Side
from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Revision, case_scope
from gateway.hub.storage.rows import AssignmentRow, CaseRow, CaseStateRow, MessageRow, Row
from gateway.hub.usecases.accepted import Accepted
from gateway.hub.usecases.placing import history_revisions
from gateway.protocol.canonical import canonical


def case_rows(accepted: Accepted) -> Iterator[Row]:
    """A new case with its opener; a new state in its life."""
    proposal, decided = accepted.decided.proposal, accepted.decided
    sender = proposal.sender
    if not decided.record.exists:
        yield CaseRow(
            case_id=proposal.case_id,
            municipality=proposal.opening_in or "",
            state=decided.after.state,
            before_suspension=None,
            since=rfc3339(decided.planned.placing.at),
            opened_at=rfc3339(decided.planned.placing.at),
            opened_by=sender.agency.oin,
            opened_role=sender.role,
        )
        yield AssignmentRow(
            assignment_id=new_id(),
            case_id=proposal.case_id,
            oin=sender.agency.oin,
            role=sender.role,
            staff=sender.staff,
            side=Side.ONBEKEND,  # nobody states one by opening a case
            basis="opening",
            made_at=accepted.at,
            ended_at=None,
        )
    if decided.act is not None:
        yield CaseStateRow(
            case_id=proposal.case_id,
            position=len(decided.record.situation.states) + 1,
            state=(decided.planned.after_then or decided.after).state,
            since=rfc3339(decided.planned.placing.at),
            act=decided.act.action,
            cause=accepted.received.submission.envelop.id,
            recorded_at=accepted.at,
            dated=decided.planned.placing.dated,
        )


def case_revisions(accepted: Accepted) -> Iterator[Revision]:
    """The new state of a case that exists already, and what an act in the past changes in those after it."""
    decided, case_id = accepted.decided, accepted.decided.proposal.case_id
    insertion = decided.planned.insertion
    if insertion is None or not decided.record.exists:
        return
    yield Revision(
        row=CaseRow,
        key={"case_id": case_id},
        values={
            "state": decided.after.state,
            "before_suspension": decided.after.before_suspension,
            "since": rfc3339(insertion.since),
        },
    )
    cause = accepted.received.submission.envelop.id
    yield from history_revisions(decided.planned.placing, insertion, case_id, cause)


def message_row(accepted: Accepted) -> MessageRow:
    submission, decided = accepted.received.submission, accepted.decided
    envelope = submission.envelop
    return MessageRow(
        source=envelope.source,
        message_id=envelope.id,
        case_id=envelope.subject,
        position=decided.record.situation.versions[case_scope(envelope.subject)] + 1,
        message_type=decided.proposal.message_type.name,
        oin=envelope.oin,
        role=submission.afzender.rol,
        staff=submission.afzender.medewerker,
        in_reply_to=submission.in_antwoord_op,
        correlation_id=envelope.correlatieid,
        purpose=envelope.doel,
        urgency=decided.urgency.value,
        act=None if decided.act is None else decided.act.action,
        facts=canonical(submission.feiten).decode(),
        decision_id=decided.verdict.decision_id,
        stated_at=envelope.time,
        accepted_at=accepted.at,
    )
