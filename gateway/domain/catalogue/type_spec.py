"""The type of a field, parsed from its text in the catalogue, such as `list[enum{ja,nee}]` or `text(500)`.

Says which values are of a type in terms of kind, length, codes and members. Judging a value is
content_schema's work.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.domain.errors import CatalogueError

STR_MAX: Final = 200
"""Longest `str` without a length of its own: a code, number, phone number or citation, never a story."""
LIST_MAX: Final = 100
"""Most items in a list. More than a case can hold, few enough that every mistake can be named."""
INT_MAX: Final = 999_999
"""Largest whole number that does not have a maximum of its own; the smallest is always 0."""


class Kind(StrEnum):
    """What a value is.

    STRUCT has members, LIST has items, ENUM has codes; text is free, str is a code or number.
    """

    BOOL = "bool"
    INT = "int"
    DATE = "date"
    DATETIME = "datetime"
    UUID = "uuid"
    OIN = "oin"
    SHA256 = "sha256"
    STAFF_REF = "medewerker_ref"
    STR = "str"
    TEXT = "text"
    ENUM = "enum"
    LIST = "list"
    STRUCT = "struct"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeSpec:
    """One type.

    `name` is the name of the structured type, for STRUCT only; `max_length` counts characters.
    `pattern` narrows a text to a form, which the whole text must have; only a mask leaves such a type.
    """

    kind: Kind
    max_length: int | None = None
    pattern: str | None = None
    maximum: int | None = None
    codes: tuple[str, ...] = ()
    item: "TypeSpec | None" = None
    name: str | None = None
    members: "tuple[Member, ...]" = ()

    @property
    def mask_kind(self) -> str:
        """The type as the table of masks names it: a list of codes is `list[code]`, whatever the codes."""
        match self.kind:
            case Kind.LIST if self.item is not None:
                return f"list[{'code' if self.item.kind is Kind.ENUM else self.item.mask_kind}]"
            case Kind.STRUCT if self.name is not None:
                return self.name
        return self.kind.value

    def member(self, name: str) -> "Member":
        """The member of that name. Raises: KeyError."""
        for each in self.members:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One leaf or branch of a structured type. Its category is that of the field that holds it."""

    name: str
    spec: TypeSpec
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A structured type: closed, so a member that is not listed does not exist."""

    name: str
    note: str
    members: tuple[Member, ...]


_PLAIN: Final = {
    kind.value: kind for kind in Kind if kind not in {Kind.ENUM, Kind.LIST, Kind.STRUCT, Kind.TEXT}
}
_SIZED: Final = re.compile(r"(text|str)\(([1-9][0-9]*)\)")
_ENUM: Final = re.compile(r"enum\{([^{}\[\]]+)\}")
_LIST: Final = re.compile(r"list\[(.+)\]")


def parse_type(
    text: str,
    *,
    structures: Mapping[str, Structure],
    named_codes: Mapping[str, tuple[str, ...]],
    maximum: int | None = None,
) -> TypeSpec:
    """The type that `text` writes. `named_codes` are the vocabularies that a type may name, such as `rol`.

    Raises: CatalogueError for a text that is no type; free text without a length is none.
    """
    if sized := _SIZED.fullmatch(text):
        return TypeSpec(kind=Kind(sized[1]), max_length=int(sized[2]))
    if enum := _ENUM.fullmatch(text):
        return _enum(tuple(enum[1].split(",")), text)
    if items := _LIST.fullmatch(text):
        return TypeSpec(
            kind=Kind.LIST, item=parse_type(items[1], structures=structures, named_codes=named_codes)
        )
    if text in named_codes:
        return _enum(named_codes[text], text)
    if structure := structures.get(text):
        return TypeSpec(kind=Kind.STRUCT, name=structure.name, members=structure.members)
    match _PLAIN.get(text):
        case None:
            raise CatalogueError(f"unknown type {text!r}")
        case Kind.STR:
            return TypeSpec(kind=Kind.STR, max_length=STR_MAX)
        case Kind.INT:
            return TypeSpec(kind=Kind.INT, maximum=INT_MAX if maximum is None else maximum)
        case kind:
            return TypeSpec(kind=kind)


def _enum(codes: tuple[str, ...], text: str) -> TypeSpec:
    if len(set(codes)) != len(codes) or not all(codes):
        raise CatalogueError(f"codes of {text!r} are empty or double")
    return TypeSpec(kind=Kind.ENUM, codes=codes)
