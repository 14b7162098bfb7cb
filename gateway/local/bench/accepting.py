"""Accepting a message, one client: at the hub's desk beside its floor, and what each further recipient adds.

The floor of an accepted message is one bare OPA query of the same question and the same rows in one transaction. Both
are taken in turn, message by message.
"""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiohttp

from gateway.hub.policy.own_opa import RunningOpa
from gateway.local.bench.bare_http import bare_http
from gateway.local.bench.decisions import bare_query, question_url
from gateway.local.bench.figures import Aim, Measure, Section, growth_per_step, of_times, percentile, ratio
from gateway.local.bench.measured_hub import MeasuredHub, measured_hub
from gateway.local.bench.row_floor import RowFloor, Statement
from gateway.local.bench.sender import INVITED, Composer, composer
from gateway.local.bench.timing import Budget, timed_ms
from gateway.local.registry_file import VEILIG_THUIS, ExchangeFolder

CASES: Final = 12
PER_CASE: Final = 20  # a case has some dozens of messages in its life
ROUNDS: Final = 40
WITHIN_S: Final = 30.0  # for each of the two series; a quiet machine needs a quarter of it


async def measure_accepting(exchange: ExchangeFolder, opa: RunningOpa, folder: Path) -> Section:
    """One client beside its floor; then one to six recipients; then the bytes of a message through bare uvicorn."""
    async with measured_hub(exchange, opa, folder) as hub, aiohttp.ClientSession() as session:
        with composer(exchange, hub.link(VEILIG_THUIS.oin), folder / "sender.db") as sender:
            floor = RowFloor.open(folder / "floor.db")
            try:
                one = await _one_client(hub, sender, floor, FloorQuery(session, opa))
            finally:
                floor.close()
            by_recipients = await _by_recipients(sender)
            body = await sender.notice(await sender.planned_case())
            bare_ms = await bare_http(session, body, rounds=200)
    return _section(one, by_recipients, bare_ms)


def accepting_aims(p50: float | None, p99: float | None, growth: float | None) -> tuple[Aim, ...]:
    """The aims for both ratios to the floor, and for the growth per recipient in percent."""
    name = "Aannemen, 1 client, tegenover de vloer"
    return (
        Aim(key="aannemen-p50", name=f"{name}, p50", unit="x", bound=1.5, measured=p50),
        Aim(key="aannemen-p99", name=f"{name}, p99", unit="x", bound=2, measured=p99),
        Aim(key="aannemen-ontvanger", name="Elke ontvanger meer", unit="%", bound=15, measured=growth),
    )


class FloorQuery:
    """The recorded question as a bare query."""

    def __init__(self, session: aiohttp.ClientSession, opa: RunningOpa) -> None:
        self._session = session
        self._opa = opa

    def last_of(self, hub: MeasuredHub) -> Callable[[], Awaitable[Any]]:
        """The question that the hub asked last."""
        asked = hub.decider.questions[-1]
        body = json.dumps({"input": asked.to_input(self._opa.revision)}).encode()
        return bare_query(self._session, question_url(self._opa, asked), body)


@dataclass(slots=True)
class _Cost:
    """Milliseconds per message on the clock, and of processor time of this process in all; without OPA's, which is
    the same for both. Processor time says what is ours to change, whatever else the machine does."""

    times_ms: list[float] = field(default_factory=list)
    used_ms: float = 0.0

    async def take(self, call: Callable[[], Awaitable[object]], *, keep: bool) -> None:
        before = time.process_time()
        taken = await timed_ms(call)
        if keep:
            self.times_ms.append(taken)
            self.used_ms += (time.process_time() - before) * 1000

    def measures(self, key: str, name: str) -> tuple[Measure, Measure]:
        count = len(self.times_ms)
        used = Measure(
            key=f"{key}-rekentijd",
            name="    rekentijd ervan, zonder OPA",
            unit="ms",
            count=count,
            p50=self.used_ms / count,
        )
        return of_times(key, name, self.times_ms), used


async def _one_client(
    hub: MeasuredHub, sender: Composer, floor: RowFloor, query: FloorQuery
) -> tuple[_Cost, _Cost]:
    """What each message costs at the desk, and at the floor."""
    desk, bare = _Cost(), _Cost()
    budget = Budget(WITHIN_S)
    for case in range(CASES + 1):
        if case > 1 and budget.is_spent:
            break
        case_id = await sender.planned_case()
        for body in [await sender.notice(case_id) for _ in range(PER_CASE)]:
            keep = case > 0  # the first case warms up
            await desk.take(partial(sender.submit, body), keep=keep)
            statements = floor.prepare(hub.writer.changes[-1])
            await bare.take(partial(_bare, query.last_of(hub), floor, statements), keep=keep)
    return desk, bare


async def _bare(ask: Callable[[], Awaitable[Any]], floor: RowFloor, statements: Sequence[Statement]) -> None:
    await ask()
    floor.write(statements)


async def _by_recipients(sender: Composer) -> list[list[float]]:
    """Times for one to six recipients, taken in turn."""
    times: list[list[float]] = [[] for _ in INVITED]
    budget = Budget(WITHIN_S)
    for start in range(0, ROUNDS, 5):
        if start and budget.is_spent:
            break
        case_id = await sender.weighed_case()
        for _ in range(min(5, ROUNDS - start)):
            bodies = [await sender.invitation(case_id, number + 1) for number in range(len(INVITED))]
            for kept, body in zip(times, bodies, strict=True):
                kept.append(await timed_ms(partial(sender.submit, body)))
    return times


def _section(
    one: tuple[_Cost, _Cost], by_recipients: Sequence[Sequence[float]], bare_ms: Sequence[float]
) -> Section:
    desk, desk_used = one[0].measures("aannemen", "Aannemen aan de balie, 1 client")
    floor, floor_used = one[1].measures(
        "aannemen-vloer", "  vloer: kale OPA-vraag en zelfde rijen met SQLAlchemy"
    )
    many = [
        of_times(f"aannemen-{number}", f"Aannemen, {number} ontvanger{'s' if number > 1 else ''}", times)
        for number, times in enumerate(by_recipients, start=1)
    ]
    bare = of_times("uvicorn-kaal", "  kale uvicorn die dezelfde bytes controleert", bare_ms)
    growth = growth_per_step(many[0].p50, many[-1].p50, len(many) - 1)
    tail = ratio(percentile(one[0].times_ms, 0.99), percentile(one[1].times_ms, 0.99))
    return Section(
        measures=(desk, desk_used, floor, floor_used, many[0], many[-1], bare),
        aims=accepting_aims(ratio(desk.p50, floor.p50), tail, growth),
    )
