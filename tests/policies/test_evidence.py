"""Counts for policy makers: right, and never small enough to point at one household."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.hub.policy.evidence import SMALLEST, DecisionRow, Dimension, evidence_csv, refusals_by

MONTH_END = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # already November on the clock in the Netherlands


def row(
    rule: str = "G06_niet_toegewezen",
    *,
    allowed: bool = False,
    region: str = "Regio A",
    purpose: str | None = "screening",
    at: datetime = MONTH_END,
) -> DecisionRow:
    return DecisionRow(
        decided_at=at,
        allowed=allowed,
        rule=rule,
        reason=f"reden van {rule}",
        purpose=purpose,
        from_agency="veilig_thuis",
        to_agency="politie",
        region=region,
    )


def test_decisions_and_refusals_are_counted_per_group() -> None:
    rows = [row()] * 6 + [row(allowed=True)] * 5 + [row(region="Regio B")] * 7
    counted = refusals_by(rows, [Dimension.MONTH, Dimension.REGION])
    assert [(cell.group[Dimension.REGION], cell.decisions, cell.refusals) for cell in counted] == [
        ("Regio A", 11, 6),
        ("Regio B", 7, 7),
    ]


def test_the_month_is_that_of_the_clock_in_the_netherlands() -> None:
    (cell,) = refusals_by([row()] * 5, [Dimension.MONTH])
    assert cell.group == {Dimension.MONTH: "2026-11"}


@pytest.mark.parametrize(("number", "shown"), [(4, None), (5, 5)])
def test_fewer_than_five_is_not_shown(number: int, shown: int | None) -> None:
    (cell,) = refusals_by([row()] * number, [Dimension.REGION])
    assert (cell.decisions, cell.refusals) == (shown, shown)


def test_none_at_all_is_shown_as_none() -> None:
    (cell,) = refusals_by([row(allowed=True)] * 9, [Dimension.REGION])
    assert (cell.decisions, cell.refusals) == (9, 0)


def test_a_single_small_number_hides_the_next_smallest_so_that_it_cannot_be_subtracted() -> None:
    rows = [row(region="A")] * 3 + [row(region="B")] * 20 + [row(region="C")] * 8
    counted = refusals_by(rows, [Dimension.PURPOSE, Dimension.REGION])
    assert [cell.decisions for cell in counted] == [None, 20, None]


def test_the_csv_says_less_than_five_in_words_of_the_reader() -> None:
    dimensions = [Dimension.FROM_AGENCY, Dimension.TO_AGENCY, Dimension.PURPOSE]
    rows = [row()] * 7 + [row(purpose=None)] * 2 + [row(purpose="zsm")] * 30
    assert evidence_csv(refusals_by(rows, dimensions), dimensions) == (
        "van,naar,doel,besluiten,weigeringen\n"
        "veilig_thuis,politie,geen,<5,<5\n"
        "veilig_thuis,politie,screening,<5,<5\n"
        "veilig_thuis,politie,zsm,30,30\n"
    )


def test_counting_by_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="dimension"):
        refusals_by([], [])


ROWS = st.lists(
    st.builds(
        row,
        rule=st.sampled_from(["G06_niet_toegewezen", "matrix"]),
        allowed=st.booleans(),
        region=st.sampled_from(["A", "B", "C"]),
        purpose=st.sampled_from(["screening", "zsm", None]),
    ),
    max_size=80,
)
DIMENSIONS = st.permutations(list(Dimension)).flatmap(
    lambda order: st.integers(1, len(order)).map(lambda number: order[:number])
)


@given(rows=ROWS, dimensions=DIMENSIONS)
def test_what_is_shown_is_true_and_what_is_small_never_shown(
    rows: list[DecisionRow], dimensions: list[Dimension]
) -> None:
    for cell in refusals_by(rows, dimensions):
        assert cell.decisions is None or cell.decisions >= SMALLEST
        assert cell.refusals is None or cell.refusals == 0 or cell.refusals >= SMALLEST
        if cell.decisions is None:
            assert cell.refusals is None


@given(rows=ROWS)
def test_no_hidden_number_can_be_found_by_subtraction(rows: list[DecisionRow]) -> None:
    counted = refusals_by(rows, [Dimension.PURPOSE, Dimension.REGION])
    for purpose in {cell.group[Dimension.PURPOSE] for cell in counted}:
        family = [cell for cell in counted if cell.group[Dimension.PURPOSE] == purpose]
        hidden = [cell for cell in family if cell.decisions is None]
        assert len(hidden) != 1 or len(family) == 1
