"""Every kind of agency with a node of its own around a real hub: OPA, NATS, both doors, and a person in every role.

A node asks the hub by NATS or by HTTPS, as the test says; it receives by NATS, as every node does.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import RoleId
from gateway.local.registry_file import VOORBEELDSTAD, Agency
from gateway.node.assembly import NodeApp, NodeIdentity, build_node
from gateway.node.hub_link import HubLink
from gateway.node.hub_link.https_link import HttpsLink, HubAddress
from gateway.node.hub_link.nats_connection import NatsSettings, connect
from gateway.node.hub_link.nats_link import NatsInbox, NatsLink
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from gateway.web.tokens import SigningAlgorithm, TokenVerifier, VerificationKey
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer
from tests.hub.doors import OpenDoors, open_doors
from tests.hub.makers import Sender
from tests.node.makers import AgencySystem, migrated_file
from tests.node.people import AUDIENCE, ISSUER, KEY, KID, token

DOORS = ("nats", "https")
WITHIN_S = 60.0

KINDS = [kind for kind in catalogue().agencies if kind != "hub"]
AGENCIES = tuple(
    Agency(
        oin=f"00000099{number:08d}7000", name=f"Verzonnen {kind}", kind=kind, municipalities=(VOORBEELDSTAD,)
    )
    for number, kind in enumerate(KINDS, start=1)
)
BY_KIND: Mapping[str, Agency] = {agency.kind: agency for agency in AGENCIES}


def agency_of(role: str) -> Agency:
    """The agency of whoever works in this role; where several kinds carry it, the first."""
    return BY_KIND[catalogue().roles[RoleId(role)].agencies[0]]


def staff_of(role: str) -> str:
    return f"{role.replace('_', '-')[:40]}-1"


class EitherDoor:
    """A link that asks by the door that is set; both are real."""

    def __init__(self, doors: Mapping[str, HubLink]) -> None:
        self._doors = doors
        self.door = DOORS[0]

    async def ask(self, verb: Verb, body: bytes) -> Answer:
        return await self._doors[self.door].ask(verb, body)

    async def close(self) -> None:
        for link in self._doors.values():
            await link.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The node of one agency, which runs by itself, and the system behind it."""

    app: NodeApp
    link: EitherDoor
    system: AgencySystem
    http: httpx2.AsyncClient
    file: Path

    def status_of(self, copy_id: str) -> str:
        """How far a copy that it sent is, as it has on file; empty when it sent no such copy."""
        found = self._column("SELECT status FROM sent_copies WHERE copy_id = ?", copy_id)
        return found[0] if found else ""

    def receipts_of(self, copy_id: str) -> set[str]:
        """The kinds of signed receipts that it holds for a copy that it sent."""
        return set(self._column("SELECT kind FROM receipts_in WHERE copy_id = ?", copy_id))

    def count(self, table: str) -> int:
        """Rows of one of its tables."""
        return int(self._column(f"SELECT count(*) FROM {table} WHERE ? = ''", "")[0])  # noqa: S608

    def _column(self, query: str, value: str) -> list[str]:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)) as connection:
            return [str(row[0]) for row in connection.execute(query, (value,))]


@dataclass(slots=True, kw_only=True)
class Everybody:
    """The whole exchange."""

    doors: OpenDoors
    nodes: Mapping[str, Node]
    door: str = field(default=DOORS[0])

    @property
    def now(self) -> datetime:
        return self.doors.running.hands.now

    def pass_time(self, by: timedelta = timedelta(minutes=1)) -> None:
        self.doors.running.hands.pass_time(by)

    def use(self, door: str) -> None:
        """From here on every node asks the hub by this door."""
        self.door = door
        for node in self.nodes.values():
            node.link.door = door

    def node(self, role: str) -> Node:
        return self.nodes[agency_of(role).oin]

    def by_hand(self, role: str) -> Sender:
        """The person in this role, writing submissions without a node that stops him."""
        return Sender(hub=self.doors.running, oin=agency_of(role).oin, role=role, staff=staff_of(role))

    async def ask(self, role: str, method: str, path: str, body: Any = None) -> httpx2.Response:
        """The person in this role at the API of the own node."""
        headers = {"Authorization": f"Bearer {token(staff_of(role), role, now=self.now)}"}
        return await self.node(role).http.request(method, f"/v1{path}", json=body, headers=headers)

    async def on_duty(self) -> None:
        """Everybody has duty, from six hours ago until in two days."""
        for role in catalogue().roles:
            if catalogue().roles[role].agencies[0] == "hub":
                continue
            duty = {
                "medewerker": staff_of(role),
                "rol": role,
                "van": rfc3339(self.now - timedelta(hours=6)),
                "tot": rfc3339(self.now + timedelta(days=2)),
            }
            answer = await self.ask(role, "POST", "/diensten", duty)
            assert answer.status_code == 201, (role, answer.text)


async def until(happened: Callable[[], bool], what: Callable[[], object]) -> None:
    """Returns as soon as it has happened; `what` tells in the failure how far it came."""
    try:
        async with asyncio.timeout(WITHIN_S):
            while not happened():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {WITHIN_S} s: {what()}") from None


@asynccontextmanager
async def open_everybody(folder: Path, policy: PolicyServer) -> AsyncIterator[Everybody]:
    async with AsyncExitStack() as stack:
        doors = await stack.enter_async_context(
            open_doors(
                folder,
                opa_port=policy.port,
                revision=policy.revision,
                database_url=sqlite_url(folder / "hub.db"),
                agencies=AGENCIES,
            )
        )
        nodes = {
            agency.oin: await stack.enter_async_context(_running(doors, agency, folder))
            for agency in AGENCIES
        }
        everybody = Everybody(doors=doors, nodes=nodes)
        await everybody.on_duty()
        yield everybody


@asynccontextmanager
async def _running(doors: OpenDoors, agency: Agency, folder: Path) -> AsyncIterator[Node]:
    world, hands = doors.running.world, doors.running.hands
    credentials, _ = doors.nats.node_credentials(agency.oin)
    client = await connect(NatsSettings(servers=[doors.nats.url], credentials=credentials), agency.oin)
    link = EitherDoor({"nats": NatsLink(client, agency.oin), "https": _https(doors, agency)})
    database = folder / f"{agency.oin}.db"
    database.write_bytes(migrated_file())
    system = AgencySystem()
    verifier = TokenVerifier(
        {KID: VerificationKey(SigningAlgorithm.ES256, KEY.public_key())},
        issuer=ISSUER,
        audience=AUDIENCE,
        clock=lambda: hands.now,
        certificate_bound=False,
    )
    app = build_node(
        identity=NodeIdentity(
            oin=agency.oin,
            system="knooppunt",
            signing_key=world.signing[agency.oin],
            opening_keys=(world.opening[agency.oin],),
        ),
        registry=lambda: world.registry,
        database=database,
        hub=link,
        inbox=NatsInbox(client, agency.oin),
        adapter=system,
        verifier=verifier,
        public_url="https://node.schakel.example",
        clock=lambda: hands.now,
    )
    running = asyncio.create_task(app.run())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app.app), base_url=AUDIENCE) as http:
        yield Node(app=app, link=link, system=system, http=http, file=database)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await app.close()


def _https(doors: OpenDoors, agency: Agency) -> HttpsLink:
    folder, keys = doors.running.world.folder, doors.running.world.folder.agency(agency.oin)
    address = HubAddress(
        url=doors.url,
        authority=folder.trust_anchor,
        certificate=keys.tls_certificate,
        private_key=keys.tls_key,
    )
    return HttpsLink(
        address,
        agency.oin,
        signing_key=doors.running.world.signing[agency.oin],
        clock=lambda: datetime.now(UTC),
    )
