"""An agency states who is on duty in a role, from when until when; it replaces what overlaps."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from audit.events import EventTag
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement, Removal, agency_scope
from gateway.hub.storage.rosters import load_roster, scope_version
from gateway.hub.storage.rows import DutyRow
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.canonical import malformed
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import DutyQuestion

MAX_DUTY: Final = timedelta(days=31)  # a roster that is forgotten must not keep somebody on duty for ever


async def set_duty(parts: Parts, asker: Asker, question: DutyQuestion) -> Answer:
    """The duty as it is on record now. Raises InvalidInput, Refused, Moved."""
    staff = question.medewerker
    require_own_role(asker.participant(parts.registry()), staff)
    begin, end = parse_time(question.van), parse_time(question.tot)
    if not begin < end <= begin + MAX_DUTY:
        raise malformed("tot", f"na van, en hoogstens {MAX_DUTY.days} dagen later")
    new = DutyRow(
        duty_id=new_id(),
        oin=asker.oin,
        role=staff.rol,
        staff=staff.medewerker,
        starts_at=rfc3339(begin),
        ends_at=rfc3339(end),
    )
    now, scope = parts.clock(), agency_scope(asker.oin)
    version, roster = await parts.reader.read(
        lambda c: (scope_version(c, scope), load_roster(c, oin=new.oin, role=new.role))
    )
    overlapping = [old for old in roster if old.starts_at < new.ends_at and old.ends_at > new.starts_at]
    judgement = Judgement(
        inserts=(new, *(rest for old in overlapping for rest in remains(old, new.starts_at, new.ends_at))),
        removals=tuple(Removal(row=DutyRow, key={"duty_id": old.duty_id}) for old in overlapping),
    )
    written = leaf(EventTag.DUTY_CHANGED, asker, now, role=staff.rol, staff=staff.medewerker)
    await parts.writer.write(
        Change(
            key=f"dienst:{new.duty_id}",
            judge=lambda _: judgement,
            leaves=(written,),
            reads={scope: version},
            touches=frozenset({scope}),
        )
    )
    return Answer(
        200,
        {"rol": new.role, "medewerker": new.staff, "van": new.starts_at, "tot": new.ends_at},
    )


def remains(old: DutyRow, starts_at: str, ends_at: str) -> Iterator[DutyRow]:
    """What is left of an older duty before and after a period."""
    for begin, end in ((old.starts_at, starts_at), (ends_at, old.ends_at)):
        if begin < end:
            yield DutyRow(
                duty_id=new_id(),
                oin=old.oin,
                role=old.role,
                staff=old.staff,
                starts_at=begin,
                ends_at=end,
                rank=old.rank,
            )
