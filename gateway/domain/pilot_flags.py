"""The pilot flags of "nieuw perspectief": one declarative table (pilot_flags.json, from domain.md 2.5), held against
the catalogue. What a region makes of them is pilot.py's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

from gateway.domain.catalogue import catalogue
from gateway.domain.catalogue.record import Record
from gateway.domain.catalogue.vocabulary import check_known
from gateway.domain.errors import CatalogueError
from gateway.domain.identifiers import RoleId

FlagValue: TypeAlias = bool | int | tuple[str, ...]


class Available(StrEnum):
    """Where a flag may be switched on."""

    ALWAYS = "altijd"
    IN_SIMULATION = "simulatie"
    NEVER = "nooit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag. Its value is a switch, a number in `numbers`, or some of `roles`; `default` is the law and practice
    of now. `needs_law` is the provision that would have to change. `requires` makes optional fields required
    while it is on."""

    id: str
    available: Available
    needs_law: str | None
    context: str | None
    numbers: range | None
    roles: tuple[RoleId, ...]
    default: FlagValue
    requires: Mapping[str, tuple[str, ...]]
    handbook: Mapping[str, str]


@cache
def pilot_flags() -> Mapping[str, Flag]:
    """Every flag by id, in the order of the handbook, read once. Raises: CatalogueError."""
    text = (files("gateway.domain") / "pilot_flags.json").read_text(encoding="utf-8")
    with Record(json.loads(text), "pilot_flags.json") as record:
        flags = [_flag(row) for row in record.records("flags")]
    return MappingProxyType({flag.id: flag for flag in flags})


def _flag(row: Record) -> Flag:
    with row:
        numbers, roles, default = _value(row.record("value"))
        requires = row.record("requires").entries()
        flag = Flag(
            id=row.text("flag"),
            available=Available(row.text("available")),
            needs_law=row.text_or_none("needs_law"),
            context=row.text_or_none("context"),
            numbers=numbers,
            roles=roles,
            default=default,
            requires=MappingProxyType({message: tuple(names) for message, names in requires.items()}),
            handbook=MappingProxyType(row.record("handbook").entries()),
        )
    _check_flag(flag)
    return flag


def _value(row: Record) -> tuple[range | None, tuple[RoleId, ...], FlagValue]:
    with row:
        default = row.value("default")
        if "number" in row.names():
            first, last = row.value("number")
            return range(first, last + 1, row.value("step") if "step" in row.names() else 1), (), default
        if row.names() == ("roles",):
            return None, tuple(map(RoleId, row.texts("roles"))), tuple(default)
        row.flag("switch")
        return None, (), default


def _check_flag(flag: Flag) -> None:
    words = catalogue()
    check_known(flag.roles, words.roles, flag.id)
    for message, names in flag.requires.items():
        check_known(names, [field.name for field in words.message(message).fields], f"{flag.id}: {message}")
    if (flag.needs_law is None) is not (flag.available is Available.ALWAYS):
        raise CatalogueError(
            f"{flag.id}: a flag is bound to a simulation because of a provision, and only then"
        )
