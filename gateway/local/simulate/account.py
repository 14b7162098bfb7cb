"""Whether every clock is accounted for, by the hub's own books and by what was played.

Of each case: every message that starts a clock has one, and every copy has the one that says that somebody must take it
on. Of each clock: it ended, and then how is on record; or it runs, in a case that is not closed, with its next moment
ahead and an alarm for each end that has passed.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import TAKING_ON, ClockStatus, clock_from_record
from gateway.domain.deadlines.table import clock_deadlines
from gateway.hub.storage.standings import ClockStanding
from gateway.local.simulate.ledger import Ledger
from gateway.protocol.facts import facts_of

if TYPE_CHECKING:
    from gateway.local.simulate.playing import Tally

ATTENDED_WITHIN_S: Final = 60.0  # the watch looks every second; many clocks may be due at once
_LOOK_EVERY_S: Final = 0.25
_CLOSED: Final = frozenset({"gesloten", "vernietigd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The deliveries and clocks, counted, and every clock that is not accounted for, in words."""

    deliveries: Counter[str]
    clocks: Counter[str]
    alarms: int
    problems: tuple[str, ...]


def deadlines_started(message: str, content: Mapping[str, Any]) -> set[str]:
    """The deadlines of which a message with this content starts a clock in its case."""
    facts = facts_of(catalogue().message(message), content)
    return {
        deadline.id
        for deadline, rules in clock_deadlines()
        for rule in rules.starts
        if rule.at in facts
        and rule.trigger.holds(message, facts)
        and (not rule.parties or any(not group.optional for group in rule.parties))
    }


def take_account(ledger: Ledger, tallies: Iterable["Tally"], now: Callable[[], datetime]) -> Account:
    """The account at the end, once the watch had time to attend to what is due."""
    deadline = time.monotonic() + ATTENDED_WITHIN_S
    clocks = ledger.clocks()
    while any(_asks(clock, now()) for clock in clocks) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
        clocks = ledger.clocks()
    tallies = list(tallies)
    played = {tally.case_id for tally in tallies}
    mine = [clock for clock in clocks if clock.case_id in played]
    return Account(
        deliveries=ledger.deliveries(),
        clocks=Counter(f"{clock.deadline} {clock.status}" for clock in mine),
        alarms=sum(clock.alarms for clock in mine),
        problems=account_of(mine, tallies, now()),
    )


def account_of(clocks: Sequence[ClockStanding], tallies: Iterable["Tally"], now: datetime) -> tuple[str, ...]:
    """Every clock that is not accounted for, in words; nothing when all are."""
    played = {tally.case_id: tally for tally in tallies if tally.case_id}
    return (*_missing(clocks, played), *(each for clock in clocks for each in _problems(clock, now)))


def _missing(clocks: Iterable[ClockStanding], played: Mapping[str, "Tally"]) -> Iterator[str]:
    known: dict[str, Counter[str]] = defaultdict(Counter)
    for clock in clocks:
        known[clock.case_id][clock.deadline] += 1
    for case_id, tally in played.items():
        for lost in sorted(tally.must_have - set(known[case_id])):
            yield f"zaak {case_id}: geen klok {lost}, hoewel een bericht haar begint"
        copies = sum(known[case_id][each] for each in TAKING_ON)
        if copies != tally.copies:
            yield f"zaak {case_id}: {copies} klokken voor het aannemen van {tally.copies} kopieën"


def _problems(standing: ClockStanding, now: datetime) -> Iterator[str]:
    clock, where = (
        clock_from_record(json.loads(standing.record)),
        f"zaak {standing.case_id}, klok {standing.clock_id}",
    )
    if clock.status is not ClockStatus.LOPEND:
        if clock.ended_at is None or not clock.ended_by:
            yield f"{where}: {clock.status} zonder hoe en wanneer"
        return
    if standing.case_state in _CLOSED:
        yield f"{where}: loopt nog in een gesloten zaak"
    if _asks(standing, now):
        yield f"{where}: vroeg om aandacht op {standing.next_at} en kreeg die niet"
    if clock.armed and clock.due_at is not None and clock.due_at <= now and not standing.alarms:
        yield f"{where}: voorbij sinds {standing.due_at} zonder alarm"


def _asks(standing: ClockStanding, now: datetime) -> bool:
    return standing.next_at is not None and standing.next_at <= rfc3339(now)
