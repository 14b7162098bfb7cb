"""What an accepted message does to its case: the rows of the case and of the message itself. Pure."""

from collections.abc import Iterator

from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Revision, case_scope
from gateway.hub.storage.rows import AssignmentRow, CaseRow, CaseStateRow, MessageRow, Row
from gateway.hub.usecases.accepted import Accepted
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
            since=accepted.at,
            opened_at=accepted.at,
            opened_by=sender.agency.oin,
            opened_role=sender.role,
        )
        yield AssignmentRow(
            assignment_id=new_id(),
            case_id=proposal.case_id,
            oin=sender.agency.oin,
            role=sender.role,
            staff=sender.staff,
            side="neutraal",
            basis="opening",
            made_at=accepted.at,
            ended_at=None,
        )
    if decided.act is not None:
        yield CaseStateRow(
            case_id=proposal.case_id,
            position=len(decided.record.situation.states) + 1,
            state=decided.after.state,
            since=accepted.at,
            act=decided.act.action,
            cause=accepted.received.submission.envelop.id,
        )


def case_revisions(accepted: Accepted) -> Iterator[Revision]:
    """The new state of a case that exists already."""
    if accepted.decided.record.exists and accepted.decided.after != accepted.decided.record.standing:
        yield Revision(
            row=CaseRow,
            key={"case_id": accepted.decided.proposal.case_id},
            values={
                "state": accepted.decided.after.state,
                "before_suspension": accepted.decided.after.before_suspension,
                "since": accepted.at,
            },
        )


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
