"""The policy under test: where its files are, and how OPA evaluates it once without a server."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.servers import program

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"
# Folders that hold no rule of the running policy: schemas and examples are read by tests, checks judge the rules.
_NOT_RULES = {"checks", "data", "examples", "schemas"}


def rule_folders(policies: Path = POLICIES) -> list[Path]:
    """Every folder of Rego that decides, sorted."""
    return sorted(each for each in policies.iterdir() if each.is_dir() and each.name not in _NOT_RULES)


def opa(*arguments: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """The finished OPA command; the caller judges its exit status."""
    return subprocess.run(
        [program("opa"), *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def evaluate(
    query: str, given: Any, policies: Path = POLICIES, *, roots: Sequence[Path] | None = None
) -> Any:
    """The one value of `query` with `given` as input. Raises AssertionError with OPA's words when there is none."""
    loaded = [policies / "data", *rule_folders(policies)] if roots is None else roots
    data = [part for each in loaded for part in ("-d", str(each))]
    run = opa("eval", *data, "--stdin-input", "--format", "json", query, stdin=json.dumps(given))
    assert run.returncode == 0, run.stdout + run.stderr
    answer = json.loads(run.stdout)
    assert "result" in answer, f"{query} is undefined"
    return answer["result"][0]["expressions"][0]["value"]


def decide(package: str, inputs: Sequence[dict[str, Any]], policies: Path = POLICIES) -> list[dict[str, Any]]:
    """The decisions of one package on many inputs, in order, in one run of OPA."""
    query = (
        f"[answer | some each in input.inputs; answer := data.schakel.{package}.decision with input as each]"
    )
    answers: list[dict[str, Any]] = evaluate(query, {"inputs": list(inputs)}, policies)
    assert len(answers) == len(inputs), "an input has no decision"
    return answers
