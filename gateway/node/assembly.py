"""Puts one node together from what it is given, and keeps its loops going.

Decides which loops run and what happens when one fails: it is logged and goes on after a pause. Settings, files and the
listener belong to the composition root.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from gateway.domain.errors import Unavailable
from gateway.domain.rihg import RihgVersion, rihg
from gateway.node.documents.folder import DocumentFolder
from gateway.node.http.app import node_app
from gateway.node.hub_link import HubLink, Inbox, InboxMessage
from gateway.node.hub_link.document_link import DocumentHub, NoDocumentHub
from gateway.node.ports import AgencyAdapter
from gateway.node.storage.database import Database
from gateway.node.storage.documents import own_ids
from gateway.node.storage.outbox import release
from gateway.node.storage.own_seal import OwnSeal
from gateway.node.storage.recalls import taken_back
from gateway.node.usecases.fetch_documents import fetch_documents, wait_for_documents
from gateway.node.usecases.hand_over import HandOver
from gateway.node.usecases.outbox import empty_outbox, wait_for_outbox
from gateway.node.usecases.parts import Bell, Parts
from gateway.node.usecases.receive import receive_item
from gateway.node.usecases.send_documents import send_documents
from gateway.node.usecases.watch import report_gaps
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.protocol.registry import Registry
from gateway.web.tokens import TokenVerifier

logger = logging.getLogger(__name__)

PAUSE_S: Final = 1.0  # after a failure, so that a part that is away is not asked in a tight loop
WATCH_EVERY_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeIdentity:
    """Who the node is and the keys that only it has. `opening_keys` newest first, old ones included."""

    oin: str
    system: str
    signing_key: SigningKey
    opening_keys: tuple[OpeningKey, ...]


class NodeApp:
    """A node. `app` is its HTTP application; `run` does everything else until it is cancelled."""

    def __init__(self, parts: Parts, inbox: Inbox, adapter: AgencyAdapter, app: FastAPI) -> None:
        self.parts = parts
        self.app = app
        self._inbox = inbox
        self._adapter = adapter

    async def run(self) -> None:
        """Receives, hands over, empties the outbox and watches for gaps. Ends only by cancellation."""
        hand_over = HandOver(self.parts, self._adapter)
        await self.parts.database.write(lambda c: release(c, self.parts.clock()))
        await self.sweep()
        async with asyncio.TaskGroup() as group:
            for urgent in (True, False):
                group.create_task(_for_ever("receive", self._receiver(urgent=urgent)))
            group.create_task(_for_ever("hand over", self._hander(hand_over)))
            group.create_task(_for_ever("outbox", self._empty_outbox))
            group.create_task(_for_ever("watch", self._watch))
            group.create_task(_for_ever("documents", self._move_documents))

    async def sweep(self) -> None:
        """Removes the files of documents that a process that died left behind. Before anything else runs."""
        self.parts.documents.keep_only(await self.parts.database.read(own_ids))
        self.parts.documents.forget_copies(await self.parts.database.read(taken_back))

    async def close(self) -> None:
        """Closes what the node was given. Call after `run` has ended."""
        await self._inbox.close()
        await self.parts.hub.close()
        await self.parts.document_hub.close()
        await self._adapter.close()
        self.parts.database.close()

    def _receiver(self, *, urgent: bool) -> Callable[[], Awaitable[None]]:
        async def receive() -> None:
            for message in await self._inbox.fetch(urgent=urgent):
                await take_in(self.parts, message)

        return receive

    def _hander(self, hand_over: HandOver) -> Callable[[], Awaitable[None]]:
        async def offer() -> None:
            if not await hand_over.hand_over():
                await hand_over.wait()

        return offer

    async def _empty_outbox(self) -> None:
        if not await empty_outbox(self.parts):
            await wait_for_outbox(self.parts)

    async def _move_documents(self) -> None:
        moved = await asyncio.gather(send_documents(self.parts), fetch_documents(self.parts))
        if not any(moved):
            await wait_for_documents(self.parts)

    async def _watch(self) -> None:
        await report_gaps(self.parts)
        await asyncio.sleep(WATCH_EVERY_S)


async def take_in(parts: Parts, message: InboxMessage) -> None:
    """Acknowledges only what was stored; what could not be stored comes again."""
    try:
        await receive_item(parts, message.data)
    except Unavailable as error:
        logger.warning("an item could not be stored and comes again", extra={"code": error.code})
        await message.give_back()
        return
    await message.acknowledge()


async def _for_ever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """The outermost loop of a worker: whatever fails, the next round starts after a pause."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - see above
            where = error.code if isinstance(error, Unavailable) else type(error).__name__
            # Not the text of the error: it may quote what a partner sent.
            logger.error("the loop '%s' failed and goes on: %s", name, where)  # noqa: TRY400
            await asyncio.sleep(PAUSE_S)


def build_node(
    *,
    identity: NodeIdentity,
    registry: Callable[[], Registry],
    database: Path,
    hub: HubLink,
    inbox: Inbox,
    adapter: AgencyAdapter,
    verifier: TokenVerifier,
    public_url: str,
    clock: Callable[[], datetime],
    document_hub: DocumentHub | None = None,
    rihg_versions: Mapping[str, RihgVersion] | None = None,
) -> NodeApp:
    """A node on its own file, which is made on first use. `registry` is asked each time, so it may be renewed.
    Documents stand in a folder beside the file; without `document_hub` they wait. `rihg_versions` are those with their
    instrument; without, those of this release.

    Raises DatabaseInUse when another process runs this node.
    """
    keys: Mapping[str, OpeningKey] = {key.kid: key for key in identity.opening_keys}
    parts = Parts(
        oin=identity.oin,
        system=identity.system,
        registry=registry,
        signing_key=identity.signing_key,
        opening_keys=keys,
        own_seal=OwnSeal(keys),
        database=Database(database),
        hub=hub,
        clock=clock,
        to_hub=Bell(),
        to_agency=Bell(),
        documents=DocumentFolder(database.with_name(database.name + ".documenten")),
        document_hub=document_hub or NoDocumentHub(),
        to_documents=Bell(),
        rihg=rihg().versions if rihg_versions is None else rihg_versions,
    )
    return NodeApp(parts, inbox, adapter, node_app(parts, verifier, public_url=public_url))
