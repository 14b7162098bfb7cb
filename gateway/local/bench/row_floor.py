"""The floor of an accepted message: the rows that it wrote, in one transaction, by SQLAlchemy and nothing else.

What the hub's writer was given is recorded while the hub is measured; from it the same rows are made here before the
clock runs. No locks, no checks, no numbers, no proofs: only the statements.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from audit.append import plan_append
from audit.tree import Frontier
from gateway.hub.policy.questions import AccessQuestion, MessageQuestion, ReadingQuestion, TransitionQuestion
from gateway.hub.policy.verdicts import AccessDecision, MessageVerdict, ReadingDecision, TransitionDecision
from gateway.hub.ports import PolicyDecider
from gateway.hub.storage.changes import Change, Lane, Written
from gateway.hub.storage.engine import Engines, open_engines
from gateway.hub.storage.migrate import migrate
from gateway.hub.storage.tables import TABLE_OF, fact_versions, log_head, log_leaves, log_nodes
from gateway.hub.storage.writer import Writer

Statement = tuple[Any, list[dict[str, Any]]]
"""A statement of SQLAlchemy and the rows it is executed with."""


class RecordingWriter(Writer):
    """The hub's writer; keeps what it was given."""

    def __init__(self, engines: Engines) -> None:
        super().__init__(engines)
        self.changes: list[Change] = []

    async def write(self, change: Change) -> Written:
        self.changes.append(change)
        return await super().write(change)


class RecordingDecider:
    """The hub's decision point; keeps the messages that it was asked about."""

    def __init__(self, inner: PolicyDecider) -> None:
        self._inner = inner
        self.questions: list[MessageQuestion] = []

    @property
    def revision(self) -> str:
        return self._inner.revision

    async def decide_message(self, question: MessageQuestion) -> MessageVerdict:
        self.questions.append(question)
        return await self._inner.decide_message(question)

    async def decide_reading(self, question: ReadingQuestion) -> ReadingDecision:
        return await self._inner.decide_reading(question)

    async def decide_transition(self, question: TransitionQuestion) -> TransitionDecision:
        return await self._inner.decide_transition(question)

    async def decide_access(self, question: AccessQuestion) -> AccessDecision:
        return await self._inner.decide_access(question)


@dataclass(slots=True)
class RowFloor:
    """A database of its own, to which recorded changes are written bare."""

    engines: Engines
    _numbers: dict[Lane, int] = field(default_factory=lambda: defaultdict(int))
    _frontier: Frontier = field(default_factory=Frontier)

    @classmethod
    def open(cls, path: Path) -> "RowFloor":
        engines = open_engines(f"sqlite+pysqlite:///{path}")
        migrate(engines.writing)
        return cls(engines)

    def close(self) -> None:
        self.engines.dispose()

    def prepare(self, change: Change) -> list[Statement]:
        """The statements of one change. Call it in the order of the changes: numbers and the log go on from the one
        before. Raises ValueError for a change that does more than add rows."""
        statements = self._rows(change)
        for scope in change.touches:
            version = change.reads.get(scope, 0) + 1
            same = fact_versions.update().where(fact_versions.c.scope == scope)
            statement = same if version > 1 else fact_versions.insert()
            statements.append((statement, [{"scope": scope, "version": version}]))
        return statements + self._log(change)

    def write(self, statements: Sequence[Statement]) -> None:
        """One transaction."""
        with self.engines.writing.begin() as connection:
            for statement, rows in statements:
                connection.execute(statement, rows)

    def _rows(self, change: Change) -> list[Statement]:
        for lane in change.lanes:
            self._numbers[lane] += 1
        judgement = change.judge({lane: self._numbers[lane] for lane in change.lanes})
        if judgement.revisions or judgement.removals:
            raise ValueError("the floor is of messages that only add rows")
        rows: dict[type, list[dict[str, Any]]] = defaultdict(list)
        for row in judgement.inserts:
            rows[type(row)].append(asdict(row))
        return [(TABLE_OF[kind].insert(), found) for kind, found in rows.items()]

    def _log(self, change: Change) -> list[Statement]:
        grown = plan_append(self._frontier, (leaf.hash for leaf in change.leaves))
        self._frontier = grown.frontier
        leaves = [
            {
                "leaf_index": row.leaf_index,
                "hash": row.hash,
                "salt": leaf.salt,
                "body": leaf.canonical_body,
                "item_key": change.key if place == 0 else None,
                "tree_size": grown.frontier.size,
            }
            for place, (row, leaf) in enumerate(zip(grown.leaves, change.leaves, strict=True))
        ]
        nodes = [row._asdict() for row in grown.nodes]
        head = (log_head.update(), [{"frontier": grown.frontier.to_bytes()}])
        return [(log_leaves.insert(), leaves), *([(log_nodes.insert(), nodes)] if nodes else []), head]
