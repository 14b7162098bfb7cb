"""The configuration text of a nats-server in operator mode, as Schakel runs it.

Accounts are not in it: they are pushed. Only the system account is preloaded, because pushing needs it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from gateway.hub.messaging.accounts_jwt import jwt_subject

# Older servers ignore fields that they do not know, lack atomic batches and have known vulnerabilities.
MINIMAL_SERVER = (2, 15, 1)

# Six copies of 256 KiB, sealed and encoded, with their signatures; the largest submission is one request.
MAX_PAYLOAD = "8MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsTls:
    """Files (PEM) of the listener; a client needs a certificate of this authority."""

    certificate: Path
    private_key: Path
    client_ca: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlace:
    """Where a server listens and keeps its files. `data` is created by the server."""

    host: str = "127.0.0.1"
    port: int
    data: Path

    @property
    def resolver(self) -> Path:
        """Folder with one JWT file per account, kept by the server."""
        return self.data / "accounts"


def server_config(
    place: ServerPlace, *, operator_jwt: str, system_account_jwt: str, tls: NatsTls | None
) -> str:
    """The text for `nats-server -c`.

    `tls=None` is for a server that only loopback can reach. Stored messages are synced one by one: an
    acknowledged message survives a power cut.
    """
    system_account = jwt_subject(system_account_jwt)
    lines = [
        f"listen: {json.dumps(f'{place.host}:{place.port}')}",
        f"max_payload: {MAX_PAYLOAD}",
        f"operator: {operator_jwt}",
        f"system_account: {system_account}",
        "resolver {",
        "  type: full",
        f"  dir: {json.dumps(str(place.resolver))}",
        "  allow_delete: false",
        "}",
        f"resolver_preload {{ {system_account}: {system_account_jwt} }}",
        "jetstream {",
        f"  store_dir: {json.dumps(str(place.data / 'jetstream'))}",
        "  sync_interval: always",
        "}",
    ]
    return "\n".join([*lines, *_tls(tls), ""])


def _tls(tls: NatsTls | None) -> list[str]:
    if tls is None:
        return []
    return [
        "tls {",
        f"  cert_file: {json.dumps(str(tls.certificate))}",
        f"  key_file: {json.dumps(str(tls.private_key))}",
        f"  ca_file: {json.dumps(str(tls.client_ca))}",
        "  verify: true",
        '  min_version: "1.3"',
        "}",
    ]
