"""Audit appends: sixteen tasks at the hub's writer, against raw sqlite3 and a bare one-thread batch by SQLAlchemy.

All three write the same rows of the log (leaf, complete subtrees, head) with the same settings of SQLite. The floors
get their rows ready-made, sixteen appends a transaction: the most that the writer can find waiting of sixteen tasks.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from audit.append import plan_append
from audit.body import Body, Who
from audit.events import EventTag
from audit.leaf import Leaf
from audit.tree import Frontier
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.engine import Engines, open_engines
from gateway.hub.storage.migrate import migrate
from gateway.hub.storage.tables import log_head, log_leaves, log_nodes
from gateway.hub.storage.writer import Writer
from gateway.local.bench.figures import Aim, Measure, Section, of_rate, ratio

WRITERS: Final = 16
PER_WRITER: Final = 250
LEAVES: Final = WRITERS * PER_WRITER
SLICE: Final = LEAVES // 10
_LEAF_SQL: Final = "INSERT INTO log_leaves VALUES (:leaf_index, :hash, :salt, :body, :item_key, :tree_size)"
_NODE_SQL: Final = "INSERT INTO log_nodes VALUES (:level, :node_index, :hash)"
_OIN: Final = "00000099000000001000"


async def measure_appends(folder: Path, now: datetime) -> Section:
    """Appends per second of the three, in turn slice by slice, so that whatever else the machine does falls on all."""
    leaves = [Leaf.of(Body(at=now, who=Who(oin=_OIN), what=EventTag.DUTY_CHANGED)) for _ in range(LEAVES)]
    batches = _batches(leaves)
    ours = raw = core = 0.0
    with (
        closing(_open_raw(folder / "raw.db")) as database,
        _fresh(folder / "core.db") as floor,
        _fresh(folder / "writer.db") as engines,
        _running(Writer(engines)) as writer,
    ):
        for first in range(0, LEAVES, SLICE):
            part = batches[first // WRITERS : (first + SLICE) // WRITERS]
            ours += await _by_writer(writer, leaves[first : first + SLICE], first)
            raw += await asyncio.to_thread(_by_sqlite3, database, part)
            core += await asyncio.to_thread(_by_sqlalchemy, floor, part)
    measures = (
        _rate("toevoegen", f"Logboek, {WRITERS} schrijvers", ours),
        _rate("toevoegen-raw", "  zelfde rijen met kale sqlite3", raw),
        _rate("toevoegen-core", "  zelfde rijen met SQLAlchemy in één draad", core),
    )
    ours_rate, raw_rate, core_rate = (measure.p50 for measure in measures)
    return Section(
        measures=measures, aims=append_aims(ratio(ours_rate, raw_rate), ratio(ours_rate, core_rate))
    )


def append_aims(to_raw: float | None, to_core: float | None) -> tuple[Aim, ...]:
    """The aims for the share of each floor that the writer reaches."""
    name = f"Logboek, {WRITERS} schrijvers, deel van"
    return (
        Aim(
            key="toevoegen-deel-raw",
            name=f"{name} kale sqlite3",
            unit="x",
            bound=0.3,
            measured=to_raw,
            is_floor=True,
        ),
        Aim(
            key="toevoegen-deel-core",
            name=f"{name} SQLAlchemy in één draad",
            unit="x",
            bound=0.7,
            measured=to_core,
            is_floor=True,
        ),
    )


def _rate(key: str, name: str, seconds: float) -> Measure:
    return of_rate(key, name, count=LEAVES, seconds=seconds)


async def _by_writer(writer: Writer, leaves: Sequence[Leaf], first: int) -> float:
    """Seconds in which sixteen tasks each write their share, one change at a time, each waiting for its proof."""

    async def one(task: int) -> None:
        for place in range(task, len(leaves), WRITERS):
            key = f"meting:{first + place}"
            await writer.write(Change(key=key, judge=lambda _: Judgement(), leaves=(leaves[place],)))

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for task in range(WRITERS):
            group.create_task(one(task))
    return time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rows of sixteen appends: leaves, complete subtrees and the new head."""

    leaves: list[dict[str, object]]
    nodes: list[dict[str, object]]
    head: bytes


def _batches(leaves: Sequence[Leaf]) -> list[_Batch]:
    frontier, made = Frontier(), []
    for first in range(0, len(leaves), WRITERS):
        batch = leaves[first : first + WRITERS]
        grown = plan_append(frontier, (leaf.hash for leaf in batch))
        frontier = grown.frontier
        rows: list[dict[str, object]] = [
            {
                "leaf_index": row.leaf_index,
                "hash": row.hash,
                "salt": leaf.salt,
                "body": leaf.canonical_body,
                "item_key": f"meting:{row.leaf_index}",
                "tree_size": frontier.size,
            }
            for row, leaf in zip(grown.leaves, batch, strict=True)
        ]
        made.append(_Batch(rows, [row._asdict() for row in grown.nodes], frontier.to_bytes()))
    return made


def _by_sqlalchemy(engines: Engines, batches: Sequence[_Batch]) -> float:
    """Seconds in which one thread writes the batches by SQLAlchemy."""
    start = time.perf_counter()
    for batch in batches:
        with engines.writing.begin() as connection:
            connection.execute(log_leaves.insert(), batch.leaves)
            connection.execute(log_nodes.insert(), batch.nodes)
            connection.execute(log_head.update().values(frontier=batch.head))
    return time.perf_counter() - start


def _by_sqlite3(database: sqlite3.Connection, batches: Sequence[_Batch]) -> float:
    """Seconds in which one thread writes the batches by the sqlite3 of Python."""
    start = time.perf_counter()
    for batch in batches:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(_LEAF_SQL, batch.leaves)
        database.executemany(_NODE_SQL, batch.nodes)
        database.execute("UPDATE log_head SET frontier = ?", (batch.head,))
        database.execute("COMMIT")
    return time.perf_counter() - start


def _open_raw(path: Path) -> sqlite3.Connection:
    """A migrated file with the settings that the hub uses too; for one thread at a time."""
    with _fresh(path):
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        database.execute(f"PRAGMA {pragma}")
    return database


@contextmanager
def _fresh(path: Path) -> Iterator[Engines]:
    engines = open_engines(f"sqlite+pysqlite:///{path}")
    try:
        migrate(engines.writing)
        yield engines
    finally:
        engines.dispose()


@contextmanager
def _running(writer: Writer) -> Iterator[Writer]:
    writer.start()
    try:
        yield writer
    finally:
        writer.close()
