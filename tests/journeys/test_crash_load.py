"""Parts that die or go away while people work: they try again, and in the end every promise is kept."""

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2
import pytest

from gateway.domain.identifiers import new_id
from gateway.local.agency_client import AgencyClient
from gateway.local.registry_file import POLICE, VEILIG_THUIS
from tests.journeys.casework import notice_body
from tests.journeys.conftest import Measure
from tests.journeys.ledger import Ledger
from tests.journeys.proof import assert_log_agrees, assert_promises_kept, until_idle
from tests.journeys.senders import Load, Sender
from tests.journeys.theatre import POLICE_NODE, SENDER_NODE, Theatre, free_limit, locked, size_of
from tests.servers import accepts, wait_until

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("crash")]

ROUND = 40
VICTIMS = ("hub", "nats", "opa", SENDER_NODE, POLICE_NODE, "organisaties")
AIM_S = 5.0
BOUND_S = 12 * AIM_S
"""More than ten times what docs/loss-record.md measured (5.2 s at a load of 20): who waits longer is not back."""
SENDERS = 3
Restart = Callable[[str], object]


class Service:
    """Whether the exchange serves: a plan takes the node, NATS, the hub, its database and OPA."""

    def __init__(self, theatre: Theatre, sender: Sender) -> None:
        self._theatre = theatre
        self._client: AgencyClient = theatre.person(VEILIG_THUIS, "vt-proces-1", patience_s=2.0)
        body = notice_body(sender.case_id, sender.advice_id, message_id=new_id(), number=0)
        self._question = body

    def is_there(self) -> bool:
        try:
            reply = self._client.post("/plannen", self._question)
        except httpx2.HTTPError:
            return False
        if reply.status == 401:
            self._client._token = ""
        return reply.status == 200 and all(
            accepts(port)
            for port in (self._theatre.ports.nodes[POLICE.oin], self._theatre.ports.systems[POLICE.oin])
        )

    def back_after(self, victim: str, restart: Restart) -> float:
        """Kills the part, starts it again at once, and gives the seconds until everything serves."""
        began = time.monotonic()
        restart(victim)
        wait_until(self.is_there, f"service after a kill of {victim}", BOUND_S)
        return time.monotonic() - began


def at_work(theatre: Theatre, ledger: Ledger, *, pause_s: float = 0.1) -> Load:
    return Load([Sender.at_work(theatre, ledger) for _ in range(SENDERS)], pause_s)


def until_more(load: Load, count: int) -> None:
    """Returns when that many more messages were acknowledged."""
    wanted = load.acknowledged + count

    def there() -> bool:
        load.check()
        return load.acknowledged >= wanted

    wait_until(there, f"{count} more acknowledgements", 180)


def answered(load: Load, status: int) -> int:
    return sum(sender.answers[status] for sender in load.senders)


class Kills:
    """Random kills under load, and how long each part was missed."""

    def __init__(
        self,
        theatre: Theatre,
        ledger: Ledger,
        *,
        seed: int,
        victims: Sequence[str] = VICTIMS,
        restart: Restart | None = None,
    ) -> None:
        """`restart` ends a part and starts it again; the theatre does that with its own parts."""
        self._theatre = theatre
        self._ledger = ledger
        self._victims = victims
        self._restart = restart or theatre.restart
        self._chosen = random.Random(seed)  # noqa: S311 - which part dies is no secret
        self._unanswered = 0
        self.took = defaultdict[str, list[float]](list)

    def go_on(self, kills: int) -> None:
        """So many kills, with senders in cases of their own; then every promise so far is kept."""
        with at_work(self._theatre, self._ledger) as load:
            service = Service(self._theatre, load.senders[0])
            until_more(load, SENDERS)
            for _ in range(kills):
                victim = self._chosen.choice(self._victims)
                load._stop.wait(self._chosen.uniform(0.0, 0.3))  # anywhere in the work of the senders
                self.took[victim].append(service.back_after(victim, self._restart))
                load.check()
            until_more(load, SENDERS)
        self._unanswered += sum(
            count
            for sender in load.senders
            for what, count in sender.answers.items()
            if what not in (201, 202)
        )
        assert_promises_kept(self._theatre, self._ledger)

    def report(self, measure: Measure) -> None:
        measure("random kills", sum(map(len, self.took.values())))
        measure("messages acknowledged under random kills", len(self._ledger.promises))
        measure("requests tried again", self._unanswered)
        for victim, seconds in self.took.items():
            measure(f"back after kill -9 of {victim} (s, median)", statistics.median(seconds))
            measure(f"back after kill -9 of {victim} (s, longest)", max(seconds))
        assert set(self.took) == set(self._victims)


def test_forty_random_kills_lose_nothing(
    theatre: Theatre, ledger: Ledger, tmp_path: Path, measure: Measure
) -> None:
    kills = Kills(theatre, ledger, seed=20261123)
    kills.go_on(ROUND)
    kills.report(measure)
    assert_log_agrees(theatre, ledger, tmp_path)


@pytest.mark.full
def test_a_thousand_random_kills_lose_nothing(tmp_path: Path, ledger: Ledger, measure: Measure) -> None:
    """In rounds, each with new cases: a case grows, and with it the time of every decision in it, and after each round
    all is delivered, so that what goes wrong is known to the round. The log is compared after each round as well."""
    with Theatre(tmp_path / "exchange") as theatre:
        kills, began = Kills(theatre, ledger, seed=int(time.time())), time.monotonic()
        for number in range(1, 1000 // ROUND + 1):
            kills.go_on(ROUND)
            leaves = assert_log_agrees(theatre, ledger, tmp_path)
            took = time.monotonic() - began
            done = f"{number * ROUND} kills, {len(ledger.promises)} messages, {leaves} leaves, {took:.0f} s\n"
            with (tmp_path / "rounds.txt").open("a") as file:  # to look how far a run of an hour is
                file.write(done)
        kills.report(measure)


@pytest.mark.parametrize("part", ["nats", "opa"])
def test_a_server_that_is_away_for_a_while_costs_time_and_nothing_else(
    theatre: Theatre, ledger: Ledger, tmp_path: Path, measure: Measure, part: str
) -> None:
    with at_work(theatre, ledger) as load:
        service = Service(theatre, load.senders[0])
        until_more(load, SENDERS)
        before = answered(load, 503)
        theatre.kill(part)
        wait_until(lambda: not service.is_there(), f"{part} is missed")
        if (
            part == "opa"
        ):  # without NATS a request waits for an answer; without OPA it is refused, with a reason
            wait_until(lambda: answered(load, 503) > before, "a refusal without a decision")
        began = time.monotonic()
        theatre.start(part)
        wait_until(service.is_there, f"service with {part}", BOUND_S)
        measure(f"back after {part} was away (s)", time.monotonic() - began)
        until_more(load, SENDERS)
    assert_promises_kept(theatre, ledger)
    assert_log_agrees(theatre, ledger, tmp_path)


def test_a_full_disk_refuses_and_loses_nothing(theatre: Theatre, ledger: Ledger, tmp_path: Path) -> None:
    """No file of the hub can grow: every write fails as on a full disk, until there is room again."""
    log = theatre.world.hub_database.with_name("hub.db-wal")
    with at_work(theatre, ledger) as load:
        hub = theatre.restart("hub", wal_bytes=size_of(log) + 100_000)
        before = answered(load, 503)
        wait_until(lambda: answered(load, 503) >= before + SENDERS, "refusals for want of room", 120)
        load.check()
        free_limit(hub)
        until_more(load, SENDERS)
    assert_promises_kept(theatre, ledger)
    assert_log_agrees(theatre, ledger, tmp_path)


def test_a_database_that_is_gone_for_a_while_refuses_and_loses_nothing(
    theatre: Theatre, ledger: Ledger, tmp_path: Path
) -> None:
    with at_work(theatre, ledger) as load:
        until_more(load, SENDERS)
        before = answered(load, 503)
        with locked(theatre.world.hub_database):
            wait_until(lambda: answered(load, 503) >= before + SENDERS, "refusals without a database", 120)
        until_more(load, SENDERS)
    assert_promises_kept(theatre, ledger)
    assert_log_agrees(theatre, ledger, tmp_path)


def test_a_clock_set_back_delays_what_waited_and_loses_nothing(
    theatre: Theatre, ledger: Ledger, sender: Sender, tmp_path: Path
) -> None:
    """The hub dies with copies in its outbox, and comes back in the past."""
    theatre.restart("hub", fault="relay-before-mark")
    before = sender.send()
    theatre.await_death("hub")
    theatre.start("hub", clock_s=-20.0)
    after = [sender.send(urgent=number == 3) for number in range(5)]
    accepted = dict(theatre.hub_rows("SELECT message_id, accepted_at FROM messages"))
    assert accepted[after[0]] < accepted[before]  # the clock was really set back
    waiting = "SELECT count(*) FROM outbox"
    wait_until(lambda: theatre.hub_rows(waiting) == [(0,)], "what waited is published, 20 s later")
    assert_promises_kept(theatre, ledger)
    theatre.restart("hub")
    sender.send()
    assert_promises_kept(theatre, ledger)
    assert_log_agrees(theatre, ledger, tmp_path)


def test_nodes_whose_clocks_were_set_back_lose_nothing_and_keep_the_order(
    theatre: Theatre, ledger: Ledger, sender: Sender, tmp_path: Path
) -> None:
    """Both nodes die with something in hand, and come back in the past: what was to be tried "later" is not lost sight
    of, and what arrives "earlier" than what is there is handed over after it."""
    theatre.restart(POLICE_NODE, fault="node-before-acknowledge")
    first = sender.send()
    theatre.await_death(POLICE_NODE)
    theatre.start(POLICE_NODE, clock_s=-30.0)
    theatre.restart(SENDER_NODE, clock_s=-30.0)
    sender.client._token = ""  # issued in what is the future there
    after = [sender.send(urgent=number == 3) for number in range(5)]
    assert_promises_kept(theatre, ledger)
    arrived = dict(theatre.node_rows(POLICE, "SELECT message_id, received_at FROM received_copies"))
    assert arrived[after[0]] < arrived[first]  # the clock was really set back
    for node in (POLICE_NODE, SENDER_NODE):
        theatre.restart(node)
    sender.send()
    assert_promises_kept(theatre, ledger)
    until_idle(theatre)
    assert_log_agrees(theatre, ledger, tmp_path)
