"""Nothing of what was sealed, and nothing that a person wrote, is anywhere at the hub: files, keys, logs, audit log.

A control run proves that the search would notice: the same search finds what it should find.
"""

import base64
import io
import json
import logging
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from audit.check_heads import Trust
from audit.export import CheckpointLine, Header, write_export
from audit.verify import verify_export
from gateway.hub.storage.log_reading import committed_head, leaf_lines
from gateway.protocol.subjects import Verb
from tests.hub.asking import ask_reading, duty
from tests.hub.makers import (
    CANARY,
    DWELLING,
    KENNISGEVING_FACTS,
    POL,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    RunningHub,
    notify_police,
    open_case,
)

WRITTEN_BY_PEOPLE = (
    CANARY,
    "KANARIE-reden-van-noodtoegang",
    "KANARIE-feit-met-een-verhaal",
    "KANARIE Jansen als medewerker",
    "KANARIE-doel-als-verhaal",
)


def spellings(word: str) -> list[bytes]:
    """The ways in which a text may have been written down."""
    plain = word.encode()
    offsets = [base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, word.encode("utf-16-le"), quote(word).encode(), plain.hex().encode(), *offsets]


def found_in(folder: Path, word: str) -> list[str]:
    """The files below `folder` that hold the word in any spelling."""
    hits = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if any(spelling in data for spelling in spellings(word)):
                hits.append(path.name)
    return hits


async def everything_is_tried(hub: RunningHub) -> None:
    """A case with every kind of request, also with text in places where none belongs."""
    case = await open_case(hub)
    sent = await notify_police(case)
    hovj = hub.node(POL, "politie_hovj", "pol-0007")
    await duty(hovj)
    copy_id = sent.copies[0][0].kopie_id
    await ask_reading(hovj, copy_id, "screening", breekglas={"reden": WRITTEN_BY_PEOPLE[1]})
    await ask_reading(hovj, copy_id, WRITTEN_BY_PEOPLE[4])
    story = KENNISGEVING_FACTS | {"spoedeisendheid": WRITTEN_BY_PEOPLE[2]}
    plan = await case.vt.plan("screening.gepland.kennisgeving", case.case_id, KENNISGEVING_FACTS, [])
    await case.vt.plan("screening.gepland.kennisgeving", case.case_id, story, [])
    await case.vt.submit(case.vt.draft(plan.answer.body, story))
    named = hub.node(VT, "vt_procescoordinator", WRITTEN_BY_PEOPLE[3])
    await named.plan(VERZOEK, str(uuid4()), VERZOEK_FACTS, [], opening_in=DWELLING)
    await hub.ask(Verb.PLAN, VT, json.dumps({"type": WRITTEN_BY_PEOPLE[0]}).encode())
    await hub.ask(Verb.DECIDE, VT, json.dumps({"soort": WRITTEN_BY_PEOPLE[0]}).encode())
    for kind in ("technisch", "geopend"):
        await hub.ask(Verb.RECEIPT, POL, hovj.receipt(sent, kind, staff="pol-0007"))


async def test_nothing_that_people_wrote_is_stored_or_logged(
    hub: RunningHub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await everything_is_tried(hub)
    for word in WRITTEN_BY_PEOPLE:
        assert found_in(tmp_path, word) == [], word
        assert not any(spelling.decode("latin-1") in caplog.text for spelling in spellings(word)), word


async def test_the_search_would_notice(hub: RunningHub, tmp_path: Path) -> None:
    """The control: what must be there is found by the same search, in the database file and in each spelling."""
    case = await open_case(hub)
    assert found_in(tmp_path, case.case_id) != []
    (tmp_path / "planted").write_bytes(b"...")
    for spelling in spellings(CANARY):
        (tmp_path / "planted").write_bytes(b"0123" + spelling + b"4567")
        assert found_in(tmp_path, CANARY) == ["planted"]


async def test_the_exported_log_verifies_offline_and_a_changed_byte_is_caught(hub: RunningHub) -> None:
    await everything_is_tried(hub)
    signer = hub.world.signer

    def export(connection: Connection) -> bytes:
        head = committed_head(connection)
        out = io.BytesIO()
        write_export(
            out,
            Header(origin=signer.verifier.name, log_key=signer.verifier, size=head.size),
            checkpoints=[CheckpointLine(note=hub.parts.log_signer.note(head.size, head.root()))],
            leaves=leaf_lines(connection, head.size),
        )
        return out.getvalue()

    exported = await hub.store.reader.read(export)
    trust = Trust(log_key=signer.verifier)
    assert verify_export(io.BytesIO(exported), trust).sound
    changed = exported.replace(b'"politie_hovj"', b'"politie_havj"', 1)
    assert changed != exported
    assert not verify_export(io.BytesIO(changed), trust).sound
