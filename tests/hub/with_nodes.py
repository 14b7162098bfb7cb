"""A real hub with real nodes: they ask its desk, its relay publishes; only the NATS server between is a stand-in."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from nats.aio.client import Client

from gateway.hub.messaging.relay import Relay
from gateway.hub.usecases.recall_chores import attend_recalls
from gateway.node.assembly import NodeIdentity, build_node
from gateway.node.ports import AgencyAdapter, OwnMailbox
from gateway.node.usecases.hand_over import HandOver
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from tests.hub.makers import RunningHub
from tests.node.hub_in_memory import InboxInMemory
from tests.node.makers import AgencySystem, Node, person_verifier


@dataclass(frozen=True)
class DeskLink:
    """The link of one agency's node to the desk of the hub, past both doors."""

    hub: RunningHub
    oin: str

    async def ask(self, verb: Verb, body: bytes) -> Answer:
        reply = await self.hub.ask(verb, self.oin, body)
        return Answer(reply.answer.status, json.loads(reply.answer.to_bytes()))

    async def close(self) -> None:
        return None


@dataclass(frozen=True)
class _Stored:
    data: bytes = b'{"stream":"INBOX","seq":1}'


@dataclass
class Inboxes:
    """Stands in for the NATS server: stores what is published, once per message id."""

    by_oin: dict[str, InboxInMemory] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    keep_back: set[str] = field(default_factory=set)

    def of(self, oin: str) -> InboxInMemory:
        return self.by_oin.setdefault(oin, InboxInMemory())

    async def request(
        self, subject: str, payload: bytes, *, timeout: float, headers: Mapping[str, str]
    ) -> _Stored:
        assert timeout > 0
        if headers["Nats-Msg-Id"] not in self.stored:
            self.stored.add(headers["Nats-Msg-Id"])
            oin, urgency = subject.split(".")[3:5]
            self.of(oin).put(payload, urgent=urgency == "U0")
        return _Stored()


@dataclass
class HubWithNodes:
    """Turned by hand: `post` publishes what waits, `settle` goes on until nothing moves."""

    hub: RunningHub
    folder: Path
    inboxes: Inboxes
    relay: Relay
    nodes: dict[str, Node] = field(default_factory=dict)

    def node(self, oin: str, *, system: AgencySystem | None = None) -> Node:
        """The node of an agency; with `system` it hands over to a system of the agency, else to its own mailbox."""
        if oin not in self.nodes:
            keys, adapter = self.hub.world.folder.agency(oin), system or OwnMailbox()
            app = build_node(
                identity=NodeIdentity(
                    oin=oin,
                    system="knooppunt",
                    signing_key=self.hub.world.signing[oin],
                    opening_keys=(self.hub.world.opening[oin],),
                ),
                registry=lambda: self.hub.world.registry,
                database=self.folder / oin / "node.db",
                hub=DeskLink(self.hub, oin),
                inbox=self.inboxes.of(oin),
                adapter=cast("AgencyAdapter", adapter),
                verifier=person_verifier(lambda: self.hub.hands.now),  # type: ignore[arg-type]
                public_url="https://node.schakel.example",
                clock=lambda: self.hub.hands.now,
            )
            assert keys.signing_key.exists()
            handing = HandOver(app.parts, cast("AgencyAdapter", adapter))
            kept = cast("AgencySystem", adapter)
            self.nodes[oin] = Node(app=app, inbox=self.inboxes.of(oin), system=kept, handing=handing)
        return self.nodes[oin]

    async def post(self) -> None:
        """What the relay does in a round."""
        while await self.relay.publish_waiting():
            pass
        await attend_recalls(self.hub.store.reader, self.hub.store.writer, self.hub.hands.now)
        while await self.relay.publish_waiting():
            pass

    async def settle(self) -> None:
        """Three rounds: a message, its receipts, and what those bring about."""
        for _ in range(3):
            await self.post()
            for node in self.nodes.values():
                await node.round()


@asynccontextmanager
async def hub_with_nodes(hub: RunningHub, folder: Path) -> AsyncIterator[HubWithNodes]:
    inboxes = Inboxes()
    relay = Relay(
        engines=hub.store.engines,
        reader=hub.store.reader,
        writer=hub.store.writer,
        case_keys=hub.parts.case_keys,
        log_signer=hub.parts.log_signer,
        client=cast("Client", inboxes),
        clock=lambda: hub.hands.now,
    )
    whole = HubWithNodes(hub=hub, folder=folder, inboxes=inboxes, relay=relay)
    try:
        yield whole
    finally:
        for node in whole.nodes.values():
            node.parts.database.close()


def held(inbox: InboxInMemory) -> list[dict[str, Any]]:
    """What waits in an inbox, as JSON."""
    return [json.loads(data) for line in inbox.waiting.values() for data in line]
