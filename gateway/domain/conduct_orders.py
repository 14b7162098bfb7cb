"""Conduct orders (gedragsaanwijzing) of a case: which periods are in force, and which extension an order is. Pure.

The power, its length and its bounds are the policy's; here stands what the messages come to. Source: Sv 509hh(4).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.case_facts import CaseFacts, FactEntry

ORDER: Final = "gedragsaanwijzing.gegeven"
GIVEN, CHANGED, EXTENDED, WITHDRAWN = "gegeven", "gewijzigd", "verlengd", "ingetrokken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `begin` up to, not including, `end`."""

    begin: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        return self.begin <= moment < self.end

    def before(self, change: "Period") -> "Period | None":
        """What is left when an order was changed from then on; one that begins after the change ends stays whole."""
        if self.begin >= change.end:
            return self
        if self.begin >= change.begin:
            return None
        return Period(begin=self.begin, end=min(self.end, change.begin))


def is_order_in_force(case: CaseFacts, now: datetime) -> bool:
    """Whether an order that was not withdrawn covers `now`: an extension that is to follow on leaves it in force.

    A withdrawal takes away every order before it, also from the moment that it is known. Raises: InvalidValue.
    """
    return any(period.covers(now) for period in _periods(case.of(ORDER)))


def extension_number(case: CaseFacts) -> int | None:
    """Which extension the last order is: the stated number, or the counted one when that is more; 0 for none.

    None when the message should state it and does not. Raises: InvalidValue.
    """
    order = case.last(ORDER)
    if order is None:
        return None
    kind, stated = order.facts.get("soort"), order.facts.get("verlenging_nr")
    if stated is None and kind == GIVEN:
        return 0
    if not isinstance(stated, int) or isinstance(stated, bool):
        return None
    if kind == GIVEN:
        return max(stated, 0)
    return max(stated, _extensions(case.of(ORDER)), 1 if kind == EXTENDED else 0)


def _periods(orders: Iterable[FactEntry]) -> list[Period]:
    periods: list[Period] = []
    for order in orders:
        period = _period_of(order)
        if order.facts.get("soort") == WITHDRAWN:
            periods = []
        elif period is not None:
            if order.facts.get("soort") == CHANGED:
                periods = [left for each in periods if (left := each.before(period)) is not None]
            periods.append(period)
    return periods


def _extensions(orders: Iterable[FactEntry]) -> int:
    """How often the end was moved on since the order was given, whatever the message called itself.

    The same order sent to one more recipient moves nothing. A new order starts the count again when the one before it
    was withdrawn or over.
    """
    count, last_end = 0, None
    for order in orders:
        period, kind = _period_of(order), order.facts.get("soort")
        if kind == WITHDRAWN:
            count, last_end = 0, None
        elif period is None:
            continue
        elif kind == GIVEN:
            over = last_end is None or period.begin >= last_end
            count, last_end = (0, period.end) if over else (count, max(last_end or period.end, period.end))
        elif last_end is None or period.end > last_end:
            count, last_end = count + 1, period.end
    return count


def _period_of(order: FactEntry) -> Period | None:
    begin, end = order.time("ingang"), order.time("einde")
    return None if begin is None or end is None else Period(begin=begin, end=end)
