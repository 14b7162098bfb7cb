"""RFC 6962 / RFC 9162 section 2.1: hashing, the frontier of a growing tree, and proofs: made and checked.

Does no I/O. The tree is known by its *complete* subtrees: node (level, index) covers the leaves from `index
<< level` up to and including `((index + 1) << level) - 1`; level 0 are the leaf hashes. A node never changes
once written, whoever stores it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from audit.errors import ProofInvalid

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()  # RFC 6962 section 2.1: MTH({}) = SHA-256().
MAX_SIZE = 2**53 - 1  # What JSON carries exactly; no log comes near it.

_SIZE_BYTES = 8


class NodeId(NamedTuple):
    """The place of one complete subtree."""

    level: int
    node_index: int


NodeAt = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index). Raises LookupError when the store lacks it, never
returns a guess."""


def hash_leaf(entry: bytes) -> bytes:
    """RFC 6962 leaf hash of a log entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """RFC 6962 hash of an interior node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """All that is needed to append: the size and the roots of the complete subtrees on the right edge,
    largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE or len(self.peaks) != self.size.bit_count():
            raise ProofInvalid(f"een boom van {self.size} bladen heeft geen {len(self.peaks)} toppen")
        if any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise ProofInvalid("een top van de boom is geen SHA-256")

    def root(self) -> bytes:
        """The root of the tree of `size` leaves."""
        return _fold(self.peaks) if self.peaks else EMPTY_ROOT

    def append(self, leaf_hash: bytes) -> "Frontier":
        """The frontier of the tree with one leaf more. For many leaves at once:
        `audit.append.plan_append`."""
        peaks, carry, size = list(self.peaks), leaf_hash, self.size
        while size & 1:
            carry, size = hash_children(peaks.pop(), carry), size >> 1
        return Frontier(size=self.size + 1, peaks=(*peaks, carry))

    def to_bytes(self) -> bytes:
        """Eight bytes of size, big-endian, then the peaks, largest first."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The inverse of `to_bytes`. Raises ProofInvalid when the length does not fit the size."""
        peaks, rest = divmod(len(data) - _SIZE_BYTES, HASH_BYTES)
        if peaks < 0 or rest:
            raise ProofInvalid(f"{len(data)} bytes zijn geen bewaarde rand van een boom")
        starts = range(_SIZE_BYTES, len(data), HASH_BYTES)
        return cls(
            size=int.from_bytes(data[:_SIZE_BYTES], "big"),
            peaks=tuple(data[at : at + HASH_BYTES] for at in starts),
        )


def root_at(size: int, node_at: NodeAt) -> bytes:
    """The root of the first `size` leaves, also when the tree has grown since."""
    return _subtree(0, size, node_at) if size else EMPTY_ROOT


def frontier_at(size: int, node_at: NodeAt) -> Frontier:
    """The frontier at `size`, read back from stored nodes."""
    return Frontier(size=size, peaks=tuple(node_at(*node) for node in _complete(0, size)))


def inclusion_proof(index: int, size: int, node_at: NodeAt) -> tuple[bytes, ...]:
    """The path for leaf `index` in the tree of `size` leaves, from the leaf upwards (RFC 9162 section
    2.1.3.1)."""
    return tuple(_subtree(start, end, node_at) for start, end in _inclusion_ranges(index, size))


def consistency_proof(old_size: int, new_size: int, node_at: NodeAt) -> tuple[bytes, ...]:
    """The proof that the tree of `old_size` is a prefix of that of `new_size` (RFC 9162 section 2.1.4.1).

    Empty when the sizes are equal or the old tree was empty: then there is nothing to prove.
    """
    return tuple(_subtree(start, end, node_at) for start, end in _consistency_ranges(old_size, new_size))


def inclusion_nodes(index: int, size: int) -> tuple[NodeId, ...]:
    """Which nodes `inclusion_proof` will ask for, so that a store can fetch them in one query."""
    return _needed(_inclusion_ranges(index, size))


def consistency_nodes(old_size: int, new_size: int) -> tuple[NodeId, ...]:
    """Which nodes `consistency_proof` will ask for."""
    return _needed(_consistency_ranges(old_size, new_size))


def verify_inclusion(*, leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Returns when the leaf is at `index` of the tree (RFC 9162 section 2.1.3.2). Raises ProofInvalid
    otherwise."""
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofInvalid(f"blad {index} bestaat niet in een boom van {size} bladen")
    place, last, computed = index, size - 1, leaf_hash
    for sibling in _hashes(path):
        if last == 0:
            raise ProofInvalid(f"het bewijs voor blad {index} is te lang")
        if place & 1 or place == last:
            computed = hash_children(sibling, computed)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            computed = hash_children(computed, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or computed != root:
        raise ProofInvalid(f"het bewijs voor blad {index} leidt niet naar de wortel van {size} bladen")


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Returns when the old tree is a prefix of the new (RFC 9162 section 2.1.4.2). Raises ProofInvalid
    otherwise."""
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise ProofInvalid(f"een boom van {old_size} bladen is geen begin van een van {new_size}")
    if old_size in (0, new_size):
        expected = EMPTY_ROOT if old_size == 0 else new_root
        if proof or old_root != expected:
            raise ProofInvalid(f"de wortels bij {old_size} bladen verschillen")
        return
    old, new = _climb(old_size, new_size, [*_hashes(proof)], old_root)
    if old != old_root or new != new_root:
        raise ProofInvalid(f"de boom van {old_size} bladen is geen begin van die van {new_size}")


def _climb(old_size: int, new_size: int, proof: list[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """Both roots as the proof gives them; the steps are those of RFC 9162 section 2.1.4.2."""
    if old_size & (old_size - 1) == 0:  # (2) a complete old tree is its own first element.
        proof = [old_root, *proof]
    if not proof:
        raise ProofInvalid("het bewijs is leeg")
    place, last = old_size - 1, new_size - 1  # (3)
    while place & 1:  # (4)
        place, last = place >> 1, last >> 1
    old = new = proof[0]  # (5)
    for sibling in proof[1:]:  # (6)
        if last == 0:
            raise ProofInvalid("het bewijs is te lang")
        if place & 1 or place == last:
            old, new = hash_children(sibling, old), hash_children(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = hash_children(new, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:  # (7)
        raise ProofInvalid("het bewijs is te kort")
    return old, new


def _hashes(proof: Sequence[bytes]) -> Iterator[bytes]:
    for element in proof:
        if len(element) != HASH_BYTES:
            raise ProofInvalid("een deel van het bewijs is geen SHA-256")
        yield element


def _inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofInvalid(f"blad {index} bestaat niet in een boom van {size} bladen")
    start, end, ranges = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def _consistency_ranges(old_size: int, new_size: int) -> list[tuple[int, int]]:
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise ProofInvalid(f"een boom van {old_size} bladen is geen begin van een van {new_size}")
    if old_size == 0:
        return []
    start, end, ranges = 0, new_size, []
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:  # The verifier holds the whole old root, but not that of its last part.
        ranges.append((start, end))
    return ranges[::-1]


def _split(width: int) -> int:
    """The largest power of two smaller than `width` (RFC 6962: k)."""
    return 1 << (width - 1).bit_length() - 1


def _complete(start: int, end: int) -> Iterator[NodeId]:
    """The complete subtrees of a range, left to right; `start` is a multiple of the width of the largest."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield NodeId(level, start >> level)
        start += 1 << level


def _needed(ranges: Iterable[tuple[int, int]]) -> tuple[NodeId, ...]:
    return tuple(node for start, end in ranges for node in _complete(start, end))


def _subtree(start: int, end: int, node_at: NodeAt) -> bytes:
    return _fold([node_at(*node) for node in _complete(start, end)])


def _fold(peaks: Sequence[bytes]) -> bytes:
    root = peaks[-1]
    for left in peaks[-2::-1]:
        root = hash_children(left, root)
    return root
