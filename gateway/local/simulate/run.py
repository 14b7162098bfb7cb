"""Plays many cases together: moment by moment, a bounded number at once, and nothing moves on before all has arrived.

Within a case steps keep their order. A case in which something unexpected happens is not played on; the others are.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, repeat
from typing import Final

from gateway.domain.conversation import Standing
from gateway.local.simulate.company import Company
from gateway.local.simulate.ledger import Ledger
from gateway.local.simulate.plan import AwaitState, CasePlan, CheckAnswers, Step
from gateway.local.simulate.playing import CasePlayer, Tally, Unexpected
from gateway.local.simulate.timing import Pace

AT_ONCE: Final = 6  # cases; the machine has two cores, and a message waits for several processes
ARRIVE_WITHIN_S: Final = 300.0
_LOOK_EVERY_S: Final = 0.02
_BY_TIME: Final = frozenset({Standing.TE_LAAT.value, Standing.UITGEBLEVEN.value})

Progress = Callable[[timedelta, int], None]


class NotArrived(Exception):
    """Messages are under way for too long; the text says how many."""


@dataclass(slots=True)
class _Playing:
    """One case: its player, what is still to come, and why it stopped."""

    player: CasePlayer
    problem: str | None = None
    waits_for_term: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What became of all cases."""

    tallies: tuple[Tally, ...]
    problems: tuple[str, ...]
    waiting: int


def play(
    plans: Sequence[CasePlan], company: Company, pace: Pace, ledger: Ledger, progress: Progress
) -> Played:
    """Plays every step of every plan. Raises NotArrived."""
    playing = {plan.number: _Playing(CasePlayer(plan, company, pace.now)) for plan in plans}
    moments = sorted({step.at for plan in plans for step in plan.steps})
    turns = _turns(plans)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="zaak") as pool:
        for moment in moments:
            pace.reach(moment)
            company.keep_on_duty(pace.now())
            due = [(playing[number], steps) for number, steps in turns[moment]]
            list(pool.map(_play_turn, due, repeat(pace)))
            _all_arrived(ledger)
            progress(moment, len(due))
    return Played(
        tallies=tuple(each.player.tally for each in playing.values()),
        problems=tuple(each.problem for each in playing.values() if each.problem is not None),
        waiting=sum(each.waits_for_term for each in playing.values()),
    )


def _turns(plans: Sequence[CasePlan]) -> dict[timedelta, list[tuple[int, list[Step]]]]:
    """Per moment, the cases in which something happens, each with its steps."""
    found: dict[timedelta, list[tuple[int, list[Step]]]] = {}
    for plan in plans:
        for moment, steps in groupby(plan.steps, key=lambda step: step.at):
            found.setdefault(moment, []).append((plan.number, list(steps)))
    return found


def _play_turn(turn: tuple[_Playing, list[Step]], pace: Pace) -> None:
    case, steps = turn
    for step in steps:
        if needs_time(step) and not pace.passes_legal_time:
            case.waits_for_term = True
        if case.waits_for_term or case.problem is not None:
            return
        try:
            case.player.play(step)
        except Unexpected as error:
            case.problem = str(error)


def needs_time(step: Step) -> bool:
    """Whether a step comes out as planned only when the time of the plan has gone by."""
    if isinstance(step, CheckAnswers):
        return not _BY_TIME.isdisjoint(step.stands.values())
    return isinstance(step, AwaitState)


def _all_arrived(ledger: Ledger) -> None:
    deadline = time.monotonic() + ARRIVE_WITHIN_S
    while waiting := ledger.under_way():
        if time.monotonic() > deadline:
            raise NotArrived(f"{waiting} kopieën kwamen niet aan binnen {ARRIVE_WITHIN_S:.0f} s")
        time.sleep(_LOOK_EVERY_S)
