"""What the messages about one ban say of its term must agree with each other.

How long a ban may last, and who decides, is for the policy, on every message that decides or restates it. Here stands
only what no power can change: the end that a refusal to extend names is the end on record, an extension ends later
than what it extends, and a withdrawal takes effect before the ban ends by itself. Source: Wth 2(1), 2(9), 9(1).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from gateway.domain.case_facts import CaseFacts
from gateway.domain.context import end_of_ban
from gateway.domain.errors import Cause

TERM_ACTS: Final = frozenset({"opleggen_mondeling", "opleggen", "verlengen", "niet_verlengen"})
"""The acts that say when a ban ends."""


def term_causes(case: CaseFacts) -> Iterator[Cause]:
    """What is wrong with the term that the message at hand states. Raises InvalidValue for a fact that is no time."""
    stated, ends_at = case.pending, end_of_ban(case.registered())
    if stated is None or ends_at is None:
        return
    match stated.message:
        case "huisverbod.niet_verlengd" if stated.time("eindigt_op") != ends_at:
            yield _cause("eindigt_op", ends_at, "moet gelijk zijn aan", "must equal")
        case "huisverbod.verlengd" if not _after(stated.time("verlengd_tot"), _first_end(case)):
            yield _cause("verlengd_tot", ends_at, "moet later zijn dan", "must be later than")
        case "huisverbod.ingetrokken" if _after(stated.time("ingetrokken_per"), ends_at):
            yield _cause("ingetrokken_per", ends_at, "mag niet later zijn dan", "may not be later than")
        case _:
            return


def _first_end(case: CaseFacts) -> datetime | None:
    imposed = case.last("huisverbod.opgelegd")
    return None if imposed is None else imposed.time("eindigt_op")


def _after(moment: datetime | None, other: datetime | None) -> bool:
    return moment is not None and other is not None and moment > other


def _cause(field: str, ends_at: datetime, nl: str, en: str) -> Cause:
    return Cause(
        pointer=f"/feiten/{field}",
        code="strijdig",
        detail_nl=f"Dit tijdstip {nl} het vastgelegde einde van het huisverbod, {ends_at.isoformat()}.",
        detail_en=f"This time {en} the recorded end of the ban, {ends_at.isoformat()}.",
        article="Wth 2(1), 2(9), 9(1)",
    )
