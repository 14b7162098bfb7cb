"""Applies one mask to one value, on the owner's side.

Deterministic; what cannot be reduced is dropped, never kept.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from gateway.domain.catalogue import Field, Kind, TypeSpec
from gateway.domain.content_schema import check_value
from gateway.domain.identifiers import CategoryId, MaskId, PurposeId
from gateway.node.masks.approvals import ApprovedCleaning, ApprovedSummary, only_cleaned
from gateway.node.masks.shapes import AGE_BANDS, CODE_PATTERN, NO, UNKNOWN, YES, schema_after_mask
from gateway.node.masks.table import Action, How, MaskRow, row_for
from gateway.node.reader import Reader

ABSENT: Final = object()
"""The sender did not fill the field.

Under M_JN that reads `onbekend`, under every other mask the field stays away.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The value that goes into the copy: the original, or what the mask left of it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nothing of the field goes into the copy."""


@dataclass(frozen=True, slots=True)
class Summarised:
    """The approved summary of the category takes the place of the field, if there is one."""


Masked: TypeAlias = Kept | Dropped | Summarised
DROPPED: Final = Dropped()


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskContext:
    """What masking needs to know beside the value.

    `pseudonym` gives the random pseudonym (a uuid) of this case that the node keeps for a value; no function
    of the value. `region` are the municipality codes of the recipient's region. Approvals are per category
    and per field.
    """

    reader: Reader
    pseudonym: Callable[[str], str]
    region: frozenset[str]
    summaries: Mapping[CategoryId, ApprovedSummary] = field(default_factory=dict)
    cleanings: Mapping[str, ApprovedCleaning] = field(default_factory=dict)
    purpose: PurposeId | None = None


def apply_mask(mask: MaskId, masked: Field, value: Any, ctx: MaskContext) -> Masked:
    """What the mask leaves of the value. `value` is the original, or ABSENT.

    Raises: CatalogueError when the mask has no meaning for the type of the field.
    """
    row = row_for(mask, masked.kind)
    match row.action:
        case Action.DROP:
            return DROPPED
        case Action.SUMMARY:
            return Summarised()
        case Action.KEEP:
            return DROPPED if value is ABSENT else Kept(value=value)
    if row.how is How.YES_NO:
        return Kept(value=yes_no(value))
    return DROPPED if value is ABSENT else _reduce(mask, row, masked, value, ctx)


def yes_no(value: Any) -> str:
    """`ja` when filled, `nee` when it says no (geen, nee, false, zero, an empty list), `onbekend` otherwise.

    Zero and the codes onbekend and nvt are read by their meaning: "breaches: 0" is no yes. Source:
    masks.json, M_JN.
    """
    if value is ABSENT or value is None or value in ("", {}, "onbekend", "nvt"):
        return UNKNOWN
    return NO if value in (False, 0, "geen", "nee", []) else YES


def _reduce(mask: MaskId, row: MaskRow, masked: Field, value: Any, ctx: MaskContext) -> Masked:
    match row.how:
        case How.CODE:
            return Kept(value=value) if re.fullmatch(CODE_PATTERN, value, re.ASCII) else DROPPED
        case How.CONCERNED:
            return _concerned(value, ctx)
        case How.CLEANED | How.SELECTED:
            return _approved(mask, row, masked, value, ctx)
        case How.MUNICIPALITY:
            return _municipality(value, ctx)
        case How.YES_NO | None:
            return DROPPED
        case how:
            return Kept(value=_SIMPLE[how](value, masked.spec, row, ctx))


def _members(value: Any, _: TypeSpec, row: MaskRow, __: MaskContext) -> Any:
    return [_only(item, row.members) for item in value]


def _span(value: Any, _: TypeSpec, __: MaskRow, ___: MaskContext) -> Any:
    days = sorted(item["datum"] for item in value)
    return {"aantal": len(days), **({"eerste": days[0], "laatste": days[-1]} if days else {})}


def _count(value: Any, _: TypeSpec, row: MaskRow, __: MaskContext) -> Any:
    return {"aantal": len(value), "regels": [_only(item, row.members) for item in value]}


def _pseudonym(value: Any, spec: TypeSpec, row: MaskRow, ctx: MaskContext) -> Any:
    if spec.kind is Kind.LIST and spec.item is not None:
        return [_pseudonym(item, spec.item, row, ctx) for item in value]
    if spec.kind is Kind.STRUCT:
        return {**_only(value, row.members), "persoon_id": ctx.pseudonym(value["persoon_id"])}
    return ctx.pseudonym(value)


def _child_bands(value: Any, _: TypeSpec, __: MaskRow, ___: MaskContext) -> Any:
    """Each band once, youngest first: how many children are in which band could point at one of them."""
    if isinstance(value, dict):
        bands, number = set(value["leeftijden"]), value["aantal"]
    else:
        ages = [child["leeftijd"] for child in value]
        bands, number = (
            {band for band, years in AGE_BANDS.items() if any(age in years for age in ages)},
            len(ages),
        )
    return {"aantal": number, "leeftijden": [band for band in AGE_BANDS if band in bands]}


def _own_lines(value: Any, _: TypeSpec, __: MaskRow, ctx: MaskContext) -> Any:
    """Only the lines for this side, and without saying for whom else they are."""
    side = ctx.reader.side.value
    return [line | {"zichtbaar_voor": [side]} for line in value if side in line["zichtbaar_voor"]]


_SIMPLE: Final[Mapping[How, Callable[[Any, TypeSpec, MaskRow, MaskContext], Any]]] = {
    How.MEMBERS: _members,
    How.SPAN: _span,
    How.COUNT: _count,
    How.PSEUDONYM: _pseudonym,
    How.CHILD_BANDS: _child_bands,
    How.OWN_LINES: _own_lines,
}


def _concerned(value: Any, ctx: MaskContext) -> Masked:
    serves = ctx.reader.serves
    if isinstance(value, list):
        return Kept(value=[person for person in value if serves and person["persoon_id"] == serves])
    return Kept(value=value) if serves and value["persoon_id"] == serves else DROPPED


def _municipality(value: Any, ctx: MaskContext) -> Masked:
    address = value if "gemeentecode" in value else value.get("adres")
    if address is None:
        return DROPPED
    code = address["gemeentecode"]
    return Kept(value={"gemeentecode": code, "binnen_regio": code in ctx.region})


def _approved(mask: MaskId, row: MaskRow, masked: Field, value: Any, ctx: MaskContext) -> Masked:
    """The version that a person approved, if it is one of this value and only shorter or cleaner."""
    approval = ctx.cleanings.get(masked.name)
    shape = schema_after_mask(masked, mask)
    if approval is None or shape is None:
        return DROPPED
    reader = ctx.reader
    holds = approval.holds(
        field=masked.name, original=value, role=reader.role, purpose=ctx.purpose, at=reader.at
    )
    fits = holds and not check_value(shape, approval.value, "")
    texts = row.how is How.CLEANED
    if fits and only_cleaned(value, approval.value, masked.spec, texts_may_differ=texts):
        return Kept(value=approval.value)
    return DROPPED


def _only(item: Mapping[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    return {name: item[name] for name in members if name in item}
