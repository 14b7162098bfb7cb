"""One invented value of any type of the catalogue, drawn from a seeded source.

Knows types, limits and what names of fields say about time. What must agree within one content is in contents.py.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from gateway.domain.catalogue import Kind, TypeSpec
from gateway.domain.clock import rfc3339
from gateway.local.registry_file import DEMO_AGENCIES
from gateway.local.simulate.people import Household, random_uuid

SENTENCE: Final = "Verzonnen tekst over een verzonnen huishouden. "
"""Every free text consists of these, so that it can be searched for where it should not be."""
_MOST_ITEMS: Final = 3
_FEW: Final = 5
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)

AHEAD: Final[Mapping[str, timedelta]] = {
    "beslismoment_uiterlijk": 2 * _HOUR,
    "bijstand_uiterlijk": 24 * _HOUR,
    "check_schema": 14 * _DAY,
    "duur_tot": 18 * _DAY,
    "einde": 90 * _DAY,
    "eindigt_op": 10 * _DAY,
    "geldig_tot": 90 * _DAY,
    "gepland_op": 6 * _HOUR,
    "in_vrijheid_op": 2 * _HOUR,
    "monitoring_tot": 180 * _DAY,
    "overleg_op": _DAY,
    "tot": 6 * _HOUR,
    "tot_wanneer_geldig": _DAY,
    "van": 3 * _HOUR,
    "verlengd_tot": 18 * _DAY,
    "verwachte_vrijlating": 12 * _HOUR,
    "volgende_check": 14 * _DAY,
    "zitting_op": 2 * _DAY,
}
"""How far after the moment of writing these lie; every other moment is that of writing."""

_LONG_AGO: Final = frozenset({"datum", "periode_van", "periode_tot", "geboortedatum"})
_PHONES: Final = frozenset({"telefoon", "waarde"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """From what values are drawn: chance, the household they are about, and when they are written (`at`, UTC)."""

    rng: Random
    household: Household
    at: datetime


def value_of(source: Source, spec: TypeSpec, name: str, *, required: bool = True) -> Any:
    """A value of this type for a field or member of this name. A required list is never empty."""
    match spec.kind:
        case Kind.STRUCT:
            return _struct(source, spec)
        case Kind.LIST if spec.item is not None:
            return _list(source, spec.item, name, least=1 if required else 0)
        case Kind.ENUM:
            return source.rng.choice(spec.codes)
        case Kind.TEXT:
            return _text(source, spec.max_length or _FEW)
        case Kind.STR:
            return _code(source, name)[: spec.max_length]
        case Kind.INT:
            return source.rng.randint(0, min(_FEW, _FEW if spec.maximum is None else spec.maximum))
    return _PLAIN[spec.kind](source, name)


def _date(source: Source, name: str) -> str:
    if name in _LONG_AGO:
        return (source.at - timedelta(days=source.rng.randint(1, 300))).date().isoformat()
    return (source.at + AHEAD.get(name, timedelta())).date().isoformat()


def _moment(source: Source, name: str) -> str:
    return rfc3339(source.at + AHEAD.get(name, timedelta()))


_PLAIN: Final[Mapping[Kind, Callable[[Source, str], Any]]] = {
    Kind.BOOL: lambda source, _: source.rng.random() < 0.5,
    Kind.DATE: _date,
    Kind.DATETIME: _moment,
    Kind.UUID: lambda source, _: random_uuid(source.rng),
    Kind.OIN: lambda source, _: source.rng.choice(DEMO_AGENCIES).oin,
    Kind.SHA256: lambda source, _: hashlib.sha256(source.rng.randbytes(16)).hexdigest(),
    Kind.STAFF_REF: lambda source, name: f"test-{name.replace('_', '-')[:20]}-{source.rng.randint(1, 9)}",
}


def _code(source: Source, name: str) -> str:
    if name in _PHONES:
        return f"+3100000{source.rng.randint(0, 9999):04d}"
    return f"VERZONNEN-{source.rng.randint(0, 9999):04d}"


def _text(source: Source, most: int) -> str:
    text = SENTENCE * source.rng.randint(1, 4)
    return text[:most].strip()


def _list(source: Source, item: TypeSpec, name: str, *, least: int) -> list[Any]:
    if item.name is not None and item.name in _PEOPLE:
        return _PEOPLE[item.name](source.household)
    count = source.rng.randint(least, _MOST_ITEMS)
    if item.kind is Kind.ENUM:
        return source.rng.sample(item.codes, min(count, len(item.codes)))
    return [value_of(source, item, name) for _ in range(count)]


def _struct(source: Source, spec: TypeSpec) -> dict[str, Any]:
    if spec.name is not None and spec.name in _KNOWN:
        return dict(_KNOWN[spec.name](source.household))
    return {
        member.name: value_of(source, member.spec, member.name, required=member.required)
        for member in spec.members
        if member.required or source.rng.random() < 0.5
    }


def _ref(person: Mapping[str, Any]) -> dict[str, Any]:
    return {name: person[name] for name in ("persoon_id", "naam", "geboortedatum")}


_KNOWN: Final[Mapping[str, Callable[[Household], dict[str, Any]]]] = {
    "Persoon": lambda household: household.suspect,
    "PersoonRef": lambda household: _ref(household.suspect),
    "Adres": lambda household: household.address,
    "KinderenKort": lambda household: {
        "aantal": len(household.details),
        "leeftijden": sorted({_band(child["leeftijd"]) for child in household.details}),
        "getuige": any(child["getuige"] for child in household.details),
        "maatregel": any(child["maatregel"] != "geen" for child in household.details),
    },
}
_PEOPLE: Final[Mapping[str, Callable[[Household], list[Any]]]] = {
    "Persoon": lambda household: household.involved,
    "PersoonRef": lambda household: [_ref(household.suspect), _ref(household.stays)],
    "Kind": lambda household: [dict(child) for child in household.details],
    "BsnRef": lambda _: [],
    "BekendPerPersoon": lambda household: [
        {"persoon_id": person["persoon_id"], "bekend": "ja"}
        for person in (household.suspect, household.stays)
    ],
}


def _band(age: int) -> str:
    return "0-3" if age < 4 else "4-11" if age < 12 else "12-17"
