"""The link of Veilig Thuis to the hub over NATS: its own account, its own key, mutual TLS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.local.registry_file import VEILIG_THUIS
from gateway.local.world import World
from gateway.node.hub_link.nats_connection import NatsSettings, NatsTls, connect
from gateway.node.hub_link.nats_link import NatsLink


@asynccontextmanager
async def node_link(world: World, nats_port: int) -> AsyncIterator[NatsLink]:
    """A link that is open until the context ends. Raises nats.errors.Error or OSError."""
    keys = world.exchange.agency(VEILIG_THUIS.oin)
    tls = NatsTls(
        authority=world.exchange.trust_anchor, certificate=keys.tls_certificate, private_key=keys.tls_key
    )
    settings = NatsSettings(
        servers=[f"tls://localhost:{nats_port}"],
        credentials=world.credentials(VEILIG_THUIS.oin),
        tls=tls,
    )
    link = NatsLink(await connect(settings, VEILIG_THUIS.oin), VEILIG_THUIS.oin)
    try:
        yield link
    finally:
        await link.close()
