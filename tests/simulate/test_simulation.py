"""A simulation: its clock, shared by processes and never back; only invented agencies; a mark on every answer."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway.bootstrap import _registry, clock_of, now
from gateway.local.registry_file import VEILIG_THUIS, Agency, add_agency
from gateway.local.world import free_ports, make_world
from gateway.protocol.registry import Registry
from gateway.settings import SettingsError, load_hub, load_node
from gateway.simulation import NotASimulation, SimulatedClock, require_invented
from gateway.web.app import create_app
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
