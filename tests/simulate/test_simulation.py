"""A simulation: its clock, shared by processes and never back; only invented agencies; a mark on every answer."""

import json
import logging
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway.__main__ import _hub_settings
from gateway.bootstrap import _marked, _policy_folder, _registry, clock_of, now
from gateway.domain.errors import InvalidInput
from gateway.hub.policy.activation import ActivationError
from gateway.local.registry_file import VEILIG_THUIS, Agency, add_agency
from gateway.local.world import free_ports, make_world
from gateway.protocol.registry import SIMULATED_LOG, Registry
from gateway.settings import SettingsError, load_hub, load_node
from gateway.simulation import NotASimulation, SimulatedClock, require_invented
from gateway.web.app import create_app
from gateway.web.logs import JsonLines
from gateway.web.simulation_mark import SIMULATION_HEADER, SimulationMark

MINUTE = timedelta(minutes=1)
DAYS = timedelta(days=40)


def test_a_clock_put_ahead_is_ahead_in_another_process_and_goes_on(tmp_path: Path) -> None:
    clock = SimulatedClock.create(tmp_path / "clock")
    assert abs(clock.now() - datetime.now(UTC)) < MINUTE
    reader, writer = os.pipe()
    if os.fork() == 0:
        SimulatedClock(tmp_path / "clock").put_ahead_to(datetime.now(UTC) + DAYS)
        os.write(writer, b"x")
        os._exit(0)
    os.read(reader, 1)
    os.wait()
    first = clock.now()
    assert abs(first - datetime.now(UTC) - DAYS) < MINUTE
    assert clock.now() >= first


def test_the_clock_never_goes_back(tmp_path: Path) -> None:
    clock = SimulatedClock.create(tmp_path / "clock")
    clock.put_ahead_to(datetime.now(UTC) + DAYS)
    clock.put_ahead_to(datetime.now(UTC) + MINUTE)
    assert clock.now() > datetime.now(UTC) + DAYS - MINUTE


def test_only_a_simulation_has_another_clock_than_the_machine(tmp_path: Path) -> None:
    plain = make_world(tmp_path / "plain", free_ports(), now=datetime.now(UTC))
    assert clock_of(load_hub(plain.hub_settings)) is now
    assert clock_of(load_node(plain.node_settings(VEILIG_THUIS.oin))) is now
    simulated = make_world(tmp_path / "simulated", free_ports(), now=datetime.now(UTC), simulation=True)
    SimulatedClock(simulated.clock).put_ahead_to(datetime.now(UTC) + DAYS)
    for settings in (load_hub(simulated.hub_settings), load_node(simulated.node_settings(VEILIG_THUIS.oin))):
        assert clock_of(settings)() > datetime.now(UTC) + DAYS - MINUTE


def test_a_clock_without_a_simulation_is_no_setting(tmp_path: Path) -> None:
    world = make_world(tmp_path, free_ports(), now=datetime.now(UTC))
    world.hub_settings.write_text('clock = "../clock"\n' + world.hub_settings.read_text())
    with pytest.raises(SettingsError, match="clock"):
        load_hub(world.hub_settings)


def test_a_simulation_with_an_agency_that_may_be_real_does_not_start(tmp_path: Path) -> None:
    world = make_world(tmp_path, free_ports(), now=datetime.now(UTC), simulation=True)
    settings = load_hub(world.hub_settings)
    assert _registry(settings).participants
    real = Agency(
        oin="00000001000000003000", name="Verzonnen, maar niet zo genummerd", kind="om", municipalities=()
    )
    add_agency(world.exchange, real, now=datetime.now(UTC))
    with pytest.raises(NotASimulation, match=real.oin):
        _registry(settings)
    require_invented([VEILIG_THUIS.oin])


def test_attack_a_node_or_hub_that_calls_itself_a_simulation_among_others_does_not_start(
    tmp_path: Path,
) -> None:
    plain = make_world(tmp_path / "plain", free_ports(), now=datetime.now(UTC))
    SimulatedClock.create(plain.clock)
    claims = '\n[simulation]\nclock = "{}"\n'
    node = plain.node_settings(VEILIG_THUIS.oin)
    for path, clock in ((plain.hub_settings, "../clock"), (node, "../../clock")):
        path.write_text(path.read_text() + claims.format(clock))
    for settings in (load_hub(plain.hub_settings), load_node(node)):
        with pytest.raises(NotASimulation, match="the settings say"):
            _registry(settings)


def test_attack_a_hub_or_node_that_is_silent_about_the_simulation_it_is_in_does_not_start(
    tmp_path: Path,
) -> None:
    world = make_world(tmp_path, free_ports(), now=datetime.now(UTC), simulation=True)
    node = world.node_settings(VEILIG_THUIS.oin)
    for path in (world.hub_settings, node):
        path.write_text(re.sub(r"\n\[simulation\]\nclock = .*\n", "\n", path.read_text()))
    for settings in (load_hub(world.hub_settings), load_node(node)):
        assert settings.simulation is None
        with pytest.raises(NotASimulation, match="the registry say"):
            _registry(settings)
    with pytest.raises(ActivationError, match="are for a simulation"):
        _policy_folder(load_hub(world.hub_settings)).current()


def test_the_origin_of_the_log_says_so_in_a_simulation_and_only_there(tmp_path: Path) -> None:
    world = make_world(tmp_path, free_ports(), now=datetime.now(UTC), simulation=True)
    settings = load_hub(world.hub_settings)
    assert _registry(settings).log_origin.endswith(SIMULATED_LOG)
    document = json.loads(world.exchange.registry.read_text())
    for other in ({"simulatie": False}, {"hub": {**document["hub"], "log_oorsprong": "schakel.example/log"}}):
        world.exchange.registry.write_text(json.dumps(document | other))
        with pytest.raises(InvalidInput):
            _registry(settings)


def test_a_command_about_a_simulation_says_so_beside_its_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, simulation in (("plain", False), ("simulated", True)):
        world = make_world(tmp_path / name, free_ports(), now=datetime.now(UTC), simulation=simulation)
        _hub_settings(world.hub_settings)
        said = capsys.readouterr()
        assert (said.out, "SIMULATIE" in said.err) == ("", simulation)


def test_the_lines_of_its_logs_say_so() -> None:
    record = logging.LogRecord("t", logging.INFO, "f.py", 1, "gestart", None, None)
    assert json.loads(JsonLines("hub", simulation=True).format(record))["simulatie"] is True
    assert "simulatie" not in json.loads(JsonLines("hub").format(record))


def test_every_name_and_every_answer_says_that_it_is_a_simulation(tmp_path: Path) -> None:
    world = make_world(tmp_path, free_ports(), now=datetime.now(UTC), simulation=True)
    registry = Registry.load(
        world.exchange.registry.read_bytes(),
        trust_anchor_pem=world.exchange.trust_anchor.read_bytes(),
        now=datetime.now(UTC),
    )
    assert all("SIMULATIE" in participant.name for participant in registry.participants.values())
    app = create_app(title="t", version="1.0.0", description="d")
    app.add_middleware(SimulationMark)
    for path in ("/openapi.json", "/v1/bestaat-niet"):
        assert TestClient(app).get(path).headers[SIMULATION_HEADER] == "ja"


def test_its_published_document_says_so(tmp_path: Path) -> None:
    for name, simulation in (("plain", False), ("simulated", True)):
        world = make_world(tmp_path / name, free_ports(), now=datetime.now(UTC), simulation=simulation)
        app = _marked(
            create_app(title="Schakel", version="1.0.0", description="d"), load_hub(world.hub_settings)
        )
        title = TestClient(app).get("/openapi.json").json()["info"]["title"]
        assert ("SIMULATIE" in title) is simulation
