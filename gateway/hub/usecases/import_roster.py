"""An agency states a whole roster at once: all of it or nothing, with every mistake by its line.

The roster replaces, per role, what stood between its first begin and its last end. Addresses are those of a duty in
its role and order; those that the roster names replace the earlier ones of that duty, others stay.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.events import EventTag
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import Cause, InvalidInput, InvalidValue
from gateway.domain.identifiers import AgencyKind, RoleId, new_id, parse_staff_ref
from gateway.hub.alarms.addresses import AddressSeal, check_address
from gateway.hub.storage.calling import addresses_of
from gateway.hub.storage.changes import Change, Judgement, Removal, agency_scope
from gateway.hub.storage.duty_rows import DutyAddressRow
from gateway.hub.storage.rosters import load_roster, scope_version
from gateway.hub.storage.rows import DutyRow
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.set_duty import MAX_DUTY, remains
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.duty_questions import RosterLine, RosterQuestion
from gateway.protocol.exchange import Answer
from gateway.protocol.registry import Participant

NO_ADDRESSES: Final = "adressen_niet_ingericht"


async def import_roster(parts: Parts, asker: Asker, question: RosterQuestion) -> Answer:
    """How many duties and addresses are on record now. Raises InvalidInput with every mistake, Refused, Moved."""
    agency, now, lines = asker.participant(parts.registry()), parts.clock(), question.regels
    require_own_role(agency, question.door)
    causes = [*_mistakes(lines, agency, parts.addresses), *_twice(lines)]
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
    reached = _addresses(asker.oin, lines, addresses, parts.addresses, rfc3339(now))
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
    return Answer(200, {"rollen": roles, "diensten": len(lines), "adressen": len(_named(lines))})


def _mistakes(lines: Sequence[RosterLine], agency: Participant, seal: AddressSeal | None) -> Iterator[Cause]:
    for place, line in enumerate(lines):
        for cause in (*_who(line, agency), *_when(line), *_reached(line, seal)):
            yield Cause(
                pointer=f"/regels/{place}{cause.pointer}",
                code=cause.code,
                detail_nl=f"Regel {line.regel}: {cause.detail_nl}",
                detail_en=f"Line {line.regel}: {cause.detail_en}",
            )


def _who(line: RosterLine, agency: Participant) -> Iterator[Cause]:
    role = catalogue().roles.get(RoleId(line.rol))
    if role is None or AgencyKind(agency.kind) not in role.agencies:
        nl, en = "Deze rol hoort niet bij uw organisatie.", "This role is not one of your organisation."
        yield Cause(pointer="/rol", code="rol", detail_nl=nl, detail_en=en)
    try:
        parse_staff_ref(line.medewerker)
    except InvalidValue as error:
        yield Cause(
            pointer="/medewerker",
            code="medewerker_ref",
            detail_nl=error.detail_nl,
            detail_en=error.detail_en,
        )


def _when(line: RosterLine) -> Iterator[Cause]:
    begin, end = parse_time(line.van), parse_time(line.tot)
    if not begin < end <= begin + MAX_DUTY:
        nl = f"Het einde ligt na het begin, en hoogstens {MAX_DUTY.days} dagen later."
        en = f"The end is after the begin, and at most {MAX_DUTY.days} days later."
        yield Cause(pointer="/tot", code="tot", detail_nl=nl, detail_en=en)


def _reached(line: RosterLine, seal: AddressSeal | None) -> Iterator[Cause]:
    if line.kanaal is None and line.adres is None:
        return
    if line.kanaal is None or line.adres is None:
        nl, en = "Geef kanaal en adres samen.", "Give channel and address together."
        yield Cause(pointer="/adres", code="adres", detail_nl=nl, detail_en=en)
    elif seal is None:
        nl = "Bij deze hub zijn adressen niet ingericht."
        yield Cause(
            pointer="/adres", code=NO_ADDRESSES, detail_nl=nl, detail_en="This hub takes no duty addresses."
        )
    else:
        try:
            check_address(line.kanaal, line.adres, domains=seal.domains, pointer="/adres")
        except InvalidValue as error:
            yield from error.causes


def _twice(lines: Sequence[RosterLine]) -> Iterator[Cause]:
    """One person twice in one role at the same time, or two persons in one place of the order."""
    by_role: dict[str, list[tuple[int, RosterLine]]] = defaultdict(list)
    for place, line in enumerate(lines):
        by_role[line.rol].append((place, line))
    for entries in by_role.values():
        entries.sort(key=lambda entry: parse_time(entry[1].van))
        for at, (_, earlier) in enumerate(entries):
            for place, line in entries[at + 1 :]:
                if parse_time(line.van) >= parse_time(earlier.tot):
                    break
                if line.medewerker == earlier.medewerker or line.volgorde == earlier.volgorde:
                    yield Cause(
                        pointer=f"/regels/{place}",
                        code="overlap",
                        detail_nl=f"Regel {line.regel}: valt samen met regel {earlier.regel}.",
                        detail_en=f"Line {line.regel}: overlaps line {earlier.regel}.",
                    )


def _duties(oin: str, role: str, lines: Iterable[RosterLine], standing: Iterable[DutyRow]) -> Judgement:
    mine = [line for line in lines if line.rol == role]
    begin = rfc3339(min(parse_time(line.van) for line in mine))
    end = rfc3339(max(parse_time(line.tot) for line in mine))
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


@dataclass(frozen=True, slots=True)
class _Named:
    """An address that the roster names, once."""

    role: str
    rank: int
    channel: str
    address: str


def _named(lines: Iterable[RosterLine]) -> list[_Named]:
    found = (
        _Named(line.rol, line.volgorde, line.kanaal, line.adres)
        for line in lines
        if line.kanaal is not None and line.adres is not None
    )
    return list(dict.fromkeys(found))


def _addresses(
    oin: str,
    lines: Iterable[RosterLine],
    standing: Iterable[DutyAddressRow],
    seal: AddressSeal | None,
    now: str,
) -> Judgement:
    named = _named(lines)
    if seal is None or not named:
        return Judgement()
    replaced = {(each.role, each.rank) for each in named}
    old = [row for row in standing if (row.role, row.rank) in replaced]
    return Judgement(
        inserts=tuple(_address(oin, each, place, seal, now) for place, each in enumerate(named)),
        removals=tuple(Removal(row=DutyAddressRow, key={"address_id": row.address_id}) for row in old),
    )


def _address(oin: str, each: _Named, place: int, seal: AddressSeal, now: str) -> DutyAddressRow:
    address_id = new_id()
    return DutyAddressRow(
        address_id=address_id,
        oin=oin,
        role=each.role,
        rank=each.rank,
        position=place,
        channel=each.channel,
        sealed=seal.seal(address_id, each.address),
        registered_at=now,
    )
