"""A real nats-server in operator mode with two invented agencies, and connections as each of its users."""

import base64
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from gateway.hub.messaging.accounts import ADMIN_INBOX_PREFIX, HUB_INBOX_PREFIX
from gateway.hub.messaging.accounts_config import NatsTls, ServerPlace, server_config
from gateway.hub.messaging.accounts_connection import ClientTls, Connection, connect
from gateway.hub.messaging.accounts_files import OperatorFolder, write_credentials
from gateway.hub.messaging.accounts_nkeys import Nkey, NkeyKind
from gateway.protocol.subjects import INBOX_STREAM, inbox_prefix, inbox_subject
from tests.servers import Server, free_port, nats_server

POLICE = "00000099000000001000"
VEILIG_THUIS = "00000099000000002000"
MUNICIPALITY = "00000099000000003000"


@dataclass
class Exchange:
    """Everything about one test server; `errors` collects what the server refused asynchronously."""

    folder: Path
    place: ServerPlace
    operator: OperatorFolder
    server: Server
    tls: ClientTls | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{'tls' if self.tls else 'nats'}://localhost:{self.place.port}"

    def connection(self, credentials: Path, tls: ClientTls | None = None) -> Connection:
        return Connection(servers=[self.url], credentials=credentials, tls=tls or self.tls)

    @property
    def admin(self) -> Connection:
        return self.connection(self.operator.admin_credentials)

    @property
    def system(self) -> Connection:
        return self.connection(self.operator.system_credentials)

    def node_credentials(
        self, oin: str, name: str = "node", *, now: datetime | None = None
    ) -> tuple[Path, Nkey]:
        user = Nkey.create(NkeyKind.USER)
        token = self.operator.agency_user_jwt(oin, user=user.public, now=now or datetime.now(UTC))
        path = self.folder / f"{oin}-{name}-{user.public[:8]}.creds"
        write_credentials(path, token, user.seed)
        return path, user

    def hub_credentials(self) -> Path:
        user = Nkey.create(NkeyKind.USER)
        path = self.folder / f"hub-{user.public[:8]}.creds"
        write_credentials(
            path, self.operator.hub_user_jwt(user=user.public, now=datetime.now(UTC)), user.seed
        )
        return path

    @asynccontextmanager
    async def node(self, oin: str, credentials: Path | None = None, **changes: Any) -> AsyncIterator[Client]:
        """A connection as the node of an agency."""
        path = credentials or self.node_credentials(oin)[0]
        async with self.connect(self.connection(path), inbox_prefix(oin), **changes) as client:
            yield client

    @asynccontextmanager
    async def hub(self) -> AsyncIterator[Client]:
        """A connection as the hub."""
        async with self.connect(self.connection(self.hub_credentials()), HUB_INBOX_PREFIX) as client:
            yield client

    @asynccontextmanager
    async def connect(self, connection: Connection, prefix: str, **changes: Any) -> AsyncIterator[Client]:
        async def note(error: Exception) -> None:
            self.errors.append(str(error).lower())

        client = await connect(connection, inbox_prefix=prefix, error_cb=note, **changes)
        try:
            yield client
        finally:
            await client.close()


def make_exchange(
    folder: Path, oins: Iterable[str], *, tls: NatsTls | None = None, client_tls: ClientTls | None = None
) -> Exchange:
    """A server with these agencies, not yet started."""
    now, port = datetime.now(UTC), free_port()
    place = ServerPlace(port=port, data=folder / "data")
    operator = OperatorFolder.create(folder / "operator", now=now)
    operator.write_accounts(place, oins, now=now)
    config = server_config(
        place,
        operator_jwt=operator.operator_jwt(now=now),
        system_account_jwt=operator.system_account_jwt(now=now),
        tls=tls,
    )
    return Exchange(folder, place, operator, nats_server(folder, port=port, config=config), client_tls)


async def deliver(hub: Client, oin: str, urgency: str, payload: bytes) -> int:
    """Publishes a copy to an inbox as the relay does; gives its sequence number."""
    ack = await hub.jetstream().publish(inbox_subject(oin, urgency, "screening-verzoek"), payload)
    return int(ack.seq)


async def stored(hub: Client) -> list[tuple[str, int]]:
    """Every subject in the stream with its number of messages."""
    answer = await hub.request(f"$JS.API.STREAM.INFO.{INBOX_STREAM}", b'{"subjects_filter":">"}', timeout=20)
    subjects: dict[str, int] = json.loads(answer.data)["state"].get("subjects") or {}
    return sorted(subjects.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message in the stream: its Nats-Msg-Id, and the batch that it came in, if it did."""

    publish_id: str
    subject: str
    batch: str | None
    payload: bytes


async def kept(exchange: Exchange) -> list[Kept]:
    """Every message in the stream, in its order."""
    async with exchange.connect(exchange.admin, ADMIN_INBOX_PREFIX) as admin:

        async def ask(what: str, body: bytes = b"") -> dict[str, Any]:
            answer = await admin.request(f"$JS.API.STREAM.{what}.{INBOX_STREAM}", body, timeout=20)
            said: dict[str, Any] = json.loads(answer.data)
            return said

        last = (await ask("INFO"))["state"]["last_seq"]
        found = [await ask("MSG.GET", json.dumps({"seq": seq}).encode()) for seq in range(1, last + 1)]
    return [_kept(each["message"]) for each in found if "message" in each]  # else it was acknowledged


def _kept(message: dict[str, Any]) -> Kept:
    lines = base64.b64decode(message["hdrs"]).decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return Kept(
        publish_id=headers["Nats-Msg-Id"],
        subject=message["subject"],
        batch=headers.get("Nats-Batch-Id"),
        payload=base64.b64decode(message.get("data", "")),
    )
