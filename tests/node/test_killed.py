"""kill -9 of a real process at the worst moments; the node then starts on what is left on disk."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.local.registry_file import POLICE
from gateway.node.usecases.send import OWN_TRY, send_message
from gateway.protocol.canonical import unb64u
from tests.node.dying_node import HANDED, SIGNED, STORED, SystemOnDisk
from tests.node.makers import PROCESCOORDINATOR, Exchange, kennisgeving

WITHIN_S = 120.0


def killed(exchange: Exchange, moment: str, file: Path) -> None:
    """Runs a node in a process of its own that must be killed at that moment."""
    command = [sys.executable, "-m", "tests.node.dying_node", str(exchange.directory), moment, str(file)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=WITHIN_S, check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]


@pytest.mark.parametrize("moment", [STORED, HANDED])
async def test_a_copy_is_handed_over_once_whenever_the_node_dies(exchange: Exchange, moment: str) -> None:
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    (copy_id,) = exchange.hub.copies
    item = exchange.directory / "item"
    item.write_bytes(exchange.hub.inbox(POLICE.oin).waiting[False][0])
    killed(exchange, moment, item)  # it was never acknowledged, so it is still in the inbox

    police = exchange.start(POLICE, SystemOnDisk(exchange.directory))
    await police.round()
    offers = (exchange.directory / "offers").read_text("ascii").split()
    assert offers == [copy_id] * (2 if moment == HANDED else 1)
    assert [file.stem for file in exchange.directory.glob("*.delivery")] == [copy_id]
    assert sorted(exchange.hub.copies[copy_id].receipts) == ["functioneel", "technisch"]


async def test_a_message_that_was_signed_goes_with_the_same_bytes_after_the_node_died(
    exchange: Exchange,
) -> None:
    saved = exchange.directory / "about_to_be_sent"
    killed(exchange, SIGNED, saved)
    exchange.clock.now += OWN_TRY
    await exchange.vt.report()
    assert exchange.hub.bodies == [unb64u(saved.read_text("ascii"))]
    assert len(exchange.hub.accepted) == 1
