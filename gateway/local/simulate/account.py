"""Whether every clock is accounted for: by the hub's own books, and by what the players sent.

The hub plays its messages again and looks for a clock that should be there (`clock_account`). Here the same is asked
from outside: each message that starts a clock was sent by somebody, and each copy that he was told of has a clock until
somebody takes it on.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from gateway.domain.catalogue import catalogue
from gateway.domain.deadlines import TAKING_ON
from gateway.domain.deadlines.table import clock_deadlines
from gateway.local.simulate.ledger import Ledger
from gateway.protocol.facts import facts_of

if TYPE_CHECKING:
    from gateway.local.simulate.playing import Tally

ATTENDED_WITHIN_S: Final = 60.0  # the watch looks every second; many clocks may be due at once
_LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The deliveries by where they are, the clocks by deadline and what became of them, and what does not add up."""

    deliveries: Counter[str]
    clocks: Counter[str]
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


def take_account(ledger: Ledger, tallies: Sequence["Tally"], now: Callable[[], datetime]) -> Account:
    """The account at the end, once the watch had time to attend to what is due."""
    deadline = time.monotonic() + ATTENDED_WITHIN_S
    account = ledger.account(now())
    while not account.adds_up and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
        account = ledger.account(now())
    clocks = Counter(
        {f"{name} {status} ({why})": count for (name, status, why), count in account.ends.items()}
    )
    clocks.update({f"{name} lopend": count for name, count in account.running.items()})
    played = [tally for tally in tallies if tally.case_id]
    known = {tally.case_id: ledger.deadlines(tally.case_id, now()) for tally in played}
    return Account(
        deliveries=ledger.deliveries(),
        clocks=clocks,
        problems=(*account.problems, *unmatched(played, known)),
    )


def unmatched(played: Iterable["Tally"], known: Mapping[str, Counter[str]]) -> Iterator[str]:
    """What was sent and has no clock. `known` are the clocks of each case, by deadline."""
    for tally in played:
        clocks = known[tally.case_id]
        for lost in sorted(tally.must_have - set(clocks)):
            yield f"zaak {tally.case_id}: geen klok {lost}, hoewel een bericht haar begint"
        copies = sum(clocks[each] for each in TAKING_ON)
        if copies != tally.copies:
            yield f"zaak {tally.case_id}: {copies} klokken voor het aannemen van {tally.copies} kopieën"
