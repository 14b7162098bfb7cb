"""A hub with both doors open: NATS in operator mode, and HTTPS with mutual TLS and tokens of its own."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from nats.aio.client import Client

from gateway.hub.assembly import Hub, HubPlan, open_hub
from gateway.hub.identity import (
    AuthoritySettings,
    InMemoryReplayStore,
    TokenAuthority,
    identity_router,
    node_clients,
)
from gateway.hub.messaging.provisioning import provision
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.storage.database import migrate_database
from gateway.hub.usecases.allowance import DEFAULT_ALLOWANCES
from gateway.local.registry_file import DEMO_AGENCIES, Agency, create_exchange
from gateway.node.hub_link.hub_token import HubToken
from gateway.protocol.subjects import STATUS_HEADER, Verb, consumer_name, request_subject
from gateway.web.server import ServerTls, server_config
from gateway.web.tokens import TokenVerifier
from tests.hub.makers import Hands, RunningHub, World
from tests.nats.exchange import Exchange, make_exchange
from tests.servers import free_port, wait_until

PATHS = {
    Verb.PLAN: "/v1/plannen",
    Verb.SUBMIT: "/v1/inzendingen",
    Verb.RECEIPT: "/v1/ontvangsten",
    Verb.READ: "/v1/leesvragen",
    Verb.DECIDE: "/v1/besluiten",
}
TRACEPARENT = f"00-{'b' * 32}-{'c' * 16}-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer as it came over the wire; `headers` without those of the transport."""

    status: int
    body: bytes
    retry_after: str | None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDoors:
    """The running hub, its NATS server, and ways to ask as the node of an agency."""

    hub: Hub
    running: RunningHub
    nats: Exchange
    url: str

    async def over_nats(self, verb: Verb, oin: str, body: bytes) -> Heard:
        async with self.nats.node(oin) as client:
            return await ask_nats(client, verb, oin, body)

    async def over_https(self, verb: Verb, oin: str, body: bytes) -> Heard:
        async with self.client(oin) as client:
            headers = await self.authorization(client, oin) | {"traceparent": TRACEPARENT}
            answer = await client.post(PATHS[verb], content=body, headers=headers)
        return Heard(
            status=answer.status_code, body=answer.content, retry_after=answer.headers.get("Retry-After")
        )

    def client(self, oin: str) -> httpx2.AsyncClient:
        """An HTTPS client with the certificate of that agency."""
        keys, folder = self.running.world.folder.agency(oin), self.running.world.folder
        context = ssl.create_default_context(cafile=str(folder.trust_anchor))
        context.load_cert_chain(keys.tls_certificate, keys.tls_key)
        return httpx2.AsyncClient(base_url=self.url, verify=context, timeout=60)

    async def authorization(self, client: httpx2.AsyncClient, oin: str) -> dict[str, str]:
        token = HubToken(
            client,
            self.url,
            oin,
            signing_key=self.running.world.signing[oin],
            clock=lambda: datetime.now(UTC),
        )
        return {"Authorization": f"Bearer {await token.current()}"}

    async def inbox(
        self, oin: str, *, urgent: bool, count: int, within_s: float = 60
    ) -> list[dict[str, Any]]:
        """The next items of the agency's inbox, acknowledged; waits until there are `count`."""
        found: list[dict[str, Any]] = []
        async with self.nats.node(oin) as client:
            subscription = await client.jetstream().pull_subscribe_bind(
                consumer_name(oin, urgent=urgent), "INBOX"
            )
            async with asyncio.timeout(within_s):
                while len(found) < count:
                    try:
                        for message in await subscription.fetch(1, timeout=2):
                            await message.ack_sync(timeout=20)
                            found.append(json.loads(message.data))
                    except TimeoutError:
                        continue
        return found


async def ask_nats(client: Client, verb: Verb, oin: str, body: bytes) -> Heard:
    reply = await client.request(
        request_subject(verb, oin), body, timeout=60, headers={"traceparent": TRACEPARENT}
    )
    headers = reply.headers or {}
    return Heard(status=int(headers[STATUS_HEADER]), body=reply.data, retry_after=headers.get("Retry-After"))


@asynccontextmanager
async def open_doors(
    folder: Path,
    *,
    opa_port: int,
    revision: str,
    database_url: str,
    agencies: Sequence[Agency] = DEMO_AGENCIES,
    **changes: Any,
) -> AsyncIterator[OpenDoors]:
    now = datetime.now(UTC).replace(microsecond=0)
    world = World.load(create_exchange(folder / "exchange", agencies, now=now), now=now)
    nats = make_exchange(folder, world.registry.participants)
    nats.server.start()
    try:
        migrate_database(database_url)
        await provision(nats.admin, world.registry.participants)
        port = free_port()
        hands = Hands(now=now)
        plan = _plan(world, nats, hands, folder, f"https://localhost:{port}", **changes)
        decider = DecisionPoint(host="127.0.0.1", port=opa_port, revision=revision, timeout_s=20)
        async with open_hub(HubPlan(decision_point=decider, database_url=database_url, **plan)) as hub:
            running = RunningHub(world=world, desk=hub.desk, parts=hub.parts, store=hub.database, hands=hands)
            async with _served(hub, world, port):
                yield OpenDoors(hub=hub, running=running, nats=nats, url=f"https://localhost:{port}")
    finally:
        nats.server.stop()


def _plan(
    world: World, nats: Exchange, hands: Hands, folder: Path, url: str, **changes: Any
) -> dict[str, Any]:
    authority = TokenAuthority(
        AuthoritySettings(issuer=url, audience=f"{url}/v1"),
        signing_keys_pem=[world.folder.hub.token_key.read_bytes()],
        clients=lambda: node_clients(world.registry),
        replays=InMemoryReplayStore(),
        clock=lambda: datetime.now(UTC),
    )
    plan: dict[str, Any] = {
        "case_keys_dir": folder / "case_keys",
        "registry": lambda: world.registry,
        "registry_document": world.folder.registry.read_bytes,
        "signing_key": world.hub_key,
        "log_signer": world.signer,
        "token_verifier": TokenVerifier(authority.verification_keys, issuer=url, audience=f"{url}/v1"),
        "clock": lambda: hands.now,
        "public_url": url,
        "nats": nats.connection(nats.hub_credentials()),
        "routers": [("", identity_router(authority))],
        "allowances": DEFAULT_ALLOWANCES,
    }
    return plan | changes


@asynccontextmanager
async def _served(hub: Hub, world: World, port: int) -> AsyncIterator[None]:
    keys = world.folder.hub
    tls = ServerTls(
        certificate=keys.tls_certificate, private_key=keys.tls_key, client_ca=world.folder.trust_anchor
    )
    server = uvicorn.Server(server_config(hub.app, host="127.0.0.1", port=port, tls=tls))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    await asyncio.to_thread(wait_until, lambda: server.started or task.done(), "start of the HTTPS door")
    yield
    server.should_exit = True
    await task
