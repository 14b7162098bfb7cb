"""Heads, proofs and the export of the audit log, from what is stored and committed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, and_, or_, select

from audit.canonical import parse
from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.export import CheckpointLine, LeafLine
from audit.note import NoteSigner
from audit.tree import (
    Frontier,
    NodeId,
    consistency_nodes,
    consistency_proof,
    inclusion_nodes,
    inclusion_proof,
    root_at,
)
from gateway.hub.storage.changes import Placement
from gateway.hub.storage.log_append import HEAD_ID, Hashes
from gateway.hub.storage.rows import CheckpointRow
from gateway.hub.storage.selecting import select_one
from gateway.hub.storage.tables import checkpoints, log_head, log_leaves, log_nodes

_LEAVES_AT_ONCE = 1000

ProofQuery = Callable[[Connection], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class LogSigner:
    """Signs heads of the hub's log. Only ever give it a head that was committed: a signature cannot be taken back.

    Ed25519 is deterministic, so that the checkpoint of one head is always the same text.
    """

    signer: NoteSigner

    def note(self, size: int, root: bytes) -> str:
        """The signed checkpoint as text."""
        head = Checkpoint(origin=self.signer.verifier.name, size=size, root=root)
        return sign_checkpoint(head, self.signer).to_text()


def committed_head(connection: Connection) -> Frontier:
    """The frontier of the committed log; give it a reading connection."""
    held: bytes = connection.execute(
        select(log_head.c.frontier).where(log_head.c.head_id == HEAD_ID)
    ).scalar_one()
    return Frontier.from_bytes(held)


def placements(connection: Connection, keys: Iterable[str]) -> dict[str, Placement]:
    """The placement of each change that was committed, by key; the same as when it was written."""
    found = connection.execute(
        select(
            log_leaves.c.item_key, log_leaves.c.leaf_index, log_leaves.c.hash, log_leaves.c.tree_size
        ).where(log_leaves.c.item_key.in_(list(keys)))
    ).all()
    return {row.item_key: _placement(connection, row.leaf_index, row.hash, row.tree_size) for row in found}


def inclusion(connection: Connection, index: int, size: int) -> tuple[bytes, ...]:
    """The path of leaf `index` in the tree of `size` leaves. Raises ProofInvalid when there is no such leaf."""
    known = _hashes(connection, inclusion_nodes(index, size))
    return inclusion_proof(index, size, lambda level, place: known[level, place])


def consistency(connection: Connection, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """The proof that the log of `old_size` is a prefix of that of `new_size`. Raises ProofInvalid for sizes that
    never were."""
    known = _hashes(connection, consistency_nodes(old_size, new_size))
    return consistency_proof(old_size, new_size, lambda level, place: known[level, place])


def largest_checkpoint(connection: Connection) -> CheckpointRow | None:
    """The stored checkpoint of the largest head; None before the first."""
    return select_one(
        connection, CheckpointRow, select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)
    )


def checkpoint_lines(connection: Connection) -> Iterator[CheckpointLine]:
    """Every stored checkpoint by size."""
    for note in connection.execute(select(checkpoints.c.note).order_by(checkpoints.c.size)).scalars():
        yield CheckpointLine(note=note)


def leaf_lines(connection: Connection, size: int) -> Iterator[LeafLine]:
    """The first `size` leaves by index, read in portions."""
    for start in range(0, size, _LEAVES_AT_ONCE):
        rows = connection.execute(
            select(log_leaves)
            .where(
                log_leaves.c.leaf_index >= start, log_leaves.c.leaf_index < min(start + _LEAVES_AT_ONCE, size)
            )
            .order_by(log_leaves.c.leaf_index)
        )
        for row in rows:
            body = None if row.body is None else parse(row.body)
            yield LeafLine(index=row.leaf_index, hash=row.hash, salt=row.salt, body=body)


def _placement(connection: Connection, index: int, leaf_hash: bytes, size: int) -> Placement:
    # The root of a tree is the consistency proof's business; the frontier at `size` has all of its peaks.
    peaks = _peak_ids(size)
    known = _hashes(connection, (*inclusion_nodes(index, size), *peaks))
    return Placement(
        leaf_index=index,
        leaf_hash=leaf_hash,
        tree_size=size,
        path=inclusion_proof(index, size, lambda level, place: known[level, place]),
        root=root_at(size, lambda level, place: known[level, place]),
    )


def _peak_ids(size: int) -> list[NodeId]:
    ids, start = [], 0
    for level in range(size.bit_length(), -1, -1):
        if size >> level & 1:
            ids.append(NodeId(level, start >> level))
            start += 1 << level
    return ids


def _hashes(connection: Connection, wanted: Iterable[NodeId]) -> Hashes:
    ids = set(wanted)
    leaves = [node.node_index for node in ids if node.level == 0]
    nodes = [node for node in ids if node.level > 0]
    known: dict[tuple[int, int], bytes] = {}
    if leaves:
        found = connection.execute(
            select(log_leaves.c.leaf_index, log_leaves.c.hash).where(log_leaves.c.leaf_index.in_(leaves))
        )
        known |= {(0, row.leaf_index): row.hash for row in found}
    if nodes:
        places = (and_(log_nodes.c.level == n.level, log_nodes.c.node_index == n.node_index) for n in nodes)
        found = connection.execute(select(log_nodes).where(or_(*places)))
        known |= {(row.level, row.node_index): row.hash for row in found}
    return known
