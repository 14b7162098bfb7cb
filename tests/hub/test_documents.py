"""Sealed documents at the hub: taken from the sender of an accepted copy, given to its recipient, kept unreadable."""

import asyncio
import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from gateway.domain.errors import TooManyRequests
from gateway.domain.identifiers import new_id
from gateway.hub.storage.case_keys import CaseKeys
from gateway.hub.storage.changes import StorageUnavailable
from gateway.hub.storage.document_files import DocumentFiles
from gateway.hub.usecases.documents import Documents
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.transfers import Transfers
from gateway.protocol.copy import CopyContext
from gateway.protocol.document import (
    MAX_DOCUMENT,
    MAX_PART,
    DocumentContext,
    DocumentReference,
    seal_document,
)
from tests.databases import sqlite_url
from tests.hub.bans import before_a_ban
from tests.hub.conftest import PolicyServer
from tests.hub.doors import OpenDoors, open_doors
from tests.hub.makers import GEM, POL, VT, RunningHub

pytestmark = pytest.mark.real
FIELD = "verslag"
CANARY = b"%PDF-1.7\nKANARIE-IN-EEN-DOCUMENT\n%%EOF\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of a hearing of the police, with a document for the mayor."""

    running: RunningHub
    context: CopyContext
    folder: Path

    def part(self, document: bytes = CANARY, *, name: str = "deel", **changes: Any) -> Path:
        """The document, sealed for the copy by its sender."""
        world, copy = self.running.world, self.context
        key = world.registry.participant(copy.ontvanger.oin).sealing_key(self.running.hands.now)
        values: dict[str, Any] = {
            "kopie_id": copy.kopie_id,
            "bericht_id": copy.bericht_id,
            "zaak_id": copy.zaak_id,
            "veld": FIELD,
            "ontvanger": copy.ontvanger,
            "ontvanger_kid": key.kid,
        }
        by = world.signing[changes.pop("by", POL)]
        into = self.folder / name
        reference = DocumentReference(
            bestandsnaam="verslag.pdf",
            mediatype="application/pdf",
            omvang_bytes=len(document),
            sha256=hashlib.sha256(document).hexdigest(),
        )
        seal_document([document], reference, DocumentContext(**(values | changes)), to=key, by=by, into=into)
        return into

    @property
    def path(self) -> str:
        return f"/v1/kopieen/{self.context.kopie_id}/documenten/{FIELD}"


async def reported(running: RunningHub, folder: Path) -> Report:
    case = await before_a_ban(running)
    return Report(running=running, context=case.imposed.copies[0][0], folder=folder)


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=sqlite_url(tmp_path / "hub.db")
    ) as found:
        yield found


@asynccontextmanager
async def at_the_door(doors: OpenDoors, oin: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with doors.client(oin) as client:
        client.headers.update(await doors.authorization(client, oin))
        yield client


async def put(doors: OpenDoors, oin: str, path: str, body: bytes, **headers: str) -> httpx2.Response:
    async with at_the_door(doors, oin) as client:
        return await client.put(
            path, content=body, headers={"Content-Type": "application/octet-stream"} | headers
        )


async def get(doors: OpenDoors, oin: str, path: str) -> httpx2.Response:
    async with at_the_door(doors, oin) as client:
        return await client.get(path)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_document_goes_to_its_recipient_and_the_same_bytes_get_the_same_answer(
    doors: OpenDoors, tmp_path: Path
) -> None:
    report = await reported(doors.running, tmp_path)
    body = report.part().read_bytes()
    assert (await get(doors, GEM, report.path)).status_code == 404  # not there yet
    first = await put(doors, POL, report.path, body)
    again = await put(doors, POL, report.path, body)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.json()["sha256"] == hashlib.sha256(body).hexdigest()
    other = await put(doors, POL, report.path, report.part(CANARY + b"x", name="ander").read_bytes())
    assert (other.status_code, other.json()["code"]) == (409, "document-hergebruikt")
    fetched = await get(doors, GEM, report.path)
    assert (fetched.status_code, fetched.content) == (200, body)
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"


async def test_attack_a_stranger_cannot_tell_a_document_from_one_that_does_not_exist(
    doors: OpenDoors, tmp_path: Path
) -> None:
    """Nor the sender, who may not fetch, nor the recipient, who may not send."""
    report = await reported(doors.running, tmp_path)
    body = report.part().read_bytes()
    assert (await put(doors, POL, report.path, body)).status_code == 200
    unknown = f"/v1/kopieen/{uuid4()}/documenten/{FIELD}"

    def told(answer: httpx2.Response) -> tuple[int, dict[str, Any]]:
        shown = {k: v for k, v in answer.json().items() if k not in ("instance", "traceId")}
        return answer.status_code, shown

    nothing = told(await get(doors, VT, unknown))
    assert nothing[0] == 404
    assert told(await get(doors, VT, report.path)) == nothing
    assert told(await get(doors, POL, report.path)) == nothing
    for oin in (VT, GEM):
        assert told(await put(doors, oin, report.path, body)) == nothing
    assert told(await put(doors, POL, report.path.replace(FIELD, "door"), body)) == nothing
    assert told(await put(doors, POL, report.path.replace(FIELD, "geen_veld"), body)) == nothing


async def test_attack_a_document_for_another_place_or_by_another_sender_is_refused(
    doors: OpenDoors, tmp_path: Path
) -> None:
    report = await reported(doors.running, tmp_path)
    wrong: dict[str, Any] = {
        "kopie_id": str(uuid4()),
        "bericht_id": str(uuid4()),
        "zaak_id": str(uuid4()),
        "veld": "beschikking",
        "by": VT,
    }
    for name, value in wrong.items():
        part = report.part(name=name, **{name: value})
        refused = await put(doors, POL, report.path, part.read_bytes())
        assert refused.status_code == 400, name
    assert (await get(doors, GEM, report.path)).status_code == 404
    assert files_below(tmp_path / "documenten") == []


async def test_attack_half_a_document_or_one_with_a_changed_byte_leaves_nothing(
    doors: OpenDoors, tmp_path: Path
) -> None:
    report = await reported(doors.running, tmp_path)
    body = report.part(os.urandom(300_000)).read_bytes()
    bad = {
        "empty": b"",
        "no head": b"x" * 200_000,
        "half": body[: len(body) // 2],
        "head only": body[:900],
        "changed": body[:-1] + bytes([body[-1] ^ 1]),
        "more": body + b"x",
    }
    for name, broken in bad.items():
        assert (await put(doors, POL, report.path, broken)).status_code == 400, name
    assert files_below(tmp_path / "documenten") == []
    assert (await put(doors, POL, report.path, body)).status_code == 200


async def test_too_large_is_refused_with_and_without_a_length(doors: OpenDoors, tmp_path: Path) -> None:
    report = await reported(doors.running, tmp_path)
    assert (await put(doors, POL, report.path, bytes(MAX_PART + 1))).status_code == 413
    head = report.part().read_bytes()

    async def endless() -> AsyncIterator[bytes]:
        yield head
        while True:
            yield bytes(64 * 1024)

    async with at_the_door(doors, POL) as client:
        try:
            answer = await client.put(
                report.path, content=endless(), headers={"Content-Type": "application/octet-stream"}
            )
            assert answer.status_code == 413
        except httpx2.HTTPError:  # the server may close the connection before it was all sent
            pass
    assert files_below(tmp_path / "documenten") == []


async def test_twenty_megabytes_pass_in_bounded_memory(doors: OpenDoors, tmp_path: Path) -> None:
    """Sealing, taking and giving: each holds pieces, never the document."""
    report = await reported(doors.running, tmp_path)
    document = b"%PDF-1.7\n" + bytes(MAX_DOCUMENT - 15) + b"%%EOF\n"
    part = report.part(document)
    del document

    async def stream() -> AsyncIterator[bytes]:
        with part.open("rb") as file:
            while piece := file.read(64 * 1024):
                yield piece

    documents = standing(report, tmp_path / "apart")
    tracemalloc.start()
    try:
        await documents.take(Asker(oin=POL, trace_id="a" * 32), report.context.kopie_id, FIELD, stream())
        given = await documents.give(Asker(oin=GEM, trace_id="a" * 32), report.context.kopie_id, FIELD)
        digest = hashlib.sha256()
        for piece in given.pieces():
            digest.update(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert digest.hexdigest() == given.row.sha256
    assert peak < 4 * 1024 * 1024, peak


async def test_the_hub_stores_nothing_that_it_could_read(doors: OpenDoors, tmp_path: Path) -> None:
    report = await reported(doors.running, tmp_path)
    body = report.part().read_bytes()
    digest = hashlib.sha256(CANARY).hexdigest().encode()
    assert (await put(doors, POL, report.path, body)).status_code == 200
    stored = files_below(tmp_path / "documenten")
    assert len(stored) == 1
    database = [path for path in files_below(tmp_path) if path.name.startswith("hub.db")]
    everything = b"".join(path.read_bytes() for path in [*stored, *database])
    assert CANARY[9:30] not in everything
    assert digest not in everything
    assert body[:200] not in stored[0].read_bytes()  # wrapped: without the key of the case not even the head


async def test_a_document_is_gone_with_the_key_of_its_case(doors: OpenDoors, tmp_path: Path) -> None:
    report = await reported(doors.running, tmp_path)
    body = report.part().read_bytes()
    assert (await put(doors, POL, report.path, body)).status_code == 200
    keys: CaseKeys = doors.running.parts.case_keys
    keys.destroy(report.context.zaak_id)
    assert (await get(doors, GEM, report.path)).status_code == 404
    keys.ensure(report.context.zaak_id)  # another key does not bring it back
    assert (await get(doors, GEM, report.path)).status_code == 404
    DocumentFiles(tmp_path / "documenten", keys).erase_case(report.context.zaak_id)
    assert files_below(tmp_path / "documenten") == []


async def test_the_same_document_twice_at_once_is_stored_once(hub: RunningHub, tmp_path: Path) -> None:
    report = await reported(hub, tmp_path)
    body, documents = report.part().read_bytes(), standing(report, tmp_path / "documenten")

    async def take() -> dict[str, Any]:
        return await documents.take(
            Asker(oin=POL, trace_id="a" * 32), report.context.kopie_id, FIELD, pieces(body)
        )

    answers = await asyncio.gather(*(take() for _ in range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert len(files_below(tmp_path / "documenten")) == 1


async def test_one_agency_does_not_get_every_transfer_nor_the_whole_disk(
    hub: RunningHub, tmp_path: Path
) -> None:
    report = await reported(hub, tmp_path)
    body = report.part().read_bytes()
    documents = standing(report, tmp_path / "d", per_day=MAX_PART - 1)
    with pytest.raises(TooManyRequests) as quota:
        await documents.take(Asker(oin=POL, trace_id="a" * 32), report.context.kopie_id, FIELD, pieces(body))
    assert quota.value.code == "documenten-quotum"
    transfers = Transfers(per_agency=1, in_all=2)
    with transfers.of(POL), transfers.of(VT):
        for oin in (POL, GEM):
            with pytest.raises(TooManyRequests), transfers.of(oin):
                pass
    with transfers.of(POL):
        pass


async def test_a_full_disk_is_said_and_leaves_no_file(hub: RunningHub, tmp_path: Path) -> None:
    report = await reported(hub, tmp_path)
    folder = tmp_path / "vol"
    files = DocumentFiles(folder, hub.parts.case_keys, leave_free=1 << 62)
    documents = Documents(parts=hub.parts, files=files, transfers=Transfers())
    with pytest.raises(StorageUnavailable) as full:
        await documents.take(
            Asker(oin=POL, trace_id="a" * 32),
            report.context.kopie_id,
            FIELD,
            pieces(report.part().read_bytes()),
        )
    assert full.value.code == "opslag-vol"
    assert files_below(folder) == []


async def test_what_a_dead_upload_left_is_removed_a_day_later(hub: RunningHub, tmp_path: Path) -> None:
    report = await reported(hub, tmp_path)
    documents = standing(report, tmp_path / "documenten")
    await documents.take(
        Asker(oin=POL, trace_id="a" * 32),
        report.context.kopie_id,
        FIELD,
        pieces(report.part().read_bytes()),
    )
    (kept,) = files_below(tmp_path / "documenten")
    for name in (new_id(), f"{new_id()}.0011223344556677.deel"):
        left = kept.with_name(name)
        left.write_bytes(b"rubbish")
        os.utime(left, (0, 0))
    os.utime(kept, (0, 0))
    fresh = kept.with_name(new_id())
    fresh.write_bytes(b"somebody may be writing this")
    assert await documents.remove_rubbish() == 2
    assert set(files_below(tmp_path / "documenten")) == {kept, fresh}


def standing(report: Report, folder: Path, **changes: Any) -> Documents:
    parts = report.running.parts
    return Documents(
        parts=parts, files=DocumentFiles(folder, parts.case_keys), transfers=Transfers(), **changes
    )


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for piece in _cut(body):
        yield piece
        await asyncio.sleep(0)


def _cut(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 7000):
        yield body[start : start + 7000]
