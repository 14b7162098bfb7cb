"""What a simulation tells at its end: messages, refusals, answers, deliveries, clocks, and everything that is wrong."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from gateway.local.demo.screen import Screen
from gateway.local.simulate.account import Account
from gateway.local.simulate.coverage import Coverage, coverage_of
from gateway.local.simulate.plan import CasePlan, Send
from gateway.local.simulate.run import Played

_CELLS: Final = 6  # of a row: three names, each with its number


def show_plan(screen: Screen, plans: Sequence[CasePlan]) -> None:
    """Each case in one row."""
    rows = [
        [
            str(plan.number),
            plan.situation,
            plan.course,
            str(plan.children),
            str(sum(isinstance(step, Send) for step in plan.steps)),
            str((plan.steps[-1].at - plan.steps[0].at).days),
        ]
        for plan in plans
    ]
    screen.table("Zaken", ["zaak", "situatie", "verloop", "kinderen", "berichten", "dagen"], rows)


def show_report(
    screen: Screen, plans: Sequence[CasePlan], played: Played, account: Account, *, seconds: float
) -> None:
    """Everything that happened, counted."""
    tallies = played.tallies
    screen.title("Wat er gebeurde")
    _counts(screen, "Zaken naar verloop", Counter(plan.course for plan in plans))
    messages = _sum(tally.messages for tally in tallies)
    _counts(screen, "Berichten naar type", messages)
    _counts(screen, "Geweigerd, zoals het hoort, naar regel", _sum(tally.refusals for tally in tallies))
    _counts(screen, "Antwoorden", _sum(tally.answers for tally in tallies))
    _counts(screen, "Afleveringen", account.deliveries)
    _counts(screen, "Klokken", account.clocks)
    taken_on = sum(tally.taken_on for tally in tallies)
    screen.say(f"{messages.total()} berichten, {taken_on} keer aangenomen, in {seconds:.0f} s")
    if played.waiting:
        screen.say(
            f"{played.waiting} zaken wachten op een termijn, die hier niet sneller verstrijkt dan in het echt"
        )


def covered(
    plans: Sequence[CasePlan], played: Played, account: Account, players: Collection[str]
) -> Coverage:
    """What of the catalogue was in this run."""
    return coverage_of(
        plans,
        sent=set(_sum(tally.messages for tally in played.tallies)),
        started={name.partition(" ")[0] for name in account.clocks},
        players=players,
    )


def show_coverage(screen: Screen, coverage: Coverage) -> None:
    """What was not played, with the reason of each: a run proves nothing about it."""
    screen.title("Wat er niet gebeurde")
    screen.say(f"{coverage.played} van de {coverage.of} berichttypen die mensen versturen, kwamen voor")
    for title, found in (
        ("Berichttypen die niet speelden", coverage.types),
        ("Rollen die niet speelden", coverage.roles),
        ("Klokken die nooit begonnen", coverage.clocks),
    ):
        if found:
            screen.table(title, ["", ""], [list(row) for row in found.items()])


def problems_of(played: Played, account: Account) -> list[str]:
    """Every cause for which this run does not count as good."""
    return [*played.problems, *account.problems]


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counters:
        total.update(each)
    return total


def _counts(screen: Screen, title: str, counts: Counter[str]) -> None:
    cells = [cell for name, count in sorted(counts.items()) for cell in (name, str(count))]
    cells += [""] * (-len(cells) % _CELLS)
    rows = [cells[start : start + _CELLS] for start in range(0, len(cells), _CELLS)]
    screen.table(title, ["", "aantal"] * (_CELLS // 2), rows)
