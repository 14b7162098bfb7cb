"""An agency puts one of its people on a case, or ends that.

Only an agency for which the case exists can do so: it is competent for the dwelling, or involved already.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement, Revision, case_scope
from gateway.hub.storage.rows import AssignmentRow
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor
from gateway.hub.usecases.continued import continued_elsewhere
from gateway.hub.usecases.deciding import can_see
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.settling import load_record
from gateway.hub.usecases.staffing import require_own_role
from gateway.hub.usecases.succeeding import link_leaves
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import AssignQuestion
from gateway.protocol.succession import Succession

INVISIBLE = "zaak-niet-zichtbaar"


async def assign(parts: Parts, asker: Asker, question: AssignQuestion) -> Answer:
    """The assignment as it is on record now. Raises InvalidInput, NotFound, Refused, Moved."""
    now = parts.clock()
    agency = asker.participant(parts.registry())
    require_own_role(agency, question.medewerker)
    record = await load_record(parts, asker, question.zaak_id)
    actor = Actor(agency=agency, role=question.medewerker.rol, staff=question.medewerker.medewerker)
    if not (record.exists and can_see(record, actor)):
        await parts.writer.write(
            _change(asker, question, EventTag.ACCESS_REFUSED, now, why=Why(rule=INVISIBLE))
        )
        raise NotFound
    continued = continued_elsewhere(record, actor)
    if continued is not None and not question.beeindigen:
        raise continued
    rows = tuple(_new(question, asker, now)) if not question.beeindigen else ()
    ended = tuple(_ended(record, question, asker, now))
    event = EventTag.ASSIGNMENT_ENDED if question.beeindigen else EventTag.ASSIGNMENT_MADE
    judgement = Judgement(inserts=rows, revisions=ended)
    links = record.links_of(agency)
    await parts.writer.write(
        _change(asker, question, event, now, record=record, judgement=judgement, links=links)
    )
    return Answer(
        200,
        {
            "zaakId": question.zaak_id,
            "rol": question.medewerker.rol,
            "medewerker": question.medewerker.medewerker,
            "kant": question.kant,
            "actief": not question.beeindigen,
        },
    )


def _new(question: AssignQuestion, asker: Asker, now: datetime) -> Iterator[AssignmentRow]:
    if question.kant is None:
        return
    yield AssignmentRow(
        assignment_id=new_id(),
        case_id=question.zaak_id,
        oin=asker.oin,
        role=question.medewerker.rol,
        staff=question.medewerker.medewerker,
        side=question.kant,
        basis="toewijzing",
        made_at=rfc3339(now),
        ended_at=None,
    )


def _ended(record: CaseRecord, question: AssignQuestion, asker: Asker, now: datetime) -> Iterator[Revision]:
    """A new assignment of the same person in the same role takes the place of the old one, which stays on record."""
    who = (asker.oin, question.medewerker.rol, question.medewerker.medewerker)
    for old in record.active_assignments():
        if (old.oin, old.role, old.staff) == who:
            yield Revision(
                row=AssignmentRow,
                key={"assignment_id": old.assignment_id},
                values={"ended_at": rfc3339(now)},
            )


def _change(
    asker: Asker,
    question: AssignQuestion,
    event: EventTag,
    now: datetime,
    *,
    record: CaseRecord | None = None,
    judgement: Judgement | None = None,
    why: Why | None = None,
    links: Iterable[Succession] = (),
) -> Change:
    staff = question.medewerker
    written = leaf(
        event, asker, now, role=staff.rol, staff=staff.medewerker, why=why, case_id=question.zaak_id
    )
    return Change(
        key=f"toewijzing:{new_id()}",
        judge=lambda _: judgement or Judgement(),
        leaves=(
            written,
            *link_leaves(asker, links, now, role=staff.rol, staff=staff.medewerker, case_id=question.zaak_id),
        ),
        reads={} if record is None else record.situation.versions,
        touches=frozenset() if record is None else frozenset({case_scope(question.zaak_id)}),
    )
