"""Two hubs and two relays on one PostgreSQL, killed at random with everything around them, the database included."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.domain.clock import parse_time
from tests.databases import Cluster, postgres_cluster
from tests.journeys.conftest import Measure
from tests.journeys.ledger import Ledger
from tests.journeys.proof import assert_log_agrees, assert_promises_kept, until_idle
from tests.journeys.senders import Sender
from tests.journeys.test_crash_load import VICTIMS, Kills
from tests.journeys.test_lost_database import _crash
from tests.journeys.theatre import Theatre
from tests.servers import wait_until

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("crash-postgresql")]

SHARED = ("hub", "hub-2", "relay-1", "relay-2")
DATABASE = "postgresql"
FEW, MANY = 12, 100
MESSAGE = "SELECT count(*) FROM messages WHERE message_id = %s"
HELD = """SELECT outbox.created_at, outbox.not_before FROM outbox
    JOIN deliveries ON deliveries.copy_id = outbox.copy_id WHERE deliveries.message_id = %s"""
CLAIM_BOUND = timedelta(seconds=10)
"""From accepting to the end of a claim: the claim is 3 s, the rest is the machine."""
NUMBERS = "SELECT number FROM deliveries WHERE case_id = %s AND role = %s ORDER BY number"


@dataclass(frozen=True, slots=True)
class Shape:
    """The exchange as in production, but for one NATS and one OPA."""

    theatre: Theatre
    cluster: Cluster

    def restart(self, victim: str) -> None:
        if victim == DATABASE:
            _crash(self.cluster)
            self.cluster.server.start()
        else:
            self.theatre.restart(victim)


@contextmanager
def production_shape(folder: Path) -> Iterator[Shape]:
    with (
        postgres_cluster() as cluster,
        cluster.fresh_database() as url,
        Theatre(folder / "exchange", database_url=url, hubs=2, relays=2) as theatre,
    ):
        yield Shape(theatre, cluster)


def assert_numbers_have_no_gaps(theatre: Theatre, ledger: Ledger) -> None:
    for case_id in ledger.cases():
        for role in ("politie_hovj", "politie_wijkagent"):
            found = [number for (number,) in theatre.hub_rows(NUMBERS, case_id, role)]
            assert found == list(range(1, len(found) + 1)), (case_id, role, found)


def killed(
    shape: Shape, ledger: Ledger, folder: Path, measure: Measure, *, kills: int, victims: tuple[str, ...]
) -> None:
    at_random = Kills(shape.theatre, ledger, seed=20261124, victims=victims, restart=shape.restart)
    at_random.go_on(kills)
    at_random.report(measure)
    assert_numbers_have_no_gaps(shape.theatre, ledger)
    assert_log_agrees(shape.theatre, ledger, folder)


def test_hubs_and_relays_killed_at_random_lose_nothing_and_agree(
    tmp_path: Path, ledger: Ledger, measure: Measure
) -> None:
    with production_shape(tmp_path) as shape:
        killed(shape, ledger, tmp_path, measure, kills=FEW, victims=SHARED)
        _control_a_hub_that_answers_before_it_commits(shape, tmp_path)


@pytest.mark.full
def test_everything_around_two_hubs_killed_at_random_loses_nothing(
    tmp_path: Path, ledger: Ledger, measure: Measure
) -> None:
    with production_shape(tmp_path) as shape:
        victims = tuple(dict.fromkeys((*VICTIMS, *SHARED, DATABASE)))
        killed(shape, ledger, tmp_path, measure, kills=MANY, victims=victims)


def test_an_urgent_copy_that_a_killed_relay_had_claimed_goes_out_by_another_within_seconds(
    tmp_path: Path, ledger: Ledger, measure: Measure
) -> None:
    with production_shape(tmp_path) as shape:
        theatre = shape.theatre
        sender = Sender.at_work(theatre, ledger)
        until_idle(theatre)
        theatre.kill("relay-2")  # the other one shall have it
        theatre.restart("relay-1", fault="relay-after-claim")
        message_id = sender.send(urgent=True)
        theatre.await_death("relay-1")
        died, held = time.monotonic(), theatre.hub_rows(HELD, message_id)
        assert held
        assert all(parse_time(end) - parse_time(made) < CLAIM_BOUND for made, end in held), held
        theatre.start("relay-2")
        wait_until(lambda: theatre.hub_rows(HELD, message_id) == [], "publishing by the other relay")
        measure("U0 out after its relay was killed, start of another included (s)", time.monotonic() - died)
        theatre.start("relay-1")
        assert_promises_kept(theatre, ledger)
        assert_log_agrees(theatre, ledger, tmp_path)


def _control_a_hub_that_answers_before_it_commits(shape: Shape, folder: Path) -> None:
    """The harness bites: with two steps turned round in one hub, ledger and log name the message that is lost."""
    theatre, ledger = shape.theatre, Ledger()
    sender = Sender.at_work(theatre, ledger)
    sender.send()
    assert_promises_kept(theatre, ledger)
    theatre.kill("hub-2")  # the other one shall get it
    theatre.restart("hub", careless_about="answering", fault="hub-before-commit")
    message_id = sender.send()
    theatre.await_death("hub")
    theatre.start("hub")
    wait_until(lambda: theatre.hub_rows(MESSAGE, message_id) == [(0,)], "the message is nowhere")
    lost = ledger.findings(theatre.mailbox()).lost
    assert {message for message, _ in lost} == {message_id}
    with pytest.raises(AssertionError):
        assert_log_agrees(theatre, ledger, folder)
