"""The Rego itself: formatted, checked with its schemas, tested line by line, and judged by our own checks."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.policies.rego_engine import POLICIES, evaluate, opa, rule_folders
from tests.policies.rego_rules import syntax


def _loaded() -> list[Path]:
    return [POLICIES / "data", *rule_folders(), POLICIES / "checks"]


def test_formatted() -> None:
    run = opa("fmt", "--list", POLICIES)
    assert (run.returncode, run.stdout) == (0, "")


def test_strict_and_every_path_of_the_input_is_in_its_schema() -> None:
    run = opa("check", "--strict", "--schema", POLICIES / "schemas", *_loaded())
    assert run.returncode == 0, run.stderr


def test_a_slip_in_a_path_of_the_input_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "transition"
    shutil.copytree(POLICIES / "transition", copy)
    rule = copy / "transition.rego"
    text = rule.read_text()
    assert "input.resource.case_state" in text
    rule.write_text(text.replace("input.resource.case_state", "input.resource.casestate"))
    others = [each for each in _loaded() if each.name != "transition"]
    run = opa("check", "--strict", "--schema", POLICIES / "schemas", *others, copy)
    assert run.returncode != 0
    assert "casestate" in run.stderr


def test_every_rule_test_passes_and_every_line_is_covered() -> None:
    run = opa("test", "--fail-on-empty", *_loaded())
    assert run.returncode == 0, run.stdout
    measured = opa("test", "--coverage", "--threshold", "100", *_loaded())
    assert measured.returncode == 0, measured.stdout[-2000:] + measured.stderr
    assert json.loads(measured.stdout)["coverage"] == 100


def test_our_own_checks_find_nothing() -> None:
    checks = [POLICIES / "checks"]
    assert evaluate("data.schakel.checks.violations", {"modules": syntax()}, roots=checks) == []


def test_regal_finds_nothing() -> None:
    regal = shutil.which("regal")
    if regal is None:
        pytest.skip("regal is not on PATH: its rules are not applied; our own checks are")
    run = subprocess.run([regal, "lint", POLICIES], capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stdout
