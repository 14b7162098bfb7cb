"""The node's HTTPS way for documents, against a real hub: in pieces, with certificate and token, and told plainly."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.node.hub_link import HubUnreachable
from gateway.node.hub_link.document_link import HttpsDocuments
from gateway.node.hub_link.https_link import HubAddress
from gateway.protocol.document import MAX_DOCUMENT
from gateway.protocol.files import pieces_of
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer, start_policy_server
from tests.hub.doors import OpenDoors, open_doors
from tests.hub.makers import GEM, POL, VT
from tests.hub.test_documents import FIELD, files_below, reported

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyServer]:
    yield from start_policy_server(tmp_path_factory.mktemp("opa"))


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=sqlite_url(tmp_path / "hub.db")
    ) as found:
        yield found


@asynccontextmanager
async def link(doors: OpenDoors, oin: str, url: str | None = None) -> AsyncIterator[HttpsDocuments]:
    world = doors.running.world
    keys = world.folder.agency(oin)
    address = HubAddress(
        url=url or doors.url,
        authority=world.folder.trust_anchor,
        certificate=keys.tls_certificate,
        private_key=keys.tls_key,
    )
    made = HttpsDocuments(address, oin, signing_key=world.signing[oin], clock=lambda: datetime.now(UTC))
    try:
        yield made
    finally:
        await made.close()


async def test_twenty_megabytes_go_up_and_come_down_the_same(doors: OpenDoors, tmp_path: Path) -> None:
    report = await reported(doors.running, tmp_path)
    part = report.part(b"%PDF-1.7\n" + bytes(MAX_DOCUMENT - 15) + b"%%EOF\n")
    copy_id, into = report.context.kopie_id, tmp_path / "gehaald"
    async with link(doors, POL) as police, link(doors, GEM) as mayor, link(doors, VT) as stranger:
        assert (await mayor.fetch(copy_id, FIELD, into)).status == 404
        assert (await police.put(copy_id, FIELD, part)).status == 200
        assert (await police.put(copy_id, FIELD, part)).status == 200
        assert (await stranger.fetch(copy_id, FIELD, into)).status == 404
        assert not into.exists()
        assert (await mayor.fetch(copy_id, FIELD, into)).status == 200
    sums = [hashlib.sha256(b"".join(pieces_of(path))).hexdigest() for path in (part, into)]
    assert sums[0] == sums[1]
    assert [path for path in files_below(tmp_path) if path.name.endswith(".deel")] == []


async def test_a_hub_that_is_away_is_said_and_leaves_no_file(doors: OpenDoors, tmp_path: Path) -> None:
    report = await reported(doors.running, tmp_path)
    async with link(doors, POL, "https://localhost:1") as police:
        with pytest.raises(HubUnreachable):
            await police.put(report.context.kopie_id, FIELD, report.part())
        with pytest.raises(HubUnreachable):
            await police.fetch(report.context.kopie_id, FIELD, tmp_path / "niets")
    assert not (tmp_path / "niets").exists()
