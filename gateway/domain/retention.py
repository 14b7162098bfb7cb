"""How long the content of a closed case is kept. What is destroyed afterwards, and by whom, is for the hub.

The file of a ban is kept five years by the municipality (Wth 10(1), deadline D24). The handbook gives other files of
their own to others; what Schakel holds of the case follows the strictest.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from gateway.domain.case_facts import CaseFacts
from gateway.domain.clock import LOCAL
from gateway.domain.context import context_from_facts

KEPT_YEARS: Final = 5


def kept_until(closed_at: datetime) -> datetime:
    """The first moment at which a case that was closed then may no longer be shown, on the clock in the Netherlands."""
    closed = closed_at.astimezone(LOCAL)
    year = closed.year + KEPT_YEARS
    try:
        return closed.replace(year=year)
    except ValueError:  # closed on 29 February: one day earlier rather than one day too long
        return closed.replace(year=year, day=28)


def runs_on(case: CaseFacts, now: datetime) -> str | None:
    """What still runs and keeps a case from being destroyed: `beroep`, `overtreding`, or None. domain.md 2.3, T25.

    A ruling ends what it is about and what came before it; an appeal that was announced beside a request for a
    provisional measure runs until its own ruling.
    """
    open_matters: set[str] = set()
    for entry in case.entries:
        if entry.message == "vovo.ingediend":
            open_matters |= {"vovo", "beroep"} if entry.facts.get("beroep_ingesteld") is True else {"vovo"}
        elif entry.message == "rechter.uitspraak":
            open_matters -= _ENDED_BY.get(str(entry.facts.get("soort")), frozenset())
    if open_matters:
        return "beroep"
    return "overtreding" if context_from_facts(case, now).get("overtreding_open") is True else None


_ENDED_BY: Final[Mapping[str, frozenset[str]]] = {
    "vovo": frozenset({"vovo"}),
    "beroep": frozenset({"vovo", "beroep"}),
    "hoger_beroep": frozenset({"vovo", "beroep"}),
}
