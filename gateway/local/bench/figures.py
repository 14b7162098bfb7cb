"""What a run measured, and which aims it meets. Pure: no clock, no machine.

A measure is one row of the table; an aim compares a figure of it, or the ratio of two, with a bound. An aim that could
not be measured is neither met nor missed, and says why.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Figures of one thing in one unit. `p99` is None where only one value or a rate was taken; `count` says from how
    many values they come."""

    key: str
    name: str
    unit: str
    count: int
    p50: float
    p99: float | None = None


class Outcome(StrEnum):
    """What became of an aim, in the words of the table."""

    MET = "gehaald"
    MISSED = "niet gehaald"
    UNKNOWN = "niet gemeten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A bound on one figure: at most `bound`, or at least it when `is_floor`. `measured` None: not measured, `why`."""

    key: str
    name: str
    unit: str
    bound: float
    measured: float | None
    is_floor: bool = False
    why: str = ""

    @property
    def outcome(self) -> Outcome:
        """Exactly on the bound is met."""
        if self.measured is None:
            return Outcome.UNKNOWN
        met = self.measured >= self.bound if self.is_floor else self.measured <= self.bound
        return Outcome.MET if met else Outcome.MISSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one part of the bench gives."""

    measures: tuple[Measure, ...] = ()
    aims: tuple[Aim, ...] = ()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank). Raises ValueError for no
    values, or a share outside 0 < share <= 1."""
    if not values or not 0 < share <= 1:
        raise ValueError("a percentile needs values and a share above 0 and at most 1")
    return sorted(values)[math.ceil(share * len(values)) - 1]


def of_times(key: str, name: str, values_ms: Sequence[float]) -> Measure:
    """Median and p99 of times in milliseconds."""
    return Measure(
        key=key,
        name=name,
        unit="ms",
        count=len(values_ms),
        p50=percentile(values_ms, 0.5),
        p99=percentile(values_ms, 0.99),
    )


def of_rate(key: str, name: str, *, count: int, seconds: float) -> Measure:
    """Things per second. Raises ValueError when no time passed."""
    if seconds <= 0:
        raise ValueError("a rate needs time")
    return Measure(key=key, name=name, unit="per s", count=count, p50=count / seconds)


def ratio(measured: float, floor: float) -> float:
    """How many times the floor. Raises ValueError for a floor that is not above zero."""
    if floor <= 0:
        raise ValueError("a ratio needs a floor above zero")
    return measured / floor


def growth_per_step(first: float, last: float, steps: int) -> float:
    """By which share of `first` the value grows with each of `steps` steps, in percent."""
    if steps < 1:
        raise ValueError("growth needs a step")
    return 100 * (ratio(last, first) - 1) / steps


def unmeasured(aims: Sequence[Aim], why: str) -> tuple[Aim, ...]:
    """The same aims, as those of a part that could not run."""
    return tuple(
        Aim(key=a.key, name=a.name, unit=a.unit, bound=a.bound, measured=None, is_floor=a.is_floor, why=why)
        for a in aims
    )
