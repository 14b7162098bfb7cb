"""How the hub connects to NATS: with a credentials file, over mutual TLS, with reply subjects of its own."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nats.aio.client import Client

# Where reconnecting is asked for (`allow_reconnect`), it goes on without end: the server may be restarting. Not so the
# first connection: nats-py would try forever with a certificate that nobody trusts.
_FIRST_ATTEMPTS = 1
_RECONNECT_WAIT_S = 0.5
_CLOSED_WITHIN_S = 1.0
_FOREVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTls:
    """Files (PEM): whom we trust, and with what we are admitted."""

    authority: Path
    certificate: Path
    private_key: Path

    def context(self) -> ssl.SSLContext:
        """TLS 1.3 with our certificate. Raises OSError or ssl.SSLError for files that cannot be used."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.certificate, self.private_key)
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Servers and identity. `credentials` is a `.creds` file: the nkey in it is who we are."""

    servers: Sequence[str]
    credentials: Path
    tls: ClientTls | None = None


async def connect(connection: Connection, *, inbox_prefix: str, **options: Any) -> Client:
    """A connected client; `options` go to nats-py and override ours.

    The inbox prefix is the only place where the server lets us listen for replies. Raises: nats.errors.Error or
    OSError, after closing what was opened: nats-py itself leaves the socket of a refused connection open.
    """
    chosen: dict[str, Any] = {
        "servers": list(connection.servers),
        "user_credentials": str(connection.credentials),
        "inbox_prefix": inbox_prefix.encode(),
        "allow_reconnect": False,
        "reconnect_time_wait": _RECONNECT_WAIT_S,
        "max_reconnect_attempts": _FIRST_ATTEMPTS,
    }
    if connection.tls is not None:
        chosen["tls"] = connection.tls.context()
    client = Client()
    try:
        await client.connect(**(chosen | options))
    except BaseException:
        # After a TLS handshake that failed, waiting for the close never ends (Python 3.11); it is closed by then.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSED_WITHIN_S):
                await client.close()
        raise
    client.options["max_reconnect_attempts"] = _FOREVER
    return client


async def settle(client: Client) -> None:
    """Returns when the server has seen every subscription and publish of `client` so far.

    One `flush` does not say that: nats-py writes its PING before the commands that still wait in its own buffer.
    """
    await client.flush()
    await client.flush()
