"""The examples in policies/examples: inputs and decisions fit their schemas, and the policy still decides them so."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.policies.rego_engine import POLICIES, decide
from tests.servers import program

EXAMPLES = sorted((POLICIES / "examples").glob("*.input.json"))
QUESTIONS = ("access", "disclosure", "sending", "transition")


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _schema(name: str) -> Any:
    schema = _read(POLICIES / "schemas" / f"{name}.json")
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def test_every_question_has_an_allowed_and_a_refused_example() -> None:
    found = {(each.name.split(".")[0], _decision(each)["allowed"]) for each in EXAMPLES}
    assert found == {(question, allowed) for question in QUESTIONS for allowed in (True, False)}


def _articles(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "article")
        part = list(part.values())
    for each in part if isinstance(part, list) else ():
        yield from _articles(each)


def test_no_decision_names_a_placeholder_for_an_article() -> None:
    """Where METADATA says that the article is that of a row, a message, an act or a question, that one is named."""
    rules = [file.read_text("utf-8") for file in POLICIES.rglob("*.rego")]
    stands_for_another = {found for text in rules for found in re.findall(r'citation: "(the [^"]+)"', text)}
    assert "the row's legal_ref" in stands_for_another
    asked = [(each.name.split(".")[0], _read(each)) for each in EXAMPLES]
    named = {article for name, given in asked for article in _articles(decide(name, [given]))}
    assert len(named) > 10
    assert not {each for each in named if any(other in each for other in stands_for_another)}


def _decision(example: Path) -> Any:
    return _read(example.with_name(example.name.replace(".input.", ".decision.")))


@pytest.mark.parametrize("question", QUESTIONS)
def test_examples_are_decided_as_written(question: str) -> None:
    mine = [each for each in EXAMPLES if each.name.startswith(f"{question}.")]
    decisions = decide(question, [_read(each) for each in mine])
    for example, decision in zip(mine, decisions, strict=True):
        complete = example.stem != "sending.feit_ontbreekt.input"
        assert _schema(f"{question}_input").is_valid(_read(example)) is complete, example.name
        _schema(f"{question}_decision").validate(decision)
        assert decision == _decision(example), example.name


@pytest.mark.parametrize("question", QUESTIONS)
def test_even_no_question_at_all_gets_a_decision_that_fits(question: str) -> None:
    wrong: list[dict[str, Any]] = [{}, {"recipients": 7, "context": None, "categories": "x", "subject": []}]
    for given in wrong:
        (decision,) = decide(question, [given])
        _schema(f"{question}_decision").validate(decision)
        assert (decision["allowed"], decision["rule"]) == (False, "P_ongeldige_vraag")


def test_an_example_can_be_tried_by_hand() -> None:
    example = POLICIES / "examples" / "transition.niet_gehoord.input.json"
    run = subprocess.run(
        [POLICIES / "try.sh", program("opa"), example],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == _decision(example)


def test_a_file_that_names_no_question_cannot_be_tried(tmp_path: Path) -> None:
    nameless = tmp_path / "iets.input.json"
    nameless.write_text("{}")
    run = subprocess.run(
        [POLICIES / "try.sh", program("opa"), nameless],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 2
    assert "must begin with" in run.stderr
