"""Small changes in the rules are noticed by the tests beside the rules: at least 95 in a hundred."""

from pathlib import Path

import pytest

from tests.policies.rego_mutants import all_mutants, survivors

REQUIRED = 0.95


def test_there_are_mutants_of_every_kind_of_rule() -> None:
    chosen = all_mutants()
    assert {mutant.file.parent.name for mutant in chosen} >= {
        "access",
        "authz",
        "disclosure",
        "facts",
        "guards",
        "obligations",
        "question",
        "reading_purpose",
        "sending",
        "transition",
        "verdict",
    }
    assert len(chosen) > 300


@pytest.mark.full
def test_the_rego_tests_notice_nearly_every_small_change(tmp_path: Path) -> None:
    alive, compiled = survivors(all_mutants(), tmp_path)
    assert compiled > 300
    assert len(alive) <= (1 - REQUIRED) * compiled, "\n".join(map(str, alive))
