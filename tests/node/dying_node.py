"""A node in a process of its own that is killed (SIGKILL) at a chosen moment: what is on disk then is all there is.

`python -m tests.node.dying_node <folder of the exchange> <moment> <file>`
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from gateway.local.registry_file import POLICE
from gateway.node.ports import Delivery, Handed
from gateway.node.usecases.receive import receive_item
from gateway.node.usecases.send import send_message
from gateway.protocol.canonical import b64u
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from tests.node.hub_in_memory import HubInMemory, LinkInMemory
from tests.node.makers import PROCESCOORDINATOR, AgencySystem, kennisgeving, load_exchange

STORED = "stored, not acknowledged"
HANDED = "handed over, not recorded"
SIGNED = "signed and stored, not submitted"


class SystemOnDisk(AgencySystem):
    """An agency's system whose deliveries are files; offered twice, a delivery is one file."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    async def deliver(self, delivery: Delivery) -> Handed:
        with (self.folder / "offers").open("a", encoding="ascii") as offers:
            offers.write(f"{delivery.copy_id}\n")
        (self.folder / f"{delivery.copy_id}.delivery").write_text("kept", "ascii")
        return Handed(reference=delivery.copy_id)


class DyingSystem(SystemOnDisk):
    """Keeps the delivery, and the node is dead before it hears of it."""

    async def deliver(self, delivery: Delivery) -> Handed:
        await super().deliver(delivery)
        die()


class DyingLink(LinkInMemory):
    """Answers a plan; at the submission the node is dead. What it was about to send stays in a file."""

    def __init__(self, hub: HubInMemory, oin: str, file: Path) -> None:
        super().__init__(hub, oin)
        self._file = file

    async def ask(self, verb: Verb, body: bytes) -> Answer:
        if verb is Verb.SUBMIT:
            self._file.write_text(b64u(body), "ascii")
            die()
        return await super().ask(verb, body)


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


async def main(folder: Path, moment: str, file: Path) -> None:
    exchange = load_exchange(folder)
    if moment == SIGNED:
        exchange.links = lambda hub, oin: DyingLink(hub, oin, file)
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    police = exchange.start(POLICE, DyingSystem(folder))
    await receive_item(police.parts, file.read_bytes())  # noqa: ASYNC240 - before anything else runs
    if moment == HANDED:
        await police.hand_over()
    die()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
