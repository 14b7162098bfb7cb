"""The node's connection to NATS: credentials say who it is, mutual TLS admits it, reconnecting never ends."""

import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nats.aio.client import Client

from gateway.protocol.subjects import inbox_prefix

logger = logging.getLogger(__name__)

RECONNECT_WAIT_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsTls:
    """Files (PEM): whom the node trusts, and with what it is admitted."""

    authority: Path
    certificate: Path
    private_key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsSettings:
    """Servers and identity. `credentials` is a `.creds` file: the nkey in it is who the node is."""

    servers: Sequence[str]
    credentials: Path | None
    tls: NatsTls | None = None


async def connect(settings: NatsSettings, oin: str) -> Client:
    """A connected client that listens only to its own replies. Raises nats.errors.Error or OSError."""
    options: dict[str, Any] = {
        "servers": list(settings.servers),
        "name": f"node-{oin}",
        "inbox_prefix": inbox_prefix(oin).encode(),
        "reconnect_time_wait": RECONNECT_WAIT_S,
        "max_reconnect_attempts": -1,
        "error_cb": _log_error,
        "disconnected_cb": _log_disconnected,
    }
    if settings.credentials is not None:
        options["user_credentials"] = str(settings.credentials)
    if settings.tls is not None:
        options["tls"] = _context(settings.tls)
    client = Client()
    try:
        await client.connect(**options)
    except BaseException:
        await client.close()  # nats-py leaves the socket of a refused connection open
        raise
    return client


def _context(files: NatsTls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(files.authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(files.certificate, files.private_key)
    return context


async def _log_error(error: Exception) -> None:
    logger.warning("NATS: %s", type(error).__name__)


async def _log_disconnected() -> None:
    logger.warning("the connection to NATS is lost; the node keeps trying")
