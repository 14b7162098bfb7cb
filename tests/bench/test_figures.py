"""The arithmetic of the bench: percentiles, ratios, and what becomes of an aim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.local.bench.figures import (
    Aim,
    Outcome,
    growth_per_step,
    of_rate,
    of_times,
    percentile,
    ratio,
    unmeasured,
)

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)
SHARES = st.floats(0.01, 1)


def aim(bound: float, measured: float | None, *, is_floor: bool = False) -> Aim:
    return Aim(key="proef", name="Proef", unit="x", bound=bound, measured=measured, is_floor=is_floor)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.99, 99), (0.991, 100), (1, 100), (0.01, 1), (0.001, 1)]
)
def test_a_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile(range(100, 0, -1), share) == expected


@given(VALUES, SHARES)
def test_a_percentile_is_a_value_that_the_share_does_not_exceed(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


@pytest.mark.parametrize("share", [0, -0.1, 1.01])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        percentile([1.0], share)


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="values"):
        percentile([], 0.5)


def test_times_and_rates_say_from_how_many_values_they_come() -> None:
    times = of_times("t", "tijden", [3.0, 1.0, 2.0])
    assert (times.unit, times.count, times.p50, times.p99) == ("ms", 3, 2.0, 3.0)
    rate = of_rate("r", "tempo", count=50, seconds=2)
    assert (rate.unit, rate.count, rate.p50, rate.p99) == ("per s", 50, 25, None)


@pytest.mark.parametrize("nothing", [0, -1])
def test_a_rate_without_time_and_a_ratio_without_a_floor_are_refused(nothing: float) -> None:
    with pytest.raises(ValueError, match="time"):
        of_rate("r", "tempo", count=1, seconds=nothing)
    with pytest.raises(ValueError, match="floor"):
        ratio(1, nothing)


def test_growth_is_per_step_and_of_the_first() -> None:
    assert growth_per_step(10, 15, 5) == pytest.approx(10)
    assert growth_per_step(10, 9, 1) == pytest.approx(-10)
    with pytest.raises(ValueError, match="step"):
        growth_per_step(10, 15, 0)


@pytest.mark.parametrize(
    ("measured", "at_most", "at_least"),
    [
        (0.99, Outcome.MET, Outcome.MISSED),
        (1.0, Outcome.MET, Outcome.MET),
        (1.01, Outcome.MISSED, Outcome.MET),
        (None, Outcome.UNKNOWN, Outcome.UNKNOWN),
    ],
)
def test_an_aim_is_met_missed_or_not_measured(
    measured: float | None, at_most: Outcome, at_least: Outcome
) -> None:
    assert aim(1, measured).outcome is at_most
    assert aim(1, measured, is_floor=True).outcome is at_least


def test_the_aims_of_a_part_that_failed_are_neither_met_nor_missed_and_say_why() -> None:
    met, missed = unmeasured([aim(1, 0.5), aim(2, 0.5, is_floor=True)], "onderdeel mislukt")
    assert {met.outcome, missed.outcome} == {Outcome.UNKNOWN}
    assert (met.bound, missed.bound, missed.is_floor) == (1, 2, True)
    assert met.why == "onderdeel mislukt"
