"""The rows and leaves of an accepted message. Pure, but for the hub's signature on each stamp.

One transaction holds all of it: the message with its facts, copies and deliveries, the act on the case, the assignment
of whoever opens it, the outbox, the remembered answer and the log.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from audit.body import MessageRef, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.domain.urgency import ACK_WITHIN
from gateway.hub.storage.changes import Change, Judgement, Lane, Numbers, Revision, case_scope
from gateway.hub.storage.deliveries import Progress
from gateway.hub.storage.rows import (
    AssignmentRow,
    CaseRow,
    CaseStateRow,
    CopyRow,
    DeliveryRow,
    MessageRow,
    OutboxRow,
    Row,
    SubmissionRow,
    WithheldRow,
)
from gateway.hub.usecases.auditing import commitment_ref, leaf
from gateway.hub.usecases.deciding import Decided
from gateway.hub.usecases.parts import Asker
from gateway.protocol.canonical import canonical
from gateway.protocol.copy import CopyStatement
from gateway.protocol.keys import SigningKey
from gateway.protocol.questions import DeliveryStatus
from gateway.protocol.stamp import STAMP, Stamp
from gateway.protocol.subjects import inbox_subject
from gateway.protocol.submission import Received


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Everything that an accepted message needs to be written. `wrapped` is in the order of the copies."""

    received: Received
    decided: Decided
    asker: Asker
    wrapped: tuple[bytes, ...]
    attempt: int
    item_key: str
    signing_key: SigningKey
    now: datetime

    @property
    def _at(self) -> str:
        return rfc3339(self.now)

    def change(self) -> Change:
        """The change for the writer, decided on the case and on the agency's roster and mandates."""
        decided = self.decided
        case_id = decided.proposal.case_id
        return Change(
            key=self.item_key,
            judge=self._judge,
            leaves=tuple(self._leaves()),
            reads=decided.record.situation.versions,
            touches=frozenset({case_scope(case_id)}),
            lanes=tuple(_lane(statement) for statement in self.received.statements),
        )

    def _judge(self, numbers: Numbers) -> Judgement:
        deliveries = [self._delivery(s, numbers[_lane(s)]) for s in self.received.statements]
        answer = self._answer(deliveries)
        rows: list[Row] = [*self._case_rows(), self._message(), *self.decided.decisions]
        for statement, wrapped, delivery in zip(
            self.received.statements, self.wrapped, deliveries, strict=True
        ):
            rows += [self._copy(statement, wrapped), delivery, self._outbox(delivery)]
        rows += [*self._withheld(), self._remembered(answer)]
        return Judgement(inserts=tuple(rows), revisions=tuple(self._case_revision()), answer=answer)

    def _case_rows(self) -> Iterator[Row]:
        """A new case with its opener; a new state in its life."""
        proposal, decided = self.decided.proposal, self.decided
        sender = proposal.sender
        if not decided.record.exists:
            yield CaseRow(
                case_id=proposal.case_id,
                municipality=proposal.opening_in or "",
                state=decided.after.state,
                before_suspension=None,
                since=self._at,
                opened_at=self._at,
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
                made_at=self._at,
                ended_at=None,
            )
        if decided.act is not None:
            yield CaseStateRow(
                case_id=proposal.case_id,
                position=len(decided.record.situation.states) + 1,
                state=decided.after.state,
                since=self._at,
                act=decided.act.action,
                cause=self.received.submission.envelop.id,
            )

    def _case_revision(self) -> Iterator[Revision]:
        if self.decided.record.exists and self.decided.after != self.decided.record.standing:
            yield Revision(
                row=CaseRow,
                key={"case_id": self.decided.proposal.case_id},
                values={
                    "state": self.decided.after.state,
                    "before_suspension": self.decided.after.before_suspension,
                    "since": self._at,
                },
            )

    def _message(self) -> MessageRow:
        submission, decided = self.received.submission, self.decided
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
            accepted_at=self._at,
        )

    def _copy(self, statement: CopyStatement, wrapped: bytes) -> CopyRow:
        envelope, context = statement.envelop, statement.context
        return CopyRow(
            copy_id=context.kopie_id,
            case_id=context.zaak_id,
            source=envelope.source,
            message_id=envelope.id,
            wrapped=wrapped,
            commitment=statement.commitment,
            jws_sha256=self._jws_digest(statement),
            sender_number=context.afzendernummer,
        )

    def _delivery(self, statement: CopyStatement, number: int) -> DeliveryRow:
        context, urgency = statement.context, self.decided.urgency
        stamp = Stamp(
            kopie_id=context.kopie_id,
            bericht_id=context.bericht_id,
            zaak_id=context.zaak_id,
            ontvanger=context.ontvanger,
            urgentie=urgency.value,
            volgnummer=number,
            jws_sha256=self._jws_digest(statement),
            aangenomen_op=self._at,
            doel=context.doel,
        )
        return DeliveryRow(
            copy_id=context.kopie_id,
            case_id=context.zaak_id,
            source=statement.envelop.source,
            message_id=context.bericht_id,
            oin=context.ontvanger.oin,
            role=context.ontvanger.rol,
            number=number,
            urgency=urgency.value,
            slug=self.decided.proposal.message_type.slug,
            purpose=context.doel,
            stamp=self.signing_key.sign(stamp, typ=STAMP),
            progress=Progress.WACHT,
            outcome=None,
            accepted_at=self._at,
            due_at=rfc3339(self.now + ACK_WITHIN[urgency]),
            republished=0,
        )

    def _jws_digest(self, statement: CopyStatement) -> str:
        copy_id = statement.context.kopie_id
        return next(k.jws_sha256 for k in self.received.submission.kopieen if k.kopie_id == copy_id)

    def _outbox(self, delivery: DeliveryRow) -> OutboxRow:
        return OutboxRow(
            publish_id=delivery.copy_id,
            oin=delivery.oin,
            subject=inbox_subject(delivery.oin, delivery.urgency, delivery.slug),
            copy_id=delivery.copy_id,
            payload=None,
            urgency=delivery.urgency,
            created_at=self._at,
            attempts=0,
            not_before=self._at,
        )

    def _withheld(self) -> Iterator[WithheldRow]:
        envelope = self.received.submission.envelop
        for recipient in self.decided.verdict.recipients:
            if not recipient.allowed:
                yield WithheldRow(
                    source=envelope.source,
                    message_id=envelope.id,
                    oin=recipient.oin,
                    role=recipient.role,
                    rule=recipient.rule,
                )

    def _answer(self, deliveries: list[DeliveryRow]) -> str:
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
            for w in self._withheld()
        ]
        envelope = self.received.submission.envelop
        return canonical(
            {
                "berichtId": envelope.id,
                "zaakId": envelope.subject,
                "toestand": self.decided.after.state,
                "aangenomenOp": self._at,
                "afleveringen": [status.to_json() for status in (*sent, *lapsed)],
            }
        ).decode()

    def _remembered(self, answer: str) -> SubmissionRow:
        submission = self.received.submission
        return SubmissionRow(
            source=submission.envelop.source,
            message_id=submission.envelop.id,
            attempt=self.attempt,
            jti=submission.jti,
            body_sha256=self.received.body_sha256,
            status=200,
            answer=answer,
            may_follow=False,
            item_key=self.item_key,
            received_at=self._at,
        )

    def _leaves(self) -> Iterator[Leaf]:
        """The message, the case it opens and the act it records, and each copy with the recipient's own purpose."""
        yield self._leaf(EventTag.SUBMISSION_ACCEPTED)
        if not self.decided.record.exists:
            yield self._leaf(EventTag.CASE_OPENED)
            yield self._leaf(EventTag.ASSIGNMENT_MADE)
        if self.decided.act is not None:
            yield self._leaf(EventTag.ACT_PERFORMED)
        for statement in self.received.statements:
            why = replace(self.decided.why, purpose=statement.context.doel)
            yield self._leaf(EventTag.COPY_PROVIDED, statement, why)
        for recipient in self.decided.verdict.recipients:
            if not recipient.allowed:
                why = replace(self.decided.why, rule=recipient.rule, article=recipient.article[:200])
                yield self._leaf(EventTag.COPY_WITHHELD, None, why)

    def _leaf(self, event: EventTag, statement: CopyStatement | None = None, why: Why | None = None) -> Leaf:
        envelope, sender = self.received.submission.envelop, self.decided.proposal.sender
        return leaf(
            event,
            self.asker,
            self.now,
            role=sender.role,
            staff=sender.staff,
            why=why or self.decided.why,
            case_id=envelope.subject,
            message=MessageRef(
                message_id=envelope.id,
                copy_id=None if statement is None else statement.context.kopie_id,
                type=self.decided.proposal.message_type.name,
                commitment=None if statement is None else commitment_ref(statement.commitment),
            ),
        )


def _lane(statement: CopyStatement) -> Lane:
    context = statement.context
    return Lane(context.zaak_id, context.ontvanger.oin, context.ontvanger.rol)
