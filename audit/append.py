"""What to write to append leaves: index assignment, rows, new frontier and root. Pure: the caller holds the
lock.

The hub calls `plan_append` as the last step of its transaction, with the frontier that it read under the lock
on `log_head` (the head row is locked last), and inserts what comes back. Nothing here may be kept
over a rollback.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from audit.errors import ProofInvalid
from audit.tree import HASH_BYTES, MAX_SIZE, Frontier


class LeafRow(NamedTuple):
    """A leaf with the index that it got."""

    leaf_index: int
    hash: bytes


class NodeRow(NamedTuple):
    """A complete subtree of level 1 or higher, written once and never changed."""

    level: int
    node_index: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """The rows of one append. `leaves` are in the order given; `nodes` hold levels 1 and up (level 0 is the
    leaf itself)."""

    leaves: tuple[LeafRow, ...]
    nodes: tuple[NodeRow, ...]
    frontier: Frontier
    root: bytes


def plan_append(frontier: Frontier, leaf_hashes: Iterable[bytes]) -> Appended:
    """The rows that bring the tree of `frontier` to the tree with these leaves behind it.

    Raises ProofInvalid for something that is not a SHA-256 hash, before anything is returned.
    """
    size, peaks = frontier.size, list(frontier.peaks)
    leaves: list[LeafRow] = []
    nodes: list[NodeRow] = []
    for leaf_hash in leaf_hashes:
        if len(leaf_hash) != HASH_BYTES or size >= MAX_SIZE:
            raise ProofInvalid(f"blad {size} is geen SHA-256, of de boom is vol")
        leaves.append(LeafRow(size, leaf_hash))
        level, index, carry = 0, size, leaf_hash
        while index & 1:
            carry = sha256(b"\x01" + peaks.pop() + carry).digest()
            level, index = level + 1, index >> 1
            nodes.append(NodeRow(level, index, carry))
        peaks.append(carry)
        size += 1
    grown = Frontier(size=size, peaks=tuple(peaks))
    return Appended(leaves=tuple(leaves), nodes=tuple(nodes), frontier=grown, root=grown.root())
