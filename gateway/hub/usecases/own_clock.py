"""The clock that a person may act on: one of a case that is the person's to see, and whose duty is the person's.

(1) The case must be the person's to see, by the same decision as when it is shown. (2) The clock must be one that the
agency may know of. (3) The duty must be the person's: owner by role, and on the case or on duty. What may be done with
it is for the use case that asks.
"""

from dataclasses import dataclass

from audit.body import Why
from audit.events import EventTag
from gateway.domain.catalogue import catalogue
from gateway.domain.deadlines import Clock, deadlines
from gateway.domain.deadlines.clock import ClockChanges
from gateway.domain.errors import NotFound, Refused
from gateway.domain.identifiers import Oin, StaffRef
from gateway.hub.storage.changes import Change, case_scope
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
from gateway.protocol.clock_questions import ClockQuestion, clock_id_of
from gateway.protocol.questions import CaseQuestion

_NOT_ASSIGNED = "G06_niet_toegewezen"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnClock:
    """A clock, the person whose duty it is, and the case as it was when that was judged."""

    asker: Asker
    record: CaseRecord
    actor: Actor
    clock: Clock

    @property
    def person(self) -> tuple[Oin, StaffRef]:
        return Oin(self.asker.oin), StaffRef(self.actor.staff)

    def change(self, after: Clock, *, tag: EventTag, word: str) -> Change:
        """What there is to write when the person makes it this clock; `word` says what was done, for the log."""
        before, now = self.clock, self.record.at
        judgement = clock_changes([before], ClockChanges(changed=(after,)), now)
        written = leaf(
            tag,
            self.asker,
            now,
            role=self.actor.role,
            staff=self.actor.staff,
            why=Why(rule=f"{before.deadline}:{word}", article=deadlines()[before.deadline].basis[:200]),
            case_id=before.case_id,
        )
        return Change(
            key=f"{tag}:{before.case_id}:{before.clock_id}:{before.round}",
            judge=lambda _: judgement,
            leaves=(written,),
            reads=self.record.situation.versions,
            touches=frozenset({case_scope(before.case_id)}),
        )


async def own_clock(parts: Parts, asker: Asker, question: ClockQuestion) -> OwnClock:
    """The clock that the question names. Raises InvalidInput, NotFound, Refused, DecisionUnavailable."""
    agency, now = asker.participant(parts.registry()), parts.clock()
    require_own_role(agency, question.door)
    actor = Actor(agency=agency, role=question.door.rol, staff=question.door.medewerker)
    record = await load_record(parts, asker, question.zaak_id)
    row = await parts.reader.read(lambda c: find_clock(c, question.zaak_id, clock_id_of(question.klok_id)))
    case = CaseQuestion(soort="zaak", zaak_id=question.zaak_id, door=question.door, doel=question.doel)
    await see_case(parts, asker, case, record=record, actor=actor, now=now)  # (1)
    if row is None or not may_see(record, clock_of(row), oin=asker.oin, role=actor.role):  # (2)
        raise NotFound
    clock = clock_of(row)
    is_theirs = is_owner(record, clock, oin=actor.agency.oin, role=actor.role)
    if not is_theirs or not (is_on_case(record, actor) or is_on_duty(record, actor)):  # (3)
        raise _not_theirs()
    return OwnClock(asker=asker, record=record, actor=actor, clock=clock)


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
