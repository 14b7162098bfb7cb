"""The power of the machine that everything runs on is cut in the middle of work: what was acknowledged is there.

JetStream's store, the databases of hub and nodes, the keys of cases and all settings stand on the disk whose unsynced
writes are dropped. The pretend agencies stand elsewhere: what they were handed is the ledger.
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import Measure
from tests.journeys.ledger import Ledger
from tests.journeys.power import PoweredDisk, powered_disk
from tests.journeys.proof import assert_log_agrees, assert_promises_kept, until_idle
from tests.journeys.senders import Load, Sender
from tests.journeys.test_crash_load import BOUND_S, Service, until_more
from tests.journeys.theatre import POLICE_NODE, Theatre
from tests.servers import wait_until

pytestmark = [pytest.mark.real, pytest.mark.full, pytest.mark.xdist_group("crash")]

CUTS = 5
STREAM_SYNC = "sync_interval: always"
WAITING = "SELECT count(*) FROM outbox"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[PoweredDisk]:
    with powered_disk(tmp_path) as mounted:
        yield mounted


def on(disk: PoweredDisk, folder: Path) -> Path:
    """The folder of an exchange on that disk; logs and the agencies' own systems stand elsewhere."""
    place = disk.place / "exchange"
    place.mkdir()
    for name in ("systems", "logs"):
        (folder / name).mkdir()
        (place / name).symlink_to(folder / name)
    (folder / "exchange").symlink_to(place)
    return folder / "exchange"


def cut_and_restart(disk: PoweredDisk, theatre: Theatre, *, but: frozenset[str] = frozenset()) -> None:
    """All processes die with the machine; then all start again, but those that the test keeps down."""
    disk.cut()
    nodes = [f"node-{oin}" for oin in theatre.ports.nodes]
    parts = ["nats", "hub", "opa", "organisaties", *nodes]
    for name in parts:
        if name not in but:
            theatre.kill(name)
    disk.power_on()
    for name in parts:
        if name not in but:
            theatre.start(
                name, wait=name not in ("nats", "hub")
            )  # OPA waits for the hub, and the hub for OPA


def test_acknowledged_messages_survive_power_cuts_under_load(
    disk: PoweredDisk, tmp_path: Path, ledger: Ledger, measure: Measure
) -> None:
    chosen, longest = random.Random(20261124), 0.0  # noqa: S311 - when the power fails is no secret
    with Theatre(on(disk, tmp_path)) as theatre:
        disk.settle()
        with Load([Sender.at_work(theatre, ledger) for _ in range(3)], pause_s=0.05) as load:
            service = Service(theatre, load.senders[0])
            for _ in range(CUTS):
                until_more(load, 6)
                time.sleep(chosen.uniform(0.0, 1.0))
                began = time.monotonic()
                cut_and_restart(disk, theatre)
                wait_until(service.is_there, "service after a power cut", 2 * BOUND_S)
                longest = max(longest, time.monotonic() - began)
            until_more(load, 6)
            load.stop()
        assert_promises_kept(theatre, ledger)
        until_idle(theatre)
        assert_log_agrees(theatre, ledger, tmp_path)
    measure("power cuts", CUTS)
    measure("messages acknowledged around power cuts", len(ledger.promises))
    measure("power cut until service, with the mount (s, longest)", longest)


def test_what_was_published_and_not_fetched_survives_a_power_cut(
    disk: PoweredDisk, tmp_path: Path, ledger: Ledger
) -> None:
    assert _published_before_a_cut(disk, tmp_path, ledger) == frozenset()


def test_control_a_stream_that_does_not_sync_loses_it(
    disk: PoweredDisk, tmp_path: Path, ledger: Ledger
) -> None:
    """The harness bites: the same with JetStream's own default, which syncs every two minutes."""
    lost = _published_before_a_cut(disk, tmp_path, ledger, stream_sync="sync_interval: 2m")
    assert {message for message, _ in lost} == {ledger.promises[-1].message_id}


def _published_before_a_cut(
    disk: PoweredDisk, folder: Path, ledger: Ledger, *, stream_sync: str = STREAM_SYNC
) -> frozenset[tuple[str, str]]:
    """A message is in the stream and nowhere else on its way when the power fails; what is lost in the end."""
    with Theatre(on(disk, folder)) as theatre:
        sender = Sender.at_work(theatre, ledger)
        config = theatre.world.nats_config
        assert config.read_text("utf-8").count(STREAM_SYNC) == 1
        config.write_text(config.read_text("utf-8").replace(STREAM_SYNC, stream_sync), "utf-8")
        theatre.restart("nats")
        sender.send()
        assert_promises_kept(theatre, ledger)
        until_idle(theatre)
        disk.settle()
        theatre.kill(POLICE_NODE)
        sender.send()
        wait_until(lambda: theatre.hub_rows(WAITING) == [(0,)], "publishing")
        cut_and_restart(disk, theatre, but=frozenset({POLICE_NODE}))
        theatre.start(POLICE_NODE)
        wait_until(Service(theatre, sender).is_there, "service after a power cut", 2 * BOUND_S)
        after = Sender.at_work(theatre, Ledger())  # what is new arrives: the way is open
        after.send()
        assert_promises_kept(theatre, after.ledger)
        try:
            wait_until(lambda: not ledger.findings(theatre.mailbox()).lost, "arrival of the older one", 60)
        except TimeoutError:
            return frozenset(ledger.findings(theatre.mailbox()).lost)
        return frozenset()


def test_control_the_disk_loses_what_was_not_synced_and_nothing_else(disk: PoweredDisk) -> None:
    synced, unsynced = disk.place / "synced", disk.place / "unsynced"
    with synced.open("wb") as file:
        file.write(b"kept")
        file.flush()
        os.fsync(file.fileno())
    unsynced.write_bytes(b"lost")
    disk.cut()
    with pytest.raises(OSError, match="Input/output error"):
        (disk.place / "after").write_bytes(b"x")
    disk.power_on()
    assert synced.read_bytes() == b"kept"
    assert not unsynced.exists() or unsynced.read_bytes() == b""
