"""Reads table.json: what each mask does to each type of field. Complete, or the node does not start.

Source: domain.md 5 (masks). A new type of field needs a row under every mask before a message may use it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import CatalogueError
from gateway.domain.identifiers import MaskId


class Action(StrEnum):
    """What happens to a field under a mask."""

    KEEP = "keep"
    REDUCE = "reduce"
    DROP = "drop"
    SUMMARY = "summary"


class How(StrEnum):
    """The ways to reduce a value."""

    YES_NO = "yes_no"
    MEMBERS = "members"
    CODE = "code"
    SPAN = "span"
    COUNT = "count"
    CLEANED = "cleaned"
    SELECTED = "selected"
    CONCERNED = "concerned"
    PSEUDONYM = "pseudonym"
    MUNICIPALITY = "municipality"
    CHILD_BANDS = "child_bands"
    OWN_LINES = "own_lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRow:
    """One cell of the table. `how` is set for REDUCE only; `members` are those that stay, empty for all."""

    action: Action
    how: How | None = None
    members: tuple[str, ...] = ()


MaskTable = Mapping[MaskId, Mapping[str, MaskRow]]
_KEYS: Final = {"action", "how", "members"}


@cache
def mask_table() -> MaskTable:
    """The table of this release, read once.

    Raises: CatalogueError when it has a hole or names what does not exist.
    """
    return read_table(json.loads((files("gateway.node.masks") / "table.json").read_text(encoding="utf-8")))


def row_for(mask: MaskId, kind: str) -> MaskRow:
    """The cell for a mask and a kind of field.

    Raises: CatalogueError; a mask without a meaning masks nothing.
    """
    try:
        return mask_table()[mask][kind]
    except KeyError:
        raise CatalogueError(f"mask {mask} has no meaning for {kind}") from None


def read_table(document: Mapping[str, Mapping[str, Any]]) -> MaskTable:
    """The table in a parsed table.json. Raises: CatalogueError."""
    masks, kinds = set(catalogue().masks), {f.kind for m in catalogue().messages for f in m.fields}
    if set(document) != masks:
        raise CatalogueError(f"table of masks: {sorted(set(document) ^ masks)} missing or unknown")
    for mask, rows in document.items():
        if missing := kinds - set(rows):
            raise CatalogueError(f"mask {mask} has no meaning for {sorted(missing)}")
    return MappingProxyType(
        {
            MaskId(mask): MappingProxyType({kind: _row(f"{mask}.{kind}", row) for kind, row in rows.items()})
            for mask, rows in document.items()
        }
    )


def _row(where: str, row: Mapping[str, Any]) -> MaskRow:
    if unknown := set(row) - _KEYS:
        raise CatalogueError(f"{where}: unknown keys {sorted(unknown)}")
    try:
        how = How(row["how"]) if "how" in row else None
        made = MaskRow(action=Action(row["action"]), how=how, members=tuple(row.get("members", ())))
    except (KeyError, ValueError) as error:
        raise CatalogueError(f"{where}: {error}") from error
    if (made.action is Action.REDUCE) != (made.how is not None):
        raise CatalogueError(f"{where}: how belongs to reduce")
    return made
