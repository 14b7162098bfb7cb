"""Makes a migrated database with its writer and reader, and small changes to write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from audit.body import Body, Who
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.hub.storage.changes import Change, Judgement, Lane, Numbers
from gateway.hub.storage.database import Database
from gateway.hub.storage.engine import open_engines
from gateway.hub.storage.migrate import migrate
from gateway.hub.storage.reader import Reader
from gateway.hub.storage.rows import DeliveryRow, DutyRow, Row
from gateway.hub.storage.writer import Writer

NOW = datetime(2026, 3, 1, 1, 10, tzinfo=UTC)
NOW_TEXT = "2026-03-01T01:10:00.000Z"
OIN = "00000099000000001000"


@asynccontextmanager
async def open_store(url: str, *, max_batch: int = 64) -> AsyncIterator[Database]:
    engines = open_engines(url)
    migrate(engines.writing)
    writer = Writer(engines, max_batch=max_batch)
    database = Database(engines=engines, writer=writer, reader=Reader(engines), ownership=None)
    writer.start()
    try:
        yield database
    finally:
        database.close()


def leaf() -> Leaf:
    return Leaf.of(Body(at=NOW, who=Who(oin=OIN), what=EventTag.DUTY_CHANGED))


def change(
    key: str,
    *rows: Row,
    reads: dict[str, int] | None = None,
    touches: frozenset[str] = frozenset(),
    leaves: int = 1,
) -> Change:
    return Change(
        key=key,
        judge=lambda _: Judgement(inserts=rows),
        leaves=tuple(leaf() for _ in range(leaves)),
        reads=reads or {},
        touches=touches,
    )


def duty(name: str) -> DutyRow:
    return DutyRow(
        duty_id=name, oin=OIN, role="politie_hovj", staff="m-1", starts_at=NOW_TEXT, ends_at=NOW_TEXT
    )


def delivery_change(key: str, lane: Lane) -> Change:
    def judge(numbers: Numbers) -> Judgement:
        return Judgement(inserts=(_delivery(key, lane, numbers[lane]),))

    return Change(key=key, judge=judge, leaves=(leaf(),), lanes=(lane,))


def _delivery(copy_id: str, lane: Lane, number: int) -> DeliveryRow:
    return DeliveryRow(
        copy_id=copy_id,
        case_id=lane.case_id,
        source="urn:nld:oin:00000099000000002000:systeem:proef",
        message_id=copy_id,
        oin=lane.oin,
        role=lane.role,
        number=number,
        urgency="U1",
        slug="screening-gepland-kennisgeving",
        purpose="screening",
        stamp="stempel",
        progress=0,
        outcome=None,
        accepted_at=NOW_TEXT,
        due_at=NOW_TEXT,
        republished=0,
    )
