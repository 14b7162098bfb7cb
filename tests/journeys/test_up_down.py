"""`make up` and `make down`: an exchange that stays, answers, keeps its files, and is gone afterwards."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.local.demo.cast import Cast
from gateway.local.exchange import Exchange
from gateway.local.processes import Supervisor
from gateway.local.world import World, fixed_ports
from tests.journeys.casework import accepted, request_body
from tests.journeys.conftest import Measure
from tests.journeys.runs import Run
from tests.policies.test_commands import KENNISGEVING as SCREENING_NOTICE
from tests.servers import accepts, wait_until

# One test: these commands use fixed ports, so two could not run side by side.
pytestmark = pytest.mark.real

SECOND_START_WITHIN_S = 80.0  # ten times the aim
PORTS = fixed_ports()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    what = "the fixed ports become free (an exchange runs already? stop it with: make down)"
    wait_until(lambda: not accepts(PORTS.hub) and not accepts(PORTS.nats), what, 120)
    run = Run()
    yield run
    if run.processes():  # the test failed halfway
        run.schakel("down", "--folder", tmp_path)


def test_up_serves_until_down_and_the_second_start_finds_everything(
    run: Run, tmp_path: Path, measure: Measure
) -> None:
    _refused_on_a_taken_port(run, tmp_path)
    _up(run, tmp_path)
    _casebook_asks_it(run, tmp_path)
    with _cast(tmp_path) as cast:
        message = accepted(cast.coordinator.post("/berichten", request_body()))["berichtId"]
        wait_until(lambda: _was_handed_over(cast, message), "hand-over of the request")
    status, shown = run.schakel("up", "--folder", tmp_path)
    assert (status, "draait al" in shown) == (0, True), shown
    _down(run, tmp_path)

    started = time.monotonic()
    _up(run, tmp_path)
    took = time.monotonic() - started
    measure("second start (s)", took)
    with _cast(tmp_path) as cast:
        assert _was_handed_over(cast, message)
        accepted(cast.coordinator.post("/berichten", request_body()))
    _down(run, tmp_path)
    status, shown = run.schakel("down", "--folder", tmp_path)
    assert (status, "Er draait niets" in shown) == (0, True), shown
    assert took < SECOND_START_WITHIN_S


def _up(run: Run, folder: Path) -> None:
    status, shown = run.schakel("up", "--folder", folder)
    assert status == 0, shown
    assert f"https://localhost:{PORTS.hub}/v1" in shown
    assert len(run.processes()) == 11  # ten of the exchange and the one that holds them


def _down(run: Run, folder: Path) -> None:
    status, shown = run.schakel("down", "--folder", folder)
    assert (status, "Gestopt" in shown) == (0, True), shown
    assert run.processes() == {}
    assert not any(map(accepts, [PORTS.nats, PORTS.opa, PORTS.hub, *PORTS.nodes.values()]))


def _casebook_asks_it(run: Run, folder: Path) -> None:
    """The policy that runs, not one that is started for it: whoever asks wants to know what is decided now."""
    casebook = folder / "casebook.json"
    casebook.write_text(json.dumps([SCREENING_NOTICE]))
    status, shown = run.schakel("policy", "casebook", casebook, "--exchange", folder)
    assert status == 0, shown
    assert f"die draaien op 127.0.0.1:{PORTS.opa}" in shown


def _cast(folder: Path) -> Cast:
    world = World(folder)
    return Cast(Exchange(world, PORTS, Supervisor(world.logs)))


def _was_handed_over(cast: Cast, message_id: str) -> bool:
    shown = cast.coordinator.get(f"/berichten/{message_id}")
    assert shown.status == 200, shown.body
    receipts = [{r["soort"] for r in each["ontvangsten"]} for each in shown["afleveringen"]]
    return len(receipts) == 3 and all({"technisch", "functioneel"} <= kinds for kinds in receipts)


def _refused_on_a_taken_port(run: Run, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", PORTS.opa)):
        status, shown = run.schakel("up", "--folder", folder)
    assert (status, str(PORTS.opa) in shown) == (1, True), shown
    assert run.processes() == {}
    assert not any(folder.iterdir())
