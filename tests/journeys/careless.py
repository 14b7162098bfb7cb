"""Parts that are wrong on purpose: a node that acknowledges what comes in before it has stored it, and a hub that
answers before it has committed.

For control runs: with them a kill between the two must lose something, and the ledger must say so.
"""

import asyncio
import time
from typing import Any

from gateway import bootstrap
from gateway.hub.storage import writer
from gateway.hub.storage.transaction import write
from gateway.node.assembly import NodeIdentity, build_node
from gateway.node.hub_link import Inbox, InboxMessage
from gateway.node.hub_link.nats_connection import connect
from gateway.node.hub_link.nats_link import NatsInbox, NatsLink
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.settings import HubSettings, NodeSettings
from gateway.web.server import ClientCertificates


class HastyInbox:
    """Acknowledges first, and waits until the server has heard it."""

    def __init__(self, inbox: Inbox, client: Any) -> None:
        self._inbox = inbox
        self._client = client

    async def fetch(self, *, urgent: bool) -> list[InboxMessage]:
        found = await self._inbox.fetch(urgent=urgent)
        for message in found:
            await message.acknowledge()
        await self._client.flush()
        return found

    async def close(self) -> None:
        await self._inbox.close()


def run_careless_node(settings: NodeSettings) -> None:
    """As `bootstrap.run_node`, with the hasty inbox."""
    asyncio.run(_node(settings))


async def _node(settings: NodeSettings) -> None:
    client = await connect(bootstrap._node_nats(settings.nats), settings.oin)
    registry = bootstrap._registry(settings)
    node = build_node(
        identity=NodeIdentity(
            oin=settings.oin,
            system=bootstrap.NODE_SYSTEM,
            signing_key=SigningKey.from_pem(settings.signing_key.read_bytes()),
            opening_keys=tuple(OpeningKey.from_pem(path.read_bytes()) for path in settings.opening_keys),
        ),
        registry=lambda: registry,
        database=settings.data_dir / "node.db",
        hub=NatsLink(client, settings.oin),
        inbox=HastyInbox(NatsInbox(client, settings.oin), client),
        adapter=bootstrap._adapter(settings, registry),
        verifier=bootstrap._person_verifier(settings),
        public_url=settings.public_url,
        clock=bootstrap.now,
    )
    working = asyncio.create_task(node.run())
    await bootstrap._serve(node.app, settings.listen, ClientCertificates.OPTIONAL)
    working.cancel()


ANSWER_IS_AWAY_S = 1.0


def run_careless_hub(settings: HubSettings) -> None:
    """As `bootstrap.run_hub`; the answer to each change leaves a second before its commit."""
    writer.Writer._run = _answer_first  # type: ignore[method-assign]
    bootstrap.run_hub(settings)


def _answer_first(self: writer.Writer) -> None:
    while (waiting := self._waiting.get()) is not None:
        with self._engines.writing.connect() as connection:
            transaction = connection.begin()
            writer._answer([waiting], write(connection, [waiting.change]))
            time.sleep(ANSWER_IS_AWAY_S)
            transaction.commit()
