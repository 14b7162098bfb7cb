"""Makes valid example contents of every message type, for all tests.

Deterministic by seed. Persons are visibly invented: names end in "van Verzonnen", numbers that look like a BSN fail the
11-check, OINs begin with 00000099. Every free text starts with a canary word that names its field, so that a test can
look for it where it must never be.
"""

import random
import uuid
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from gateway.domain.catalogue import Field, FieldRule, Kind, MessageType, TypeSpec, catalogue

CANARY = "KANARIE"
FIRST_NAMES = ("Testje", "Proefje", "Voorbeeldje", "Schijnje")
BSN_FAILING_11_CHECK = "999999991"
OIN_PREFIX = "00000099"
GEMEENTECODE = "9901"

TOLD: dict[str, Any] = {
    "*.bsn": BSN_FAILING_11_CHECK,
    "*.bsn_pleger": BSN_FAILING_11_CHECK,
    "*.gemeentecode": GEMEENTECODE,
    "*.geboortedatum": "1985-04-30",
    "persoon_pleger.rol": "uithuisgeplaatste",
    "*.pleger_meerderjarig": True,
    "*.opgelegd_op": "2026-02-10T02:10:00+01:00",
    "*.eindigt_op": "2026-02-20T02:10:00+01:00",
    "*.verlengd_tot": "2026-03-10T02:10:00+01:00",
    "*.totaal_dagen": 28,
    "rihg_versie": "2009",
    "aantal_rood_per_onderdeel": [2, 0, 0],
    "signalen": [
        {
            "nr": number,
            "kleur": "rood" if number < 3 else "geel",
            "toelichting": f"{CANARY}-signalen- verzonnen tekst {number}",
        }
        for number in range(1, 21)
    ],
}
"""What must hang together for a story to make sense: by path, or by the name of the leaf wherever it stands."""


def example_content(name: str, *, seed: int = 0, optional: bool = True, **overrides: Any) -> dict[str, Any]:
    """A content of that type that check_content accepts, with `overrides` set on top.

    `optional` False leaves out what is not required. An override of None leaves the field out. Whether the result
    still is valid after overrides is up to the caller.
    """
    message_type = catalogue().message(name)
    maker = _Maker(f"{name}/{seed}", optional=optional)
    content = {
        field.name: maker.value(field.spec, field.name)
        for field in message_type.fields
        if optional or field.required
    }
    content.update({key: value for key, value in overrides.items() if value is not None})
    for rule in message_type.rules:
        _obey(rule, message_type, content, maker)
    return {key: value for key, value in content.items() if overrides.get(key, ...) is not None}


def canaries(field: str) -> str:
    """The word that stands in every free text of that field and of no other."""
    return f"{CANARY}-{field}-"


def person(seed: int = 0, **members: Any) -> dict[str, Any]:
    """A Persoon, visibly invented; `members` replaces what the test is about."""
    maker = _Maker(f"persoon/{seed}", optional=True)
    made: dict[str, Any] = maker.structure(catalogue_spec("Persoon"), "persoon")
    return {**made, **members}


def catalogue_spec(structure: str) -> TypeSpec:
    """The type of a structured type by its name."""
    found = catalogue().structures[structure]
    return TypeSpec(kind=Kind.STRUCT, name=found.name, members=found.members)


def _obey(rule: FieldRule, message_type: MessageType, content: dict[str, Any], maker: "_Maker") -> None:
    if rule.applies(content):
        for name in rule.fields:
            field: Field = message_type.field(name)
            content.setdefault(name, maker.value(field.spec, name))


class _Maker:
    def __init__(self, seed: str, *, optional: bool) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable examples, no secrets
        self._optional = optional
        self._plain: dict[Kind, Callable[[], Any]] = {
            Kind.BOOL: lambda: self._random.random() < 0.5,
            Kind.DATE: self._date,
            Kind.DATETIME: lambda: f"{self._date()}T02:10:00+01:00",
            Kind.UUID: lambda: str(uuid.UUID(int=self._random.getrandbits(128), version=4)),
            Kind.OIN: lambda: f"{OIN_PREFIX}{self._random.randint(10**11, 10**12 - 1)}",
            Kind.SHA256: lambda: f"{self._random.getrandbits(256):064x}",
            Kind.STAFF_REF: lambda: f"medewerker-{self._random.randint(100, 999)}",
        }

    def value(self, spec: TypeSpec, path: str) -> Any:
        told = _told(path)
        if told is not None:
            return told
        match spec.kind:
            case Kind.INT:
                return self._random.randint(1, min(spec.maximum or 12, 12))
            case Kind.ENUM:
                return self._random.choice(spec.codes)
            case Kind.LIST:
                return self._list(spec, path)
            case Kind.STRUCT:
                return self.structure(spec, path)
            case Kind.STR | Kind.TEXT:
                text = f"{canaries(path.partition('.')[0])} verzonnen tekst {self._random.randint(0, 9999)}"
                return text[: spec.max_length]
        return self._plain[spec.kind]()

    def structure(self, spec: TypeSpec, path: str) -> dict[str, Any]:
        made = {
            member.name: self.value(member.spec, f"{path}.{member.name}")
            for member in spec.members
            if member.required or self._optional
        }
        if "naam" in made:
            made["naam"] = f"{canaries(path)} {self._random.choice(FIRST_NAMES)} van Verzonnen"
        return made

    def _list(self, spec: TypeSpec, path: str) -> list[Any]:
        assert spec.item is not None
        if spec.item.kind is Kind.ENUM:
            return self._random.sample(spec.item.codes, k=min(2, len(spec.item.codes)))
        return [self.value(spec.item, path) for _ in range(2)]

    def _date(self) -> str:
        return f"2026-0{self._random.randint(1, 3)}-1{self._random.randint(0, 9)}"


def _told(path: str) -> Any:
    return deepcopy(TOLD.get(path, TOLD.get(f"*.{path.rpartition('.')[2]}")))
