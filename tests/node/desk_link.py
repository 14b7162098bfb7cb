"""Nodes of an exchange on the real hub: its desk with OPA and a database, without a wire between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.hub.usecases.desk import Desk
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from tests.alarms.duty import SEAL
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer
from tests.hub.makers import RunningHub, World, running_hub
from tests.hub.revoking import WITHOUT_LIMIT
from tests.node.makers import Exchange, make_exchange


@dataclass(frozen=True, slots=True)
class DeskLink:
    """HubLink to the desk of a hub in this process."""

    hub: RunningHub
    oin: str

    async def ask(self, verb: Verb, body: bytes) -> Answer:
        return (await self.hub.ask(verb, self.oin, body)).answer

    async def close(self) -> None:
        return None


@asynccontextmanager
async def exchange_on_a_real_hub(
    folder: Path, opa: PolicyServer
) -> AsyncIterator[tuple[Exchange, RunningHub]]:
    """Nodes and their hub, which takes duty addresses; both at the moment of the exchange."""
    exchange = make_exchange(folder / "nodes")
    world = World.load(exchange.folder, now=exchange.clock())
    try:
        async with running_hub(
            world,
            opa_port=opa.port,
            revision=opa.revision,
            database_url=sqlite_url(folder / "hub.db"),
            folder=folder,
        ) as hub:
            hub.hands.now = exchange.clock()
            parts = replace(hub.parts, addresses=SEAL)
            known = replace(hub, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))
            exchange.links = lambda _, oin: DeskLink(known, oin)
            yield exchange, known
    finally:
        exchange.close()
