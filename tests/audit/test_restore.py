"""A restored log serves only when its witnesses know nothing that it does not."""

import pytest

from audit.checkpoint import SignedCheckpoint
from audit.errors import NotConsistent, WrongOrigin
from audit.leaf import Leaf
from audit.restore import Mode, RestoreVerdict, judge_restore, plan_recovery
from audit.tree import EMPTY_ROOT
from tests.audit.makers import append, event, head, leaf
from tests.audit.vectors.build import leaves

LEAVES = leaves()
FORKED = [*LEAVES[:2], leaf(2, event(2, None)), *LEAVES[3:]]


def root_at(size: int) -> bytes:
    return append(LEAVES[:size]).root


def judged(own_size: int, *witnessed: SignedCheckpoint, required: int = 1) -> RestoreVerdict:
    own = head(LEAVES, own_size).checkpoint
    return judge_restore(own, witnessed, required=required, own_root_at=root_at)


def test_a_log_that_its_witnesses_do_not_exceed_serves() -> None:
    verdict = judged(8, head(LEAVES, 8), head(LEAVES, 3), required=2)
    assert verdict == RestoreVerdict(mode=Mode.SERVE, missing=range(8, 8), target=None)


def test_a_log_behind_its_witnesses_stays_read_only_and_knows_what_it_lacks() -> None:
    verdict = judged(7, head(LEAVES, 3), head(LEAVES, 12), head(LEAVES, 8))
    target = head(LEAVES, 12).checkpoint
    assert verdict == RestoreVerdict(mode=Mode.READ_ONLY, missing=range(7, 12), target=target)


@pytest.mark.parametrize("required", [0, 1, 2])
def test_too_few_answers_is_read_only_and_no_answer_never_serves(required: int) -> None:
    answers = [head(LEAVES, 3)] * max(required - 1, 0)
    verdict = judged(8, *answers, required=required)
    assert verdict == RestoreVerdict(mode=Mode.READ_ONLY, missing=range(8, 8), target=None)


@pytest.mark.parametrize("size", [3, 7, 8])
def test_a_witness_that_knows_another_past_means_a_fork(size: int) -> None:
    with pytest.raises(NotConsistent, match="andere wortel dan wij"):
        judged(8, head(LEAVES, 1), head(FORKED, size))


def test_witnesses_that_know_two_futures_mean_a_fork() -> None:
    with pytest.raises(NotConsistent, match="verschillende wortels"):
        judged(2, head(LEAVES, 8), head(FORKED, 8))


def test_a_witness_of_another_log_is_not_heard() -> None:
    with pytest.raises(WrongOrigin):
        judged(8, head(LEAVES, 8, origin="ander.voorbeeld.invalid"))


def test_recovery_leads_exactly_to_what_the_witnesses_know() -> None:
    behind, target = append(LEAVES[:7]).frontier, head(LEAVES, 12).checkpoint
    recovered = plan_recovery(behind, [one.hash for one in LEAVES[7:]], target)
    assert recovered.frontier == append(LEAVES).frontier
    assert [row.leaf_index for row in recovered.leaves] == [7, 8, 9, 10, 11]


@pytest.mark.parametrize(
    "leaves_found", [LEAVES[7:11], [*LEAVES[7:11], FORKED[2]], [*LEAVES[8:], LEAVES[7]], []]
)
def test_other_leaves_are_not_a_recovery(leaves_found: list[Leaf]) -> None:
    behind, target = append(LEAVES[:7]).frontier, head(LEAVES, 12).checkpoint
    with pytest.raises(NotConsistent, match="leiden niet naar"):
        plan_recovery(behind, [one.hash for one in leaves_found], target)


def test_an_empty_restored_log_is_behind_whatever_was_witnessed() -> None:
    own = head(LEAVES, 0).checkpoint
    assert own.root == EMPTY_ROOT
    verdict = judge_restore(own, [head(LEAVES, 3)], required=1, own_root_at=root_at)
    assert (verdict.mode, verdict.missing) == (Mode.READ_ONLY, range(3))
