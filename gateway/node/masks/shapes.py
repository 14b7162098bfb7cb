"""The type of a field after a mask: what a recipient's node accepts, and what a form or page may show."""

from dataclasses import replace
from typing import Final

from gateway.domain.catalogue import Field, Kind, Member, TypeSpec
from gateway.domain.catalogue.type_spec import INT_MAX
from gateway.domain.identifiers import MaskId
from gateway.node.masks.table import Action, How, MaskRow, row_for

YES, NO, UNKNOWN = "ja", "nee", "onbekend"
AGE_BANDS: Final = {"0-3": range(4), "4-11": range(4, 12), "12-17": range(12, 18)}
CODE_PATTERN: Final = r"[A-Za-z0-9._/-]{1,64}"

_DATE: Final = TypeSpec(kind=Kind.DATE)
_UUID: Final = TypeSpec(kind=Kind.UUID)
_COUNT: Final = Member(name="aantal", spec=TypeSpec(kind=Kind.INT, maximum=INT_MAX), required=True)


def schema_after_mask(field: Field, mask: MaskId) -> TypeSpec | None:
    """The type that the field has in a copy under this mask; None when it is not in the copy at all."""
    row = row_for(mask, field.kind)
    match row.action:
        case Action.KEEP:
            return field.spec
        case Action.REDUCE:
            return _reduced(field.spec, row, mask)
    return None


def _reduced(spec: TypeSpec, row: MaskRow, mask: MaskId) -> TypeSpec:
    match row.how:
        case How.YES_NO:
            return TypeSpec(kind=Kind.ENUM, codes=(YES, NO, UNKNOWN))
        case How.CODE:
            return replace(spec, pattern=CODE_PATTERN)
        case How.SPAN:
            return _struct(
                f"Tijdspan.{mask}",
                _COUNT,
                Member(name="eerste", spec=_DATE, required=False),
                Member(name="laatste", spec=_DATE, required=False),
            )
        case How.COUNT:
            items = only_members(spec, row.members, mask)
            return _struct(f"Telling.{mask}", _COUNT, Member(name="regels", spec=items, required=True))
        case How.PSEUDONYM:
            return _pseudonyms(spec, row, mask)
        case How.MUNICIPALITY:
            return _struct(
                f"Gemeente.{mask}",
                Member(name="gemeentecode", spec=_municipality(spec), required=True),
                Member(name="binnen_regio", spec=TypeSpec(kind=Kind.BOOL), required=True),
            )
        case How.CHILD_BANDS:
            bands = TypeSpec(kind=Kind.LIST, item=TypeSpec(kind=Kind.ENUM, codes=tuple(AGE_BANDS)))
            return _struct(
                f"KinderenBand.{mask}", _COUNT, Member(name="leeftijden", spec=bands, required=True)
            )
    return only_members(spec, row.members, mask)


def only_members(spec: TypeSpec, members: tuple[str, ...], mask: MaskId) -> TypeSpec:
    """The same type with these members only; all of them when none are named."""
    if spec.kind is Kind.LIST and spec.item is not None:
        return replace(spec, item=only_members(spec.item, members, mask))
    if not members:
        return spec
    kept = tuple(member for member in spec.members if member.name in members)
    return _struct(f"{spec.name}.{mask}", *kept)


def _pseudonyms(spec: TypeSpec, row: MaskRow, mask: MaskId) -> TypeSpec:
    """A pseudonym is a uuid whatever it stands for.

    A BSN that slipped through has another form and is refused.
    """
    if spec.kind is Kind.LIST and spec.item is not None:
        return replace(spec, item=_pseudonyms(spec.item, row, mask))
    return only_members(spec, row.members, mask) if spec.kind is Kind.STRUCT else _UUID


def _municipality(spec: TypeSpec) -> TypeSpec:
    address = spec if spec.name == "Adres" else spec.member("adres").spec
    return address.member("gemeentecode").spec


def _struct(name: str, *members: Member) -> TypeSpec:
    return TypeSpec(kind=Kind.STRUCT, name=name, members=members)
