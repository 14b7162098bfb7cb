"""What is wrong with a roster that an agency states, line by line. Pure; what stands in the file is never repeated."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time
from gateway.domain.errors import Cause, InvalidValue
from gateway.domain.identifiers import AgencyKind, RoleId, parse_staff_ref
from gateway.hub.alarms.addresses import AddressSeal, check_address
from gateway.hub.usecases.set_duty import MAX_DUTY
from gateway.protocol.duty_questions import RosterLine
from gateway.protocol.registry import Participant

NO_ADDRESSES: Final = "adressen_niet_ingericht"


def roster_mistakes(
    lines: Sequence[RosterLine], agency: Participant, seal: AddressSeal | None
) -> list[Cause]:
    """Every mistake, with a pointer to its line in the question and the number of its line in the file. `seal` is
    None when the hub takes no addresses."""
    return [*_each(lines, agency, seal), *_twice(lines), *_left_out(lines)]


def _each(lines: Sequence[RosterLine], agency: Participant, seal: AddressSeal | None) -> Iterator[Cause]:
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


def _left_out(lines: Sequence[RosterLine]) -> Iterator[Cause]:
    """Duties without an address, of a role and order in which the roster names one for another duty."""
    named = {(line.rol, line.volgorde) for line in lines if line.adres is not None}
    for place, line in enumerate(lines):
        if line.adres is None and (line.rol, line.volgorde) in named:
            yield Cause(
                pointer=f"/regels/{place}/adres",
                code="adres_ontbreekt",
                detail_nl=f"Regel {line.regel}: andere diensten van deze rol en volgorde hebben een adres, deze niet.",
                detail_en=f"Line {line.regel}: other duties of this role and order have an address, this one has none.",
            )
