"""Appending to the audit log as the last step of a transaction.

Hashing and proofs are the library's (`audit`); here are the lock and the rows. Reading is in `log_reading`.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from sqlalchemy import Connection, insert, select, update

from audit.append import Appended, plan_append
from audit.leaf import Leaf
from audit.tree import Frontier, inclusion_proof
from gateway.hub.storage.changes import Change, Placement
from gateway.hub.storage.tables import log_head, log_leaves, log_nodes

HEAD_ID: Final = 1
_LOCKED_HEAD: Final = select(log_head.c.frontier).where(log_head.c.head_id == HEAD_ID).with_for_update()
_GROWN_HEAD: Final = update(log_head).where(log_head.c.head_id == HEAD_ID)
_NEW_LEAVES: Final = insert(log_leaves)
_NEW_NODES: Final = insert(log_nodes)

Hashes = Mapping[tuple[int, int], bytes]
"""Complete subtrees by (level, index)."""


def append(connection: Connection, changes: Sequence[Change]) -> list[Placement | None]:
    """Appends the leaves of all changes, and gives where each first leaf stands; None for a change without leaves.

    Locks the head row, which every transaction of every hub needs: call it last, just before the commit.
    """
    leaves = [leaf for change in changes for leaf in change.leaves]
    if not leaves:
        return [None] * len(changes)
    frontier = _locked_frontier(connection)
    grown = plan_append(frontier, (leaf.hash for leaf in leaves))
    _insert(connection, grown, leaves, [key for change in changes for key in _keys(change)])
    known = _peaks(frontier) | _grown(grown)
    starts = accumulate((len(change.leaves) for change in changes), initial=frontier.size)
    return [
        _placement(index, change.leaves[0], grown, known) if change.leaves else None
        for index, change in zip(starts, changes, strict=False)
    ]


def _locked_frontier(connection: Connection) -> Frontier:
    held = connection.execute(_LOCKED_HEAD).scalar_one()
    return Frontier.from_bytes(held)


def _insert(
    connection: Connection, grown: Appended, leaves: Sequence[Leaf], keys: Sequence[str | None]
) -> None:
    size = grown.frontier.size
    connection.execute(
        _NEW_LEAVES,
        [
            {
                "leaf_index": row.leaf_index,
                "hash": row.hash,
                "salt": leaf.salt,
                "body": leaf.canonical_body,
                "item_key": key,
                "tree_size": size,
            }
            for row, leaf, key in zip(grown.leaves, leaves, keys, strict=True)
        ],
    )
    if grown.nodes:
        connection.execute(_NEW_NODES, [row._asdict() for row in grown.nodes])
    connection.execute(_GROWN_HEAD, {"frontier": grown.frontier.to_bytes()})


def _keys(change: Change) -> list[str | None]:
    """The key on the first leaf of a change only, so that it is unique."""
    return [change.key if position == 0 else None for position in range(len(change.leaves))]


def _peaks(frontier: Frontier) -> dict[tuple[int, int], bytes]:
    """The complete subtrees on the right edge, by their place.

    With the new nodes they hold every hash on the path of a new leaf: what stands to the left of it is complete.
    """
    levels = [level for level in range(frontier.size.bit_length(), -1, -1) if frontier.size >> level & 1]
    starts = accumulate((1 << level for level in levels), initial=0)
    return {
        (level, start >> level): peak
        for level, start, peak in zip(levels, starts, frontier.peaks, strict=False)
    }


def _grown(grown: Appended) -> dict[tuple[int, int], bytes]:
    leaves = {(0, row.leaf_index): row.hash for row in grown.leaves}
    return leaves | {(row.level, row.node_index): row.hash for row in grown.nodes}


def _placement(index: int, leaf: Leaf, grown: Appended, known: Hashes) -> Placement:
    size = grown.frontier.size
    return Placement(
        leaf_index=index,
        leaf_hash=leaf.hash,
        tree_size=size,
        path=inclusion_proof(index, size, lambda level, place: known[level, place]),
        root=grown.root,
    )
