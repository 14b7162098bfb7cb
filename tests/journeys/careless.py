"""A node that is wrong on purpose: it acknowledges what comes in before it has stored it.

For control runs: with it a kill between the two must lose a copy, and the ledger must say so.
"""

import asyncio
from typing import Any

from gateway import bootstrap
from gateway.node.assembly import NodeIdentity, build_node
from gateway.node.hub_link import Inbox, InboxMessage
from gateway.node.hub_link.nats_connection import connect
from gateway.node.hub_link.nats_link import NatsInbox, NatsLink
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.settings import NodeSettings
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
