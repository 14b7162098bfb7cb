"""RFC 6962 hashing and proofs, against the vectors of Certificate Transparency and another implementation."""

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.append import plan_append
from audit.errors import ProofInvalid
from audit.tree import (
    EMPTY_ROOT,
    Frontier,
    NodeAt,
    consistency_nodes,
    consistency_proof,
    frontier_at,
    hash_leaf,
    inclusion_nodes,
    inclusion_proof,
    root_at,
    verify_consistency,
    verify_inclusion,
)

# The eight entries and the roots that the reference implementation of RFC 6962 tests itself with.
CT_ENTRIES = tuple(
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
CT_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES_0_1 = CT_ROOTS[2]
LEAVES_0_3 = CT_ROOTS[4]
LEAF_0 = CT_ROOTS[1]
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
LEAVES_2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
LEAVES_4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
LEAVES_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
LEAVES_6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"


def grown(entries: int | tuple[bytes, ...]) -> tuple[NodeAt, Frontier]:
    """A tree with a node for every complete subtree; entry i of a number is the text of i."""
    if isinstance(entries, int):
        entries = tuple(str(index).encode() for index in range(entries))
    appended = plan_append(Frontier(), map(hash_leaf, entries))
    nodes = {(0, row.leaf_index): row.hash for row in appended.leaves}
    nodes |= {(row.level, row.node_index): row.hash for row in appended.nodes}
    return lambda level, index: nodes[level, index], appended.frontier


def other_tree(size: int) -> pymerkle.InmemoryTree:
    """The same entries in another implementation of RFC 9162."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")  # type: ignore[no-untyped-call]  # it has no annotations
    for index in range(size):
        tree.append_entry(str(index).encode())
    return tree


NODE_AT, _ = grown(130)


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    _, frontier = grown(CT_ENTRIES[:size])
    assert frontier.root().hex() == CT_ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [LEAF_1, LEAVES_2_3, LEAVES_4_7]),
        (5, 8, [LEAF_4, LEAVES_6_7, LEAVES_0_3]),
        (2, 3, [LEAVES_0_1]),
        (1, 5, [LEAF_0, LEAVES_2_3, LEAF_4]),
    ],
)
def test_inclusion_paths_are_those_of_certificate_transparency(
    index: int, size: int, path: list[str]
) -> None:
    node_at, _ = grown(CT_ENTRIES)
    assert [element.hex() for element in inclusion_proof(index, size, node_at)] == path


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (1, 1, []),
        (0, 8, []),
        (1, 8, [LEAF_1, LEAVES_2_3, LEAVES_4_7]),
        (6, 8, [LEAVES_4_5, LEAVES_6_7, LEAVES_0_3]),
        (2, 5, [LEAVES_2_3, LEAF_4]),
    ],
)
def test_consistency_proofs_are_those_of_certificate_transparency(
    old: int, new: int, proof: list[str]
) -> None:
    node_at, _ = grown(CT_ENTRIES)
    assert [element.hex() for element in consistency_proof(old, new, node_at)] == proof


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31, 33])
def test_another_implementation_gives_the_same_roots_and_paths(size: int) -> None:
    other = other_tree(size)
    assert root_at(size, NODE_AT) == other.get_root(size)
    for index in range(size):
        theirs = other.prove_inclusion(
            index + 1, size
        ).path  # It counts from 1 and starts with the leaf itself.
        assert list(inclusion_proof(index, size, NODE_AT)) == theirs[1:]


def test_consistency_proofs_lead_to_the_roots_of_another_implementation() -> None:
    other = other_tree(33)
    for old in range(1, 34):
        for new in range(old, 34):
            verify_consistency(
                old_size=old,
                old_root=other.get_root(old),
                new_size=new,
                new_root=other.get_root(new),
                proof=consistency_proof(old, new, NODE_AT),
            )


@given(st.data())
def test_proofs_hold_between_any_two_sizes(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 130))
    old = data.draw(st.integers(0, new))
    index = data.draw(st.integers(0, new - 1))
    old_root, new_root = root_at(old, NODE_AT), root_at(new, NODE_AT)
    path = inclusion_proof(index, new, NODE_AT)
    verify_inclusion(leaf_hash=NODE_AT(0, index), index=index, size=new, path=path, root=new_root)
    proof = consistency_proof(old, new, NODE_AT)
    verify_consistency(old_size=old, old_root=old_root, new_size=new, new_root=new_root, proof=proof)


@given(st.data())
def test_the_proof_of_another_leaf_or_place_or_size_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 130))
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    path, root = inclusion_proof(index, size, NODE_AT), root_at(size, NODE_AT)
    with pytest.raises(ProofInvalid):
        verify_inclusion(leaf_hash=NODE_AT(0, other), index=index, size=size, path=path, root=root)
    with pytest.raises(ProofInvalid):
        verify_inclusion(leaf_hash=NODE_AT(0, index), index=other, size=size, path=path, root=root)
    with pytest.raises(ProofInvalid):
        verify_inclusion(
            leaf_hash=NODE_AT(0, index), index=index, size=size, path=path, root=root_at(size - 1, NODE_AT)
        )


@given(st.data())
def test_a_proof_with_one_byte_one_element_more_or_less_changed_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(3, 130))
    old = data.draw(st.integers(1, size - 1))
    proof = list(consistency_proof(old, size, NODE_AT))
    old_root, new_root = root_at(old, NODE_AT), root_at(size, NODE_AT)
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    flipped = bytearray(proof[at])
    flipped[bit // 8] ^= 1 << bit % 8
    for wrong in (
        [*proof[:at], bytes(flipped), *proof[at + 1 :]],
        proof[:-1],
        [*proof, proof[-1]],
        proof[1:],
    ):
        with pytest.raises(ProofInvalid):
            verify_consistency(old_size=old, old_root=old_root, new_size=size, new_root=new_root, proof=wrong)


@given(old=st.integers(1, 130), new=st.integers(1, 130), told=st.integers(0, 129))
def test_a_forked_log_has_no_consistency_proof(old: int, new: int, told: int) -> None:
    old, new = sorted((old, new))
    told %= old
    entries = tuple(b"otherwise" if index == told else str(index).encode() for index in range(old))
    _, fork = grown(entries)
    with pytest.raises(ProofInvalid):
        verify_consistency(
            old_size=old,
            old_root=fork.root(),
            new_size=new,
            new_root=root_at(new, NODE_AT),
            proof=consistency_proof(old, new, NODE_AT),
        )


@given(st.integers(1, 130), st.data())
def test_the_nodes_announced_are_exactly_those_that_a_proof_reads(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    read: list[tuple[int, int]] = []

    def recording(level: int, at: int) -> bytes:
        read.append((level, at))
        return NODE_AT(level, at)

    inclusion_proof(index, size, recording)
    assert read == [tuple(node) for node in inclusion_nodes(index, size)]
    read.clear()
    consistency_proof(old, size, recording)
    assert read == [tuple(node) for node in consistency_nodes(old, size)]


@given(st.lists(st.integers(0, 20), max_size=6))
def test_appending_in_batches_gives_the_same_tree_as_leaf_by_leaf(batches: list[int]) -> None:
    batched, single = Frontier(), Frontier()
    for start, count in zip([sum(batches[:at]) for at in range(len(batches))], batches, strict=True):
        hashes = [NODE_AT(0, index) for index in range(start, start + count)]
        appended = plan_append(batched, hashes)
        assert [row.leaf_index for row in appended.leaves] == list(range(start, start + count))
        assert all(row.hash == NODE_AT(row.level, row.node_index) for row in appended.nodes)
        batched = appended.frontier
        for one in hashes:
            single = single.append(one)
    assert batched == single == frontier_at(sum(batches), NODE_AT)
    assert batched.root() == root_at(sum(batches), NODE_AT)


@given(st.integers(0, 130))
def test_a_frontier_survives_storage_and_nothing_of_another_length_does(size: int) -> None:
    stored = frontier_at(size, NODE_AT).to_bytes()
    assert Frontier.from_bytes(stored) == frontier_at(size, NODE_AT)
    for wrong in (stored[:-1], stored + b"\x00", stored + bytes(32), stored[:7]):
        with pytest.raises(ProofInvalid):
            Frontier.from_bytes(wrong)


def test_a_missing_node_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(KeyError):
        inclusion_proof(0, 131, NODE_AT)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofInvalid, match="bestaat niet"):
        inclusion_proof(index, size, NODE_AT)
    with pytest.raises(ProofInvalid, match="bestaat niet"):
        verify_inclusion(leaf_hash=NODE_AT(0, 0), index=index, size=size, path=(), root=EMPTY_ROOT)


def test_an_older_tree_is_never_consistent_with_a_smaller_one() -> None:
    with pytest.raises(ProofInvalid, match="geen begin"):
        verify_consistency(
            old_size=8, old_root=root_at(8, NODE_AT), new_size=7, new_root=root_at(7, NODE_AT), proof=()
        )


def test_what_is_not_a_hash_is_not_appended() -> None:
    with pytest.raises(ProofInvalid, match="blad 1 is geen SHA-256"):
        plan_append(Frontier(), [bytes(32), bytes(31)])
