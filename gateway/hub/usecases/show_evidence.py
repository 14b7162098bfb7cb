"""What policy makers learn from the exchange over months that have ended: refusals and why, and what went well.

A month that still runs is refused: two answers about it could be subtracted, which would show single events. Nothing
here names a person or a case, and small counts are not shown. Each answer leaves a leaf in the audit log.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.events import EventTag
from gateway.domain.clock import LOCAL, rfc3339
from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.identifiers import new_id
from gateway.hub.policy.evidence import month_of
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.evidence import (
    act_decisions_between,
    acts_between,
    answers_between,
    clocks_due_between,
    decisions_between,
    messages_between,
)
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.overviews import (
    Overview,
    act_overview,
    answer_overview,
    clock_overview,
    decision_rows,
    extension_overview,
    message_overviews,
    refusal_overviews,
)
from gateway.hub.usecases.parts import Asker, Parts

MOST_MONTHS: Final = 12
_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Whole months on the clock in the Netherlands, from `first` up to and including `last`."""

    first: str
    last: str

    @property
    def start(self) -> datetime:
        return _first_moment(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after the last month."""
        return _first_moment(_next(self.last))


def months(first: str, last: str, now: datetime) -> Months:
    """The period. Raises InvalidInput unless it is 1 to 12 months, in order, that have all ended."""
    if not (_MONTH.fullmatch(first) and _MONTH.fullmatch(last)):
        raise _invalid("maand", "Een maand heeft de vorm jjjj-mm.", "A month has the form yyyy-mm.")
    if not 1 <= _number(last) - _number(first) + 1 <= MOST_MONTHS:
        raise _invalid(
            "periode", "Vraag een tot twaalf maanden, de eerste eerst.", "Ask one to twelve months, in order."
        )
    if last >= month_of(now):
        raise _invalid(
            "lopende-maand",
            "Vraag alleen maanden die voorbij zijn.",
            "Ask only for months that have ended.",
        )
    return Months(first=first, last=last)


async def show_evidence(parts: Parts, asker: Asker, period: Months) -> Sequence[Overview]:
    """Every overview of the period. Raises StorageUnavailable."""
    registry, now = parts.registry(), parts.clock()
    start, end = rfc3339(period.start), rfc3339(period.end)
    read = parts.reader.read
    decided = await read(lambda c: tuple(decision_rows(decisions_between(c, start, end), registry, now)))
    sent = await read(lambda c: messages_between(c, start, end))
    answered = await read(lambda c: answers_between(c, start, end))
    acted = await read(lambda c: acts_between(c, start, end))
    act_decisions = await read(lambda c: act_decisions_between(c, start, end))
    due = await read(lambda c: clocks_due_between(c, start, end))
    written = leaf(EventTag.REPORT_GIVEN, asker, now)
    await parts.writer.write(
        Change(key=f"beleidsinformatie:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
    )
    return (
        *refusal_overviews(decided),
        act_overview(act_decisions),
        *message_overviews(sent, registry, now),
        answer_overview(answered),
        extension_overview(acted),
        clock_overview(due),
    )


def _number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def _next(month: str) -> str:
    year, number = divmod(_number(month) + 1, 12)
    return f"{year}-{number + 1:02}"


def _first_moment(month: str) -> datetime:
    return datetime.fromisoformat(f"{month}-01T00:00").replace(tzinfo=LOCAL)


def _invalid(code: str, nl: str, en: str) -> InvalidInput:
    return InvalidInput(causes=(Cause(pointer="", code=code, detail_nl=nl, detail_en=en),))
