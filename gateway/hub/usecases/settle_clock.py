"""A person says that the duty of a clock was done outside Schakel. It stops, with the person on record.

(1) The case must be the person's to see, by the same decision as when it is shown. (2) The clock must be one that the
agency may know of. (3) The duty must be the person's: owner by role, and on the case or on duty. (4) Some clocks stop
by a message or a receipt only: the end of a term, a copy that nobody took on, a release that nobody was told of and
that was not sent wrongly.
"""

from audit.body import Why
from audit.events import EventTag
from gateway.domain.catalogue import catalogue
from gateway.domain.deadlines import Clock, Ending, deadlines, rules_of, settled_by_hand, settled_by_word
from gateway.domain.deadlines.clock import ClockChanges
from gateway.domain.errors import Conflict, NotFound, Refused, SchakelError
from gateway.domain.identifiers import Oin, StaffRef
from gateway.hub.storage.changes import Change, Judgement, case_scope
from gateway.hub.storage.clock_reading import clock_of, find_clock
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.clocks import clock_changes
from gateway.hub.usecases.context import Actor, is_on_case, is_on_duty
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.settling import load_record
from gateway.hub.usecases.show_case import see_case
from gateway.hub.usecases.show_clocks import is_owner, may_see
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.clock_questions import SettleClockQuestion, clock_id_of
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import CaseQuestion

_NOT_ASSIGNED = "G06_niet_toegewezen"


async def settle_clock(parts: Parts, asker: Asker, question: SettleClockQuestion) -> Answer:
    """The status of the clock; one that has ended keeps its end.

    Raises InvalidInput, NotFound, Refused, Conflict, DecisionUnavailable, Moved.
    """
    agency, now = asker.participant(parts.registry()), parts.clock()
    require_own_role(agency, question.door)
    actor = Actor(agency=agency, role=question.door.rol, staff=question.door.medewerker)
    record = await load_record(parts, asker, question.zaak_id)
    clock_id = clock_id_of(question.klok_id)
    row = await parts.reader.read(lambda c: find_clock(c, question.zaak_id, clock_id))
    case = CaseQuestion(soort="zaak", zaak_id=question.zaak_id, door=question.door, doel=question.doel)
    await see_case(parts, asker, case, record=record, actor=actor, now=now)  # (1)
    if row is None or not may_see(record, clock_of(row), oin=asker.oin, role=actor.role):  # (2)
        raise NotFound
    clock = clock_of(row)
    refusal = _refusal(record, actor, clock)
    if refusal is not None:
        raise refusal
    ended = settled_by_hand(clock, now, Oin(asker.oin), StaffRef(actor.staff))
    if ended != clock:
        judgement = clock_changes([clock], ClockChanges(changed=(ended,)), now)
        await parts.writer.write(_change(asker, record, actor, ended, judgement))
    return Answer(200, {"zaakId": question.zaak_id, "klokId": question.klok_id, "status": ended.status.value})


def _refusal(record: CaseRecord, actor: Actor, clock: Clock) -> SchakelError | None:
    is_theirs = is_owner(record, clock, oin=actor.agency.oin, role=actor.role)
    if not is_theirs or not (is_on_case(record, actor) or is_on_duty(record, actor)):  # (3)
        return _not_theirs()
    rules = rules_of(clock.deadline)
    by_hand = rules.by_hand or settled_by_word(clock)
    if not by_hand or rules.ending is not Ending.DUTY:  # (4)
        return Conflict(
            code="klok-niet-met-de-hand",
            detail_nl="Deze klok stopt alleen door een bericht, een ontvangst of haar eigen einde.",
            detail_en="This clock stops only by a message, a receipt or its own end.",
        )
    return None


def _not_theirs() -> Refused:
    text = catalogue().rule_text(_NOT_ASSIGNED)
    return Refused(
        rule=_NOT_ASSIGNED,
        article=text.article,
        detail_nl=text.nl,
        detail_en=text.en,
        next_step_nl="Laat dit doen door wie de taak heeft: iemand met die rol die op de zaak zit of dienst heeft.",
        next_step_en="Have it done by whoever has the duty: a person in that role on the case or on duty.",
    )


def _change(asker: Asker, record: CaseRecord, actor: Actor, clock: Clock, judgement: Judgement) -> Change:
    scope = case_scope(clock.case_id)
    at = clock.ended_at or clock.opened_at
    written = leaf(
        EventTag.CLOCK_SETTLED,
        asker,
        at,
        role=actor.role,
        staff=actor.staff,
        why=Why(rule=f"{clock.deadline}:met_de_hand", article=deadlines()[clock.deadline].basis[:200]),
        case_id=clock.case_id,
    )
    return Change(
        key=f"klok:{clock.case_id}:{clock.clock_id}:{clock.round}",
        judge=lambda _: judgement,
        leaves=(written,),
        reads=record.situation.versions,
        touches=frozenset({scope}),
    )
