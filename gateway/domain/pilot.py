"""Which parts of "nieuw perspectief" a region has switched on, and which can never be outside a simulation.

One TOML file per region, read against the table of pilot_flags.py. What needs a change of law is refused by name
outside a simulation; what was never built is refused everywhere. Powers stay with the policy: this only answers its
context keys.

A file:

    regio = "verzonnen-noord"
    gemeenten = ["9901", "9902"]
    simulatie = false

    [vlaggen]
    verzoekers = ["crisisdienst_medewerker"]
    monitoring_maanden = 18
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.identifiers import RoleId
from gateway.domain.pilot_flags import Available, Flag, FlagValue, pilot_flags

_REGION: Final = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)
_MUNICIPALITY: Final = re.compile(r"[0-9]{4}", re.ASCII)
_MEMBERS: Final = ("regio", "gemeenten", "simulatie", "vlaggen")


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotConfiguration:
    """What one region has chosen. `values` holds every flag. A simulation must be shown as one everywhere."""

    region: str
    municipalities: tuple[str, ...]
    simulation: bool
    values: Mapping[str, FlagValue]

    @property
    def numbers(self) -> Mapping[str, int]:
        """The flags that are numbers, for the lengths of clocks."""
        return {flag: value for flag, value in self.values.items() if type(value) is int}

    def is_on(self, flag: str) -> bool:
        """Whether a flag differs from the law and practice of now. Raises: KeyError for an unknown flag."""
        return self.values[flag] != pilot_flags()[flag].default

    def context(self, role: RoleId) -> dict[str, bool]:
        """The context keys of the policy for this role: true where the region switched the flag on for it."""
        return {
            flag.context: role in chosen
            for flag in pilot_flags().values()
            if flag.context is not None and isinstance(chosen := self.values[flag.id], tuple)
        }

    def required_fields(self, message: str) -> tuple[str, ...]:
        """The fields of a message that are required because of flags that are on, in the order of the table."""
        return required_by([flag for flag in pilot_flags() if self.is_on(flag)], message)


def required_by(on: Collection[str], message: str) -> tuple[str, ...]:
    """The fields of a message that are required because these flags are on, in the order of the table."""
    flags = (flag for flag in pilot_flags().values() if flag.id in on)
    return tuple(name for flag in flags for name in flag.requires.get(message, ()))


def without_pilot(municipalities: Iterable[str] = ()) -> PilotConfiguration:
    """The law and practice of now: the configuration of a region that takes part in nothing."""
    return PilotConfiguration(
        region="",
        municipalities=tuple(municipalities),
        simulation=False,
        values=MappingProxyType({flag.id: flag.default for flag in pilot_flags().values()}),
    )


def parse_pilot(text: str, *, simulation: bool) -> PilotConfiguration:
    """The configuration in a region's file. `simulation` is whether this installation is a simulation.

    Raises: InvalidInput with every mistake at once; a flag that needs a change of law is named with the provision.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refusal(
            [_cause("", "toml", f"Geen geldige TOML: {error}.", f"No valid TOML: {error}.")]
        ) from error
    flags = document.get("vlaggen", {})
    simulated = document.get("simulatie")
    causes = [*_head_mistakes(document, simulation=simulation)]
    if isinstance(flags, dict):
        causes += [
            cause for name, value in flags.items() for cause in _flag_mistakes(name, value, simulated is True)
        ]
    else:
        causes.append(_cause("/vlaggen", "type", "vlaggen is een tabel.", "vlaggen is a table."))
    if causes:
        raise _refusal(causes)
    chosen = {name: tuple(value) if isinstance(value, list) else value for name, value in flags.items()}
    return PilotConfiguration(
        region=document["regio"],
        municipalities=tuple(document["gemeenten"]),
        simulation=document["simulatie"],
        values=MappingProxyType({**without_pilot().values, **chosen}),
    )


def by_municipality(configurations: Iterable[PilotConfiguration]) -> Mapping[str, PilotConfiguration]:
    """The configuration of each municipality. Raises: InvalidInput when one stands in two regions."""
    found: dict[str, PilotConfiguration] = {}
    causes = []
    for configuration in configurations:
        for municipality in configuration.municipalities:
            other = found.setdefault(municipality, configuration)
            if other is not configuration:
                where = f"{other.region}, {configuration.region}"
                nl = f"Gemeente {municipality} staat in twee regio's: {where}."
                causes.append(
                    _cause("/gemeenten", "dubbel", nl, f"{municipality} is in two regions: {where}.")
                )
    if causes:
        raise _refusal(causes)
    return MappingProxyType(found)


def _head_mistakes(document: Mapping[str, Any], *, simulation: bool) -> Iterator[Cause]:
    for name in document:
        if name not in _MEMBERS:
            yield _cause(f"/{name}", "onbekend", f"{name} is geen instelling.", f"{name} is no setting.")
    region, places, simulated = (document.get(name) for name in _MEMBERS[:3])
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        yield _cause(
            "/regio", "vorm", "regio is kleine letters, cijfers en -.", "regio is lower case, digits and -."
        )
    if not isinstance(places, list) or not places or not all(_is_municipality(place) for place in places):
        yield _cause(
            "/gemeenten", "vorm", "gemeenten zijn codes van vier cijfers.", "gemeenten are four-digit codes."
        )
    elif len(set(places)) != len(places):
        yield _cause(
            "/gemeenten", "dubbel", "Een gemeente staat er twee keer in.", "A municipality is in it twice."
        )
    if not isinstance(simulated, bool):
        yield _cause("/simulatie", "type", "simulatie is true of false.", "simulatie is true or false.")
    elif simulated and not simulation:
        nl = "Deze installatie is geen simulatie, dus haar instellingen ook niet."
        yield _cause(
            "/simulatie", "geen_simulatie", nl, "This installation is no simulation, so its settings are not."
        )


def _flag_mistakes(name: str, value: object, simulated: bool) -> Iterator[Cause]:  # noqa: FBT001 -- one caller
    where = f"/vlaggen/{name}"
    flag = pilot_flags().get(name)
    if flag is None:
        yield _cause(where, "onbekend", f"De vlag {name} bestaat niet.", f"There is no flag {name}.")
        return
    if not _fits(flag, value):
        yield _cause(
            where, "waarde", f"De waarde van {name} past niet: {_asks(flag)}.", f"{name}: {_asks(flag)}."
        )
        return
    chosen = tuple(value) if isinstance(value, list) else value
    if chosen == flag.default:
        return
    if flag.available is Available.NEVER:
        nl = f"{name} kan niet aan: dit vraagt een wetswijziging ({flag.needs_law}) en is niet gebouwd."
        en = f"{name} cannot be switched on: it needs a change of law ({flag.needs_law}) and was not built."
        yield _cause(where, "niet_gebouwd", nl, en, flag.needs_law)
    elif flag.available is Available.IN_SIMULATION and not simulated:
        nl = f"{name} kan alleen in een simulatie aan: dit vraagt een wetswijziging ({flag.needs_law})."
        en = f"{name} can be switched on in a simulation only: it needs a change of law ({flag.needs_law})."
        yield _cause(where, "wetswijziging_nodig", nl, en, flag.needs_law)


def _fits(flag: Flag, value: object) -> bool:
    if flag.numbers is not None:
        return type(value) is int and value in flag.numbers
    if flag.roles:
        return (
            isinstance(value, list)
            and all(isinstance(role, str) and role in flag.roles for role in value)
            and len(set(value)) == len(value)
        )
    return type(value) is bool


def _asks(flag: Flag) -> str:
    if flag.numbers is not None:
        steps = flag.numbers.step > 1
        return " of ".join(map(str, flag.numbers)) if steps else f"{flag.numbers[0]} t/m {flag.numbers[-1]}"
    return f"rollen uit {', '.join(flag.roles)}" if flag.roles else "true of false"


def _is_municipality(place: object) -> bool:
    return isinstance(place, str) and _MUNICIPALITY.fullmatch(place) is not None


def _refusal(causes: list[Cause]) -> InvalidInput:
    return InvalidInput(
        code="pilotinstelling-onjuist",
        detail_nl="De instellingen van deze regio kunnen niet worden gebruikt.",
        detail_en="The settings of this region cannot be used.",
        causes=causes,
    )


def _cause(pointer: str, code: str, nl: str, en: str, article: str | None = None) -> Cause:
    return Cause(pointer=pointer, code=code, detail_nl=nl, detail_en=en, article=article)
