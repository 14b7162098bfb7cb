"""Whether what was sent still agrees with what the policy decides now. Pure.

Anything stricter than a copy was made with, a recipient too many or too few, another purpose, act or revision makes
the plan stale. A copy made with less than is now allowed may go: nobody is owed more than was planned.
"""

from collections.abc import Iterator

from gateway.domain.decision import RecipientDecision
from gateway.hub.usecases.deciding import Decided
from gateway.protocol.canonical import malformed
from gateway.protocol.copy import CopyStatement
from gateway.protocol.manifest import Obligation, check_covers, is_stricter, manifest_of
from gateway.protocol.submission import Received, Submission

MAX_SOURCE = 120


def check_form(received: Received, decided: Decided) -> None:
    """Raises InvalidInput for a submission that contradicts itself or its message type, whatever the policy says."""
    submission, message_type = received.submission, decided.proposal.message_type
    envelope = submission.envelop
    if len(envelope.source) > MAX_SOURCE:
        raise malformed("source", "te lang")
    if envelope.dataschema != message_type.schema_uri:
        raise malformed("dataschema", "hoort niet bij het berichttype")
    if envelope.urgentie != decided.urgency:
        raise malformed("urgentie", "volgt niet uit de feiten")
    names = [field.name for field in message_type.fields]
    for statement in received.statements:
        if statement.context.type != message_type.name:
            raise malformed("type", f"{statement.context.kopie_id}: ander type dan de inzending")
        check_covers(statement.context.manifest, names)


def disagreements(received: Received, decided: Decided) -> list[str]:
    """Why the plan is stale, as codes; empty when it still holds."""
    return [*_of_message(received.submission, decided), *_of_copies(received, decided)]


def _of_message(submission: Submission, decided: Decided) -> Iterator[str]:
    verdict = decided.verdict
    if submission.revisie != verdict.revision:
        yield "revisie"
    if submission.envelop.doel != verdict.purpose:
        yield "doel"
    if submission.handeling != (None if decided.act is None else decided.act.action):
        yield "handeling"


def _of_copies(received: Received, decided: Decided) -> Iterator[str]:
    allowed = {(r.oin, r.role): r for r in decided.verdict.recipients if r.allowed}
    copies = {(s.context.ontvanger.oin, s.context.ontvanger.rol): s for s in received.statements}
    if copies.keys() != allowed.keys():
        yield "ontvangers"
    for address, statement in copies.items():
        if address in allowed:
            yield from _of_copy(statement, allowed[address], decided)


def _of_copy(statement: CopyStatement, decision: RecipientDecision, decided: Decided) -> Iterator[str]:
    context = statement.context
    if (context.doel, context.doel_afzender) != (decision.purpose, decided.verdict.purpose):
        yield "leesdoel"
    if context.kant != decided.side_of(decision.oin, decision.role):
        yield "kant"
    if is_stricter(manifest_of(decision.fields), context.manifest):
        yield "manifest"
    required = [Obligation(id=o.id, parameters=dict(o.parameters)) for o in decision.obligations]
    if any(obligation not in context.verplichtingen for obligation in required):
        yield "verplichtingen"
    denied = {f.field for f in decision.fields if f.decision == "deny"}
    if denied & context.feiten.keys():
        yield "feiten"
