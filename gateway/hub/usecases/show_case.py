"""What the hub may tell a person of a case: its state, the agency's own people on it, where its messages are,
and the clocks that concern the agency.

Nothing of what others send each other; what was a predecessor's is its successor's, and the link is told beside it. The
policy is asked, in the same way, about a case that does not exist, so that neither answer nor time tells it from one
that the person may not see; which rule refused stands in the audit log.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound, SchakelError
from gateway.hub.policy.questions import AccessQuestion
from gateway.hub.policy.verdicts import AccessDecision
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.clock_reading import alarms_of_case, all_clocks
from gateway.hub.storage.deliveries import (
    Progress,
    deliveries_in_case,
    withheld_of_senders,
)
from gateway.hub.storage.rows import DeliveryRow, MessageRow, WithheldRow
from gateway.hub.usecases.auditing import cited, leaf
from gateway.hub.usecases.case_life import shown_regions, timeline
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor, actor_context, may_read_as_assigned
from gateway.hub.usecases.continued import shown_ties
from gateway.hub.usecases.deciding import refused, subject_of
from gateway.hub.usecases.decision_record import access_decision_row, linked
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.proposal import known_purpose
from gateway.hub.usecases.settling import load_record
from gateway.hub.usecases.show_clocks import shown_clocks
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import CaseQuestion, DeliveryStatus
from gateway.protocol.registry import Participant
from gateway.protocol.succession import Succession

# These come first in the policy's order and look at nothing of a case: told alike for every case, known or not.
_TOLD_BEFORE_LOOK_UP: Final = frozenset(
    {"G01_rol_past_niet_bij_organisatie", "G02_geen_doel", "G03_onbekend_doel"}
)
_FACTS: Final = ("bewaartermijn_verlopen", "break_glass", "dienst", "gebied_bevoegd")


async def show_case(parts: Parts, asker: Asker, question: CaseQuestion) -> Answer:
    """The case as this person may know it. Raises InvalidInput, NotFound, Refused, DecisionUnavailable, Moved."""
    agency, now = asker.participant(parts.registry()), parts.clock()
    require_own_role(agency, question.door)
    actor = Actor(agency=agency, role=question.door.rol, staff=question.door.medewerker)
    record = await load_record(parts, asker, question.zaak_id)
    agencies = {asker.oin, *(link.predecessor for link in record.links_of(agency))}
    deliveries, withheld, clocks, alarms = await parts.reader.read(
        lambda c: (
            deliveries_in_case(c, question.zaak_id),
            withheld_of_senders(c, question.zaak_id, agencies),
            all_clocks(c, question.zaak_id),
            alarms_of_case(c, question.zaak_id),
        )
    )
    await see_case(parts, asker, question, record=record, actor=actor, now=now)
    running = shown_clocks(record, clocks, alarms, oin=asker.oin, role=actor.role, now=now)
    regions = await shown_regions(parts, asker, record, actor, purpose=question.doel, now=now)
    life = {"tijdlijn": timeline(record), "sporen": regions, "koppelingen": shown_ties(record, agency)}
    return Answer(200, _view(record, agency, deliveries, withheld) | {"klokken": running} | life)


async def see_case(
    parts: Parts, asker: Asker, question: CaseQuestion, *, record: CaseRecord, actor: Actor, now: datetime
) -> None:
    """Asks whether the person may see the case, and records the answer.

    Raises NotFound, Refused, DecisionUnavailable, Moved.
    """
    asked = _access_question(record, actor, question, now)
    verdict = await parts.decider.decide_access(asked)
    await parts.writer.write(
        _change(asker, record, question, asked, verdict, links=record.links_of(actor.agency))
    )
    if not _is_shown(record, verdict):
        raise _refusal(verdict)


def _access_question(
    record: CaseRecord, actor: Actor, question: CaseQuestion, now: datetime
) -> AccessQuestion:
    context = actor_context(record, actor, now)
    return AccessQuestion(
        now=now,
        subject=subject_of(actor),
        case_state=record.standing.state,
        context={name: context[name] for name in _FACTS}
        | {
            "doel_verklaard": question.doel is not None,
            "toegewezen": may_read_as_assigned(record, actor),
        },
        question="zaak_zichtbaar",
        purpose=known_purpose(question.doel),
    )


def _is_shown(record: CaseRecord, verdict: AccessDecision) -> bool:
    return verdict.allowed and record.exists


def _refusal(verdict: AccessDecision) -> SchakelError:
    return refused(verdict) if verdict.rule in _TOLD_BEFORE_LOOK_UP else NotFound()


def _change(
    asker: Asker,
    record: CaseRecord,
    question: CaseQuestion,
    asked: AccessQuestion,
    verdict: AccessDecision,
    *,
    links: Iterable[Succession],
) -> Change:
    written = leaf(
        EventTag.ACCESS_GIVEN if _is_shown(record, verdict) else EventTag.ACCESS_REFUSED,
        asker,
        asked.now,
        role=question.door.rol,
        staff=question.door.medewerker,
        why=Why(
            purpose=asked.purpose,
            rule=verdict.rule,
            article=cited(verdict.article),
            decision_id=verdict.decision_id,
            revision=verdict.revision,
        ),
        case_id=question.zaak_id,
    )
    decision = linked(access_decision_row(asked, verdict, question.zaak_id, asked.now), links)
    return Change(
        key=f"toegang:{verdict.decision_id}",
        judge=lambda _: Judgement(inserts=(decision,)),
        leaves=(written,),
        reads=record.situation.versions,
    )


def _view(
    record: CaseRecord,
    agency: Participant,
    deliveries: tuple[DeliveryRow, ...],
    withheld: tuple[WithheldRow, ...],
) -> dict[str, Any]:
    case, oin = record.situation.case, agency.oin
    return {
        "zaakId": record.situation.case_id,
        "toestand": record.standing.state,
        "sinds": "" if case is None else case.since,
        "toewijzingen": [
            {"rol": a.role, "medewerker": a.staff, "kant": a.side, "van": a.made_at, "tot": a.ended_at}
            for a in record.situation.assignments
            if a.oin == oin
        ],
        "verzonden": [
            _sent(message, deliveries, withheld)
            for message in record.situation.sent
            if record.heir(message.oin) == oin
        ],
        "ontvangen": [_received(record, d) for d in deliveries if record.heir(d.oin) == oin],
        "opvolgingen": [
            {"voorganger": link.predecessor, "opvolger": link.successor, "sinds": rfc3339(link.since)}
            for link in record.links_of(agency)
        ],
    }


def delivery_status(delivery: DeliveryRow) -> DeliveryStatus:
    """Where the copy is, in the words of the protocol."""
    return DeliveryStatus(
        kopie_id=delivery.copy_id,
        oin=delivery.oin,
        rol=delivery.role,
        status=delivery.outcome or Progress(delivery.progress).name.lower(),
        volgnummer=delivery.number,
    )


def _sent(
    message: MessageRow, deliveries: tuple[DeliveryRow, ...], withheld: tuple[WithheldRow, ...]
) -> dict[str, Any]:
    identity = (message.source, message.message_id)
    arrived = [delivery_status(d) for d in deliveries if (d.source, d.message_id) == identity]
    lapsed = [
        DeliveryStatus(kopie_id=None, oin=w.oin, rol=w.role, status="vervallen", regel=w.rule)
        for w in withheld
        if (w.source, w.message_id) == identity
    ]
    return {
        "berichtId": message.message_id,
        "type": message.message_type,
        "aangenomenOp": message.accepted_at,
        "afleveringen": [status.to_json() for status in (*arrived, *lapsed)],
    }


def _received(record: CaseRecord, delivery: DeliveryRow) -> dict[str, Any]:
    identity = (delivery.source, delivery.message_id)
    message = next(m for m in record.situation.sent if (m.source, m.message_id) == identity)
    return {
        "berichtId": delivery.message_id,
        "type": message.message_type,
        "afzender": {"oin": message.oin, "rol": message.role},
        "aangenomenOp": delivery.accepted_at,
        **delivery_status(delivery).to_json(),
    }
