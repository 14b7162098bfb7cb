"""Every decision case of the domain, asked of the policy: verdict, mask and rule must be those of the case."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.policies.rego_casebook import question, verdict
from tests.policies.rego_engine import decide


@pytest.fixture(scope="module")
def domain() -> Path:
    folder = os.environ.get("SCHAKEL_CONFORMANCE")
    if not folder:
        pytest.skip(
            "SCHAKEL_CONFORMANCE names no folder with the domain files: cases and matrix not compared"
        )
    return Path(folder) / "domain"


def test_every_case_has_its_verdict_for_the_right_rule(domain: Path) -> None:
    model = json.loads((domain / "model.json").read_text())
    cases: list[dict[str, Any]] = json.loads((domain / "cases.json").read_text())
    asked = [question(case, model) for case in cases]
    found: dict[str, tuple[str, str | None, str]] = {}
    for package in sorted({package for package, _ in asked}):
        chosen = [
            (case["id"], given) for case, (where, given) in zip(cases, asked, strict=True) if where == package
        ]
        answers = decide(package, [given for _, given in chosen])
        found |= {case_id: verdict(package, each) for (case_id, _), each in zip(chosen, answers, strict=True)}
    expected = {case["id"]: (case["expect"], case.get("mask"), case["rule"]) for case in cases}
    assert len(expected) >= 131
    assert found == expected
