"""A disk that is full for everybody: hub, nodes, NATS, OPA and the agencies' systems get no byte more, for a while.

A small file system of its own needs root; elsewhere this is reported as not run. What a hub alone does without room is
in test_crash_load, for everybody.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.ledger import Ledger
from tests.journeys.proof import assert_log_agrees, assert_promises_kept
from tests.journeys.senders import Load, Sender
from tests.journeys.test_crash_load import Service, until_more
from tests.journeys.theatre import Theatre
from tests.servers import wait_until

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("crash")]

MEGABYTE = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A mounted file system of 96 MB."""
    if os.geteuid() != 0:
        pytest.skip("not run: mounting a small file system needs root")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96m", "schakel-test", place], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"not run: {mounted.stderr.decode()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_disk_that_is_full_for_everybody_loses_nothing(
    small_disk: Path, tmp_path: Path, ledger: Ledger
) -> None:
    with (
        Theatre(small_disk / "exchange") as theatre,
        Load([Sender.at_work(theatre, ledger) for _ in range(3)], pause_s=0.05) as load,
    ):
        until_more(load, 3)
        service = Service(theatre, load.senders[0])
        ballast = small_disk / "ballast"
        _fill(ballast)
        wait_until(lambda: not service.is_there(), "the full disk is noticed", 120)
        assert os.statvfs(small_disk).f_bavail == 0
        ballast.unlink()
        wait_until(lambda: _is_refused(theatre), "the refusals of the stream in the hub's health", 120)
        theatre.restart("nats")  # its stream refuses for good after a failed write; an operator must do this
        wait_until(service.is_there, "service with room again", 120)
        until_more(load, 3)
        load.stop()
        assert_promises_kept(theatre, ledger)
        assert_log_agrees(theatre, ledger, tmp_path)


def _is_refused(theatre: Theatre) -> bool:
    shown = theatre.hub_health()
    return (shown["doorgifte"], shown["nats"]) == ("niet in orde", "in orde")


def _fill(ballast: Path) -> None:
    """Takes every byte that is left."""
    with ballast.open("wb", buffering=0) as file:
        for size in (MEGABYTE, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
