"""More time for a duty, decided by its owner, where the law allows that.

Each time is a decision of its own: it says why, and is taken when the time that is running is the last one that was
given. So extensions are not stored up, and a term that is over is not repaired: what is late stays late. How much is
added, and for which reasons, stands in the table. Source: Wmo 2015 5.3.1; domain.md 2.4, D21.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from gateway.domain.deadlines.clock import Clock, Extension
from gateway.domain.deadlines.length import Counted, Tie
from gateway.domain.deadlines.model import ExtensionRule
from gateway.domain.deadlines.table import rules_of
from gateway.domain.errors import Conflict


def extended(clock: Clock, extension: Extension) -> Clock:
    """The clock with more time from its own end. Raises: Conflict when it has none to give, now or at all."""
    rules = rules_of(clock.deadline)
    rule = rules.extension
    if rule is None or extension.reason not in rule.reasons or clock.due_at is None:
        raise _refusal("klok-niet-te-verlengen", "Deze klok kan niet worden verlengd.", "has no extension")
    if not clock.running:
        raise _refusal("klok-gestopt", "Deze klok loopt niet meer.", "no longer runs")
    if extension.at >= clock.due_at:
        raise _refusal(
            "verlenging-te-laat",
            "De termijn is voorbij: verlengen kan alleen zolang zij loopt.",
            "is over: it is extended while it runs",
        )
    if extension.at < _opens_at(clock.due_at, rule, rules.tie):
        raise _refusal(
            "verlenging-te-vroeg",
            "Beslis opnieuw over verlenging als de tijd die al is gegeven bijna om is.",
            "is not due to be extended yet",
        )
    due = rule.by.after(clock.due_at, tie=rules.tie)
    return replace(clock, due_at=due, round=clock.round + 1, extensions=(*clock.extensions, extension))


def with_extensions(
    due: datetime, rule: ExtensionRule | None, given: Iterable[Extension], *, tie: Tie
) -> datetime:
    """The end with every extension that was given, worked out again."""
    if rule is None:
        return due
    for _ in given:
        due = rule.by.after(due, tie=tie)
    return due


def _opens_at(due: datetime, rule: ExtensionRule, tie: Tie) -> datetime:
    """When the last stretch of time begins, as long as what an extension adds."""
    return Counted(unit=rule.by.unit, count=-rule.by.count).after(due, tie=tie)


def _refusal(code: str, detail_nl: str, detail_en: str) -> Conflict:
    return Conflict(code=code, detail_nl=detail_nl, detail_en=f"This clock {detail_en}.")
