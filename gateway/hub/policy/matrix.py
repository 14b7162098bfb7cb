"""The matrix as rows and as CSV with the columns of the handbook (a page is in matrix_page.py).

The rows are `policies/data/schakel/matrix`; nothing is decided here. What a row means is domain.md 6.3.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from gateway.domain.catalogue import Catalogue, catalogue
from gateway.domain.identifiers import RoleId
from gateway.hub.policy.policies_folder import policy_data

COLUMNS: Final = (
    "purpose",
    "role",
    "agency",
    "category",
    "decision",
    "mask",
    "condition",
    "else_decision",
    "else_mask",
    "reason",
    "legal_ref",
    "legal_status",
)

_OPTIONAL: Final = ("decision", "mask", "condition", "else_decision", "else_mask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: what a role gets of a category under a purpose. Empty text where a column does not apply."""

    purpose: str
    role: str
    agency: str
    category: str
    decision: str
    mask: str
    condition: str
    else_decision: str
    else_mask: str
    reason: str
    reason_nl: str
    legal_ref: str
    legal_status: str


def matrix_rows(policies: Path) -> list[Row]:
    """Every row, by purpose, role and category in the order of the catalogue. Raises NoPolicies."""
    words = catalogue()
    rows = list(_rows(policy_data(policies, "matrix"), words))
    order: list[list[str]] = [list(words.purposes), list(words.roles), list(words.categories)]

    def place(row: Row) -> tuple[int, ...]:
        named = (row.purpose, row.role, row.category)
        return tuple(known.index(name) for known, name in zip(order, named, strict=True))

    return sorted(rows, key=place)


def matrix_pairs(policies: Path) -> set[tuple[str, str]]:
    """The combinations of purpose and role that have rows. Raises NoPolicies."""
    return {(purpose, role) for purpose, roles in policy_data(policies, "matrix").items() for role in roles}


def matrix_csv(rows: Sequence[Row]) -> str:
    """The rows with the columns of the handbook's `matrix.csv`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
    return out.getvalue()


def matrix_text(rows: Sequence[Row]) -> str:
    """For a terminal: per purpose and role what is open, masked and closed, in numbers."""
    lines = [f"{'doel':<20}{'rol':<28}{'ja':>4}{'masker':>8}{'nee':>6}{'voorwaarde':>12}"]
    for (purpose, role), group in groupby(rows, key=lambda row: (row.purpose, row.role)):
        of_role = list(group)
        counts = [sum(row.decision == each for row in of_role) for each in ("allow", "mask", "deny")]
        conditions = sum(bool(row.condition) for row in of_role)
        lines.append(f"{purpose:<20}{role:<28}{counts[0]:>4}{counts[1]:>8}{counts[2]:>6}{conditions:>12}")
    lines.append(f"{len(rows)} rijen. Wat er niet in staat, is geweigerd.")
    return "\n".join(lines)


def _rows(matrix: dict[str, dict[str, dict[str, dict[str, object]]]], words: Catalogue) -> Iterator[Row]:
    for purpose, roles in matrix.items():
        for role, categories in roles.items():
            for category, row in categories.items():
                reason = row["reason"]
                spoken = reason if isinstance(reason, dict) else {}
                yield Row(
                    purpose=purpose,
                    role=role,
                    agency=words.roles[RoleId(role)].agencies[0],
                    category=category,
                    reason=spoken["en"],
                    reason_nl=spoken["nl"],
                    legal_ref=str(row["article"]),
                    legal_status=str(row["status"]),
                    **{name: str(row.get(name, "")) for name in _OPTIONAL},
                )
