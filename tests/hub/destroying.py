"""Closed cases, and a watch over how long they are kept that is looked through by hand."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.domain.clock import rfc3339
from gateway.hub.messaging.retention_watch import RetentionWatch
from gateway.hub.storage.document_files import DocumentFiles
from gateway.hub.storage.log_reading import leaf_lines
from gateway.hub.storage.rows import CopyRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import copies
from gateway.protocol.retention import CASE_DESTRUCTION, CaseDestruction
from tests.hub.asking import decide
from tests.hub.makers import POL, OpenCase, RunningHub, Sender, open_case

ENDED = "zaak:inhoud:vernietigd"
KEY_GONE = "zaak:sleutel:vernietigd"


async def closed_case(hub: RunningHub) -> OpenCase:
    """A case that was weighed, came to nothing and is closed now."""
    case = await open_case(hub)
    await case.vt.send("weegteam.uitnodiging", case.case_id, {}, [(POL, "politie_weegteam")])
    await case.vt.send("weegteam.advies", case.case_id, {"advies": "negatief"}, [(POL, "politie_weegteam")])
    await close(hub, case)
    return case


async def close(hub: RunningHub, case: OpenCase) -> None:
    now = rfc3339(hub.hands.now)
    who = {"rol": case.vt.role, "medewerker": case.vt.staff}
    question = {"soort": "handeling", "zaakId": case.case_id, "handeling": "sluiten", "door": who}
    reply = await decide(case.vt, question | {"feiten": {}, "gebeurdOp": now, "vastgelegdOp": now})
    assert reply.answer.status == 200, reply.answer.body


def files_of(hub: RunningHub, folder: Path) -> DocumentFiles:
    return DocumentFiles(folder / "documenten", hub.parts.case_keys)


def retention_of(hub: RunningHub, folder: Path) -> RetentionWatch:
    return RetentionWatch(hub.parts, files_of(hub, folder), on_written=lambda: None)


async def copies_of(hub: RunningHub, case_id: str) -> tuple[CopyRow, ...]:
    query = select(copies).where(copies.c.case_id == case_id)
    return await hub.store.reader.read(lambda c: select_all(c, CopyRow, query))


async def told(hub: RunningHub, tag: str, case_id: str) -> int:
    """How often the log says this of the case."""
    lines = await hub.store.reader.read(lambda c: list(leaf_lines(c, 10_000)))
    bodies = [str(line.body) for line in lines]
    return sum(tag in body and case_id in body for body in bodies)


def attestation(sender: Sender, case_id: str, decided_at: str, **changes: Any) -> dict[str, Any]:
    """What the node of this agency attests about a case that it had to destroy."""
    values: dict[str, Any] = {
        "organisatie": sender.oin,
        "zaak_id": case_id,
        "besloten_op": decided_at,
        "kopieen": 1,
        "tijdstip": decided_at,
    }
    key = sender.hub.world.signing[sender.oin]
    token = key.sign(CaseDestruction(**(values | changes)), typ=CASE_DESTRUCTION)
    return {"soort": "zaakvernietiging", "verklaring": token}
