"""A hub in memory and nodes of invented agencies around it, with the keys of a development exchange."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from gateway.domain.identifiers import StaffRef, new_id
from gateway.local.registry_file import (
    MUNICIPALITY,
    POLICE,
    VEILIG_THUIS,
    Agency,
    ExchangeFolder,
    create_exchange,
)
from gateway.node.assembly import NodeApp, NodeIdentity, build_node, take_in
from gateway.node.hub_link import HubLink
from gateway.node.ports import AgencyAdapter, AgencyUnavailable, Delivery, Handed, Noted, RecallNotice
from gateway.node.storage.database import Database
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.fetch_documents import fetch_documents
from gateway.node.usecases.hand_over import HandOver
from gateway.node.usecases.outbox import empty_outbox
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.send_documents import send_documents
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.protocol.registry import Registry
from gateway.protocol.wire import OinRole
from gateway.web.tokens import SigningAlgorithm, TokenVerifier, VerificationKey
from tests.domain.makers import example_content
from tests.node.documents_in_memory import DocumentsInMemory
from tests.node.hub_in_memory import Clock, HubInMemory, InboxInMemory, LinkInMemory
from tests.node.people import AUDIENCE, ISSUER, KEY, KID

NOW = datetime(2026, 11, 24, 1, 45, tzinfo=UTC)
KENNISGEVING = "screening.gepland.kennisgeving"
BEVESTIGING = "screening.gepland.bevestiging"
HOVJ = OinRole(oin=POLICE.oin, rol="politie_hovj")
WIJKAGENT = OinRole(oin=POLICE.oin, rol="politie_wijkagent")
PROCESCOORDINATOR = Person(staff=StaffRef("vt-0001"), roles=frozenset({"vt_procescoordinator"}))
HOVJ_ON_DUTY = Person(staff=StaffRef("pol-0007"), roles=frozenset({"politie_hovj"}))


class AgencySystem:
    """An agency's system in memory: keeps deliveries by copy id, in the order in which they first came."""

    def __init__(self) -> None:
        self.kept: dict[str, Delivery] = {}
        self.offered: list[str] = []
        self.told: dict[str, RecallNotice] = {}
        self.is_down = False
        self.dies_after_keeping = 0

    async def deliver(self, delivery: Delivery) -> Handed:
        self.offered.append(delivery.copy_id)
        if self.is_down:
            raise AgencyUnavailable(retry_after_s=1)
        if any(notice.copy_id == delivery.copy_id for notice in self.told.values()):
            raise AgencyUnavailable(retry_after_s=1)
        self.kept.setdefault(delivery.copy_id, delivery)
        if self.dies_after_keeping:
            self.dies_after_keeping -= 1
            raise ConnectionResetError
        return Handed(reference=f"kenmerk-{list(self.kept).index(delivery.copy_id) + 1}")

    async def recall(self, notice: RecallNotice) -> Noted:
        self.offered.append(notice.notice_id)
        if self.is_down:
            raise AgencyUnavailable(retry_after_s=1)
        self.told.setdefault(notice.notice_id, notice)
        if self.dies_after_keeping:
            self.dies_after_keeping -= 1
            raise ConnectionResetError
        return Noted(reference=f"terug-{notice.notice_id}", was_here=notice.copy_id in self.kept)

    async def close(self) -> None:
        return None


@dataclass
class Node:
    """A node whose rounds a test turns by hand, so that nothing happens between two of its lines."""

    app: NodeApp
    inbox: InboxInMemory
    system: AgencySystem
    handing: HandOver

    @property
    def parts(self) -> Parts:
        return self.app.parts

    async def receive(self) -> None:
        """Takes in everything that waits in the inbox."""
        for urgent in (True, False):
            if self.inbox.waiting[urgent]:
                for message in await self.inbox.fetch(urgent=urgent):
                    await take_in(self.parts, message)

    async def hand_over(self) -> int:
        return await self.handing.hand_over()

    async def report(self) -> None:
        """Sends what waits for the hub and is due."""
        while await empty_outbox(self.parts):
            pass

    async def move_documents(self) -> None:
        """Sends and fetches every document that is due."""
        while await send_documents(self.parts) or await fetch_documents(self.parts):
            pass

    async def round(self) -> None:
        await self.receive()
        while await self.hand_over():
            pass
        await self.report()


@dataclass
class Exchange:
    """A hub in memory with Veilig Thuis, the police and a municipality."""

    folder: ExchangeFolder
    registry: Registry
    clock: Clock
    hub: HubInMemory
    directory: Path
    nodes: dict[str, Node] = field(default_factory=dict)
    links: Callable[[HubInMemory, str], HubLink] = LinkInMemory

    def __post_init__(self) -> None:
        self.documents = DocumentsInMemory(self.hub)

    def node(self, agency: Agency) -> Node:
        """The node of an agency, started on first use."""
        if agency.oin not in self.nodes:
            self.start(agency, AgencySystem())
        return self.nodes[agency.oin]

    def restart(self, agency: Agency) -> Node:
        """The process dies and starts again on the same file; the agency's system lives on."""
        old = self.nodes.pop(agency.oin)
        old.parts.database.close()
        old.inbox.redeliver()
        return self.start(agency, old.system)

    def close(self) -> None:
        for node in self.nodes.values():
            node.parts.database.close()

    def start(self, agency: Agency, system: AgencyAdapter) -> Node:
        """The node of an agency with this system behind it, on the file that is there or a new one."""
        keys, file = self.folder.agency(agency.oin), self.directory / f"{agency.oin}.db"
        if not file.exists():
            file.write_bytes(migrated_file())
        inbox = self.hub.inbox(agency.oin)
        app = build_node(
            identity=NodeIdentity(
                oin=agency.oin,
                system="knooppunt",
                signing_key=SigningKey.from_pem(keys.signing_key.read_bytes()),
                opening_keys=(OpeningKey.from_pem(keys.sealing_key.read_bytes()),),
            ),
            registry=lambda: self.registry,
            database=file,
            hub=self.links(self.hub, agency.oin),
            document_hub=self.documents.link(agency.oin),
            inbox=inbox,
            adapter=system,
            verifier=person_verifier(self.clock),
            public_url="https://node.schakel.example",
            clock=self.clock,
        )
        handing = HandOver(app.parts, system)
        node = Node(app=app, inbox=inbox, system=cast("AgencySystem", system), handing=handing)
        self.nodes[agency.oin] = node
        return node

    @property
    def vt(self) -> Node:
        return self.node(VEILIG_THUIS)

    @property
    def police(self) -> Node:
        return self.node(POLICE)


def make_exchange(directory: Path, *, now: datetime = NOW) -> Exchange:
    """A fresh exchange; nodes start on first use. Close it."""
    create_exchange(directory / "keys", [VEILIG_THUIS, POLICE, MUNICIPALITY], now=now)
    return load_exchange(directory, now=now)


def load_exchange(directory: Path, *, now: datetime = NOW) -> Exchange:
    """An exchange that was made before: the same keys and files, and a hub that knows nothing yet."""
    folder = ExchangeFolder(directory / "keys")
    registry = Registry.load(
        folder.registry.read_bytes(), trust_anchor_pem=folder.trust_anchor.read_bytes(), now=now
    )
    clock = Clock(now)
    hub = HubInMemory(registry, SigningKey.from_pem(folder.hub.signing_key.read_bytes()), clock)
    return Exchange(folder=folder, registry=registry, clock=clock, hub=hub, directory=directory)


@cache
def migrated_file() -> bytes:
    """An empty file at the schema of this release: migrating takes most of a second each time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "node.db"
        Database(path).close()
        return path.read_bytes()


def person_verifier(clock: Clock) -> TokenVerifier:
    key = VerificationKey(SigningAlgorithm.ES256, KEY.public_key())
    return TokenVerifier({KID: key}, issuer=ISSUER, audience=AUDIENCE, clock=clock, certificate_bound=False)


def kennisgeving(**changes: Any) -> Draft:
    """A notice of Veilig Thuis to the HOvJ, with an example of every field."""
    values: dict[str, Any] = {
        "message_id": new_id(),
        "correlation_id": new_id(),
        "case_id": new_id(),
        "municipality": None,
        "message_type": KENNISGEVING,
        "role": "vt_procescoordinator",
        "staff": "vt-0001",
        "purpose": None,
        "act": None,
        "in_reply_to": None,
        "recipients": [HOVJ],
        "content": kennisgeving_content(),
    }
    return Draft(**(values | changes))


def kennisgeving_content(**changes: Any) -> Mapping[str, Any]:
    return example_content(KENNISGEVING, **({"spoedeisendheid": "vandaag"} | changes))
