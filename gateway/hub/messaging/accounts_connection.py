"""How the hub connects to NATS: with a credentials file, over mutual TLS, with reply subjects of its own."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A connection that was lost is taken up again without end; the server may be restarting.
_RECONNECT_WAIT_S = 0.5
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


def options(connection: Connection, *, inbox_prefix: str, reconnect: bool = False) -> dict[str, Any]:
    """Keyword arguments for `nats.connect`. The inbox prefix is the only one the server lets us listen to."""
    found: dict[str, Any] = {
        "servers": list(connection.servers),
        "user_credentials": str(connection.credentials),
        "inbox_prefix": inbox_prefix.encode(),
        "allow_reconnect": reconnect,
        "max_reconnect_attempts": _FOREVER if reconnect else 1,
        "reconnect_time_wait": _RECONNECT_WAIT_S,
    }
    if connection.tls is not None:
        found["tls"] = connection.tls.context()
    return found
