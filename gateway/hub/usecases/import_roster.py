"""An agency states a whole roster at once: all of it or nothing, with every mistake by its line.

The roster replaces, per role, what stood between its first begin and its last end. An address is that of the duty for
which the roster names it, and holds as long as that duty (gateway.hub.alarms.reach). Of the duties of one role and
order all have one or none has: a duty at night that is left out would be called at the address of the day.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from audit.events import EventTag
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import InvalidInput
from gateway.domain.identifiers import new_id
from gateway.hub.alarms.addresses import AddressSeal
from gateway.hub.storage.calling import addresses_of
from gateway.hub.storage.changes import Change, Judgement, Removal, agency_scope
from gateway.hub.storage.duty_rows import DutyAddressRow
from gateway.hub.storage.rosters import load_roster, scope_version
from gateway.hub.storage.rows import DutyRow
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.roster_mistakes import roster_mistakes
from gateway.hub.usecases.set_duty import MAX_DUTY, remains
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.duty_questions import RosterLine, RosterQuestion
from gateway.protocol.exchange import Answer


async def import_roster(parts: Parts, asker: Asker, question: RosterQuestion) -> Answer:
    """How many duties and addresses are on record now. Raises InvalidInput with every mistake, Refused, Moved."""
    agency, now, lines = asker.participant(parts.registry()), parts.clock(), question.regels
    require_own_role(agency, question.door)
    causes = roster_mistakes(lines, agency, parts.addresses)
    if causes:
        raise InvalidInput(
            code="rooster-onjuist",
            detail_nl="Het rooster klopt niet; er is niets van opgeslagen.",
            detail_en="The roster is not valid; nothing of it was stored.",
            causes=causes,
        )
    roles, scope = sorted({line.rol for line in lines}), agency_scope(asker.oin)
    version, rosters, addresses = await parts.reader.read(
        lambda c: (
            scope_version(c, scope),
            {role: load_roster(c, oin=asker.oin, role=role) for role in roles},
            addresses_of(c, oin=asker.oin, roles=roles),
        )
    )
    duties = [judgement for role in roles for judgement in (_duties(asker.oin, role, lines, rosters[role]),)]
    reached = _addresses(asker.oin, lines, addresses, parts.addresses, now)
    all_of_it = Judgement(
        inserts=tuple(row for each in (*duties, reached) for row in each.inserts),
        removals=tuple(removal for each in (*duties, reached) for removal in each.removals),
    )
    written = leaf(EventTag.DUTY_CHANGED, asker, now, role=question.door.rol, staff=question.door.medewerker)
    await parts.writer.write(
        Change(
            key=f"rooster:{new_id()}",
            judge=lambda _: all_of_it,
            leaves=(written,),
            reads={scope: version},
            touches=frozenset({scope}),
        )
    )
    return Answer(200, {"rollen": roles, "diensten": len(lines), "adressen": len(_distinct(lines))})


def _period(lines: Iterable[RosterLine], role: str) -> tuple[str, str]:
    """From the first begin to the last end of that role."""
    mine = [line for line in lines if line.rol == role]
    begin = min(parse_time(line.van) for line in mine)
    return rfc3339(begin), rfc3339(max(parse_time(line.tot) for line in mine))


def _duties(oin: str, role: str, lines: Iterable[RosterLine], standing: Iterable[DutyRow]) -> Judgement:
    mine = [line for line in lines if line.rol == role]
    begin, end = _period(mine, role)
    cut = [old for old in standing if old.starts_at < end and old.ends_at > begin]
    new = [
        DutyRow(
            duty_id=new_id(),
            oin=oin,
            role=role,
            staff=line.medewerker,
            starts_at=rfc3339(parse_time(line.van)),
            ends_at=rfc3339(parse_time(line.tot)),
            rank=line.volgorde,
        )
        for line in mine
    ]
    return Judgement(
        inserts=(*new, *(rest for old in cut for rest in remains(old, begin, end))),
        removals=tuple(Removal(row=DutyRow, key={"duty_id": old.duty_id}) for old in cut),
    )


def _distinct(lines: Iterable[RosterLine]) -> set[tuple[str, int, str | None, str]]:
    return {(each.rol, each.volgorde, each.kanaal, each.adres) for each in lines if each.adres is not None}


def _addresses(
    oin: str,
    lines: Sequence[RosterLine],
    standing: Iterable[DutyAddressRow],
    seal: AddressSeal | None,
    now: datetime,
) -> Judgement:
    """Those of the roster, instead of what stood for the same duties in its period. What is long over goes as well."""
    named = [line for line in lines if line.adres is not None]
    if seal is None:
        return Judgement()
    long_over = rfc3339(now - MAX_DUTY)
    periods = {key: _period(lines, key[0]) for key in {(line.rol, line.volgorde) for line in named}}
    old = [
        row
        for row in standing
        if (period := periods.get((row.role, row.rank))) is not None and _replaced(row, period, long_over)
    ]
    return Judgement(
        inserts=tuple(_address(oin, line, place, seal, rfc3339(now)) for place, line in enumerate(named)),
        removals=tuple(Removal(row=DutyAddressRow, key={"address_id": row.address_id}) for row in old),
    )


def _replaced(row: DutyAddressRow, period: tuple[str, str], long_over: str) -> bool:
    if row.starts_at is None or row.ends_at is None:
        return True
    begin, end = period
    return (begin <= row.starts_at and row.ends_at <= end) or row.ends_at < long_over


def _address(oin: str, line: RosterLine, place: int, seal: AddressSeal, now: str) -> DutyAddressRow:
    address_id = new_id()
    return DutyAddressRow(
        address_id=address_id,
        oin=oin,
        role=line.rol,
        rank=line.volgorde,
        position=place,
        channel=line.kanaal or "",
        sealed=seal.seal(address_id, line.adres or ""),
        registered_at=now,
        starts_at=rfc3339(parse_time(line.van)),
        ends_at=rfc3339(parse_time(line.tot)),
    )
