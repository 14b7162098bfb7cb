"""What policy makers may learn from the decisions: how often, why, and where sharing was refused. No person, no case.

Pure counting over rows that the hub has stored; counts below SMALLEST are not shown, and neither is anything from
which one could be worked out. Storage, time zone of the month and the API are for the hub.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Final

from gateway.domain.clock import LOCAL

SMALLEST: Final = 5  # a count below this may point at one household (the project's own bar)
HIDDEN: Final = "<5"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """One recipient of one decided message, or one reading: what is counted. `region` is that of the case."""

    decided_at: datetime
    allowed: bool
    rule: str
    reason: str
    purpose: str | None
    from_agency: str
    to_agency: str
    region: str


class Dimension(StrEnum):
    """By what can be counted. The values are the column names of the CSV."""

    MONTH = "maand"
    REGION = "regio"
    PURPOSE = "doel"
    FROM_AGENCY = "van"
    TO_AGENCY = "naar"
    RULE = "regel"
    REASON = "reden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One cell. A number is None when it is too small to show, or when showing it would betray one that is."""

    group: Mapping[Dimension, str]
    decisions: int | None
    refusals: int | None


def refusals_by(
    rows: Iterable[DecisionRow], dimensions: Sequence[Dimension], *, shared: int = -1
) -> list[Counted]:
    """Decisions and refusals per group, sorted by the dimensions in their order.

    `shared` is how many leading dimensions make the groups of which somebody may know the total; all but the last
    unless told. Refusals are hidden too where the allowed decisions, which are the difference, would be few.
    """
    if not dimensions:
        raise ValueError("at least one dimension")
    decisions: Counter[tuple[str, ...]] = Counter()
    refusals: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        key = tuple(_value(row, dimension) for dimension in dimensions)
        decisions[key] += 1
        refusals[key] += not row.allowed
    ordered = sorted(decisions)
    betraying = {key for key in ordered if 0 < decisions[key] - refusals[key] < SMALLEST}
    hidden_decisions = hidden_keys(decisions, shared=shared)
    hidden_refusals = hidden_keys(refusals, shared=shared, also=betraying | hidden_decisions)
    return [
        Counted(
            group=dict(zip(dimensions, key, strict=True)),
            decisions=None if key in hidden_decisions else decisions[key],
            refusals=None if key in hidden_refusals else refusals[key],
        )
        for key in ordered
    ]


def month_of(moment: datetime) -> str:
    """The month on the clock in the Netherlands, as `2026-03`."""
    return moment.astimezone(LOCAL).strftime("%Y-%m")


def evidence_csv(counted: Sequence[Counted], dimensions: Sequence[Dimension]) -> str:
    """One line a group; `<5` where a number is not shown."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(dimension.value for dimension in dimensions), "besluiten", "weigeringen"])
    for cell in counted:
        numbers = [HIDDEN if number is None else number for number in (cell.decisions, cell.refusals)]
        writer.writerow([*(cell.group[dimension] for dimension in dimensions), *numbers])
    return out.getvalue()


def hidden_keys(
    counts: Mapping[tuple[str, ...], int],
    *,
    shared: int = -1,
    also: AbstractSet[tuple[str, ...]] = frozenset(),
) -> set[tuple[str, ...]]:
    """The keys of which the count may not be shown.

    Those of small counts and those in `also`; and among the keys that share their first `shared` parts, the next
    smallest until what is hidden together is no small count either: a total less what is shown would betray it.
    """
    hidden: set[tuple[str, ...]] = set()
    for family in _families(counts, shared):
        small = {key for key in family if 0 < counts[key] < SMALLEST or key in also}
        others = sorted(
            (key for key in family if key not in small and counts[key] > 0),
            key=lambda key: (counts[key], key),
        )
        while small and others and (len(small) == 1 or sum(counts[key] for key in small) < SMALLEST):
            small.add(others.pop(0))
        hidden |= small
    return hidden


def _families(counts: Mapping[tuple[str, ...], int], shared: int) -> Iterator[list[tuple[str, ...]]]:
    for _, family in groupby(sorted(counts), key=lambda key: key[:shared]):
        yield list(family)


def _value(row: DecisionRow, dimension: Dimension) -> str:
    match dimension:
        case Dimension.MONTH:
            return month_of(row.decided_at)
        case Dimension.REGION:
            return row.region
        case Dimension.PURPOSE:
            return row.purpose or "geen"
        case Dimension.FROM_AGENCY:
            return row.from_agency
        case Dimension.TO_AGENCY:
            return row.to_agency
        case Dimension.RULE:
            return row.rule
        case Dimension.REASON:
            return row.reason
