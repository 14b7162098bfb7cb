"""The hub's own connection to NATS: checked at the start, kept for ever after."""

import logging
from collections.abc import Iterable
from typing import TypeAlias

from nats.aio.client import Client
from nats.errors import Error as NatsError

from gateway.hub.messaging.accounts import HUB_INBOX_PREFIX
from gateway.hub.messaging.accounts_connection import Connection, connect
from gateway.hub.messaging.provisioning import require_provisioned

logger = logging.getLogger(__name__)

HubClient: TypeAlias = Client
"""The connection, for those who only hand it on."""


async def connect_hub(connection: Connection, oins: Iterable[str]) -> Client:
    """A client that reconnects without end; server, stream and the consumers of these agencies are as they should be.

    Raises ServerTooOld, NotProvisioned, nats.errors.Error, OSError.
    """
    client = await connect(
        connection,
        inbox_prefix=HUB_INBOX_PREFIX,
        allow_reconnect=True,
        error_cb=_on_error,
        disconnected_cb=_on_lost,
        reconnected_cb=_on_back,
    )
    try:
        await require_provisioned(client, oins)
    except BaseException:
        await close_hub(client)
        raise
    return client


async def close_hub(client: Client) -> None:
    """Closes the connection, also when the server is away; nats-py then fails to say goodbye."""
    try:
        await client.close()
    except (NatsError, OSError) as error:
        logger.info("the connection to NATS ended with %s", type(error).__name__)


async def _on_error(error: Exception) -> None:
    logger.warning("NATS: %s", type(error).__name__)


async def _on_lost() -> None:
    logger.warning("the connection to NATS is lost; what is accepted waits in the outbox")


async def _on_back() -> None:
    logger.info("the connection to NATS is back")
