"""What FORMAT.md and the auditor's page say is what the code does; the commands on that page run."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.export import CheckpointLine
from audit.outcome import Defect
from tests.audit.makers import event, small_bodies, small_log
from tests.audit.vectors.build import FOLDER

ROOT = Path(__file__).parents[2]
FORMAT = (ROOT / "audit" / "FORMAT.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def names(value: Any) -> set[str]:
    """Every member name in a JSON value."""
    if isinstance(value, dict):
        return set(value).union(*(names(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(names(inner) for inner in value))
    return set()


def test_every_member_on_the_wire_stands_in_the_format() -> None:
    log = small_log()
    written = [log.header.to_json(), CheckpointLine(note="").to_json(), log.leaves[1].to_json()]
    bodies = [body.to_json() for body in (event(0, None), *small_bodies())]
    members = names(written) | names(bodies)
    assert {name for name in members if not re.search(rf"\b{name}\b", FORMAT)} == set()


def test_every_defect_is_explained_to_the_auditor_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert rows == [defect.value for defect in Defect]


@pytest.mark.parametrize("block", BLOCKS)
def test_the_commands_of_the_page_run_as_written(block: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "OUT": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", block],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "UITKOMST" in done.stdout


def test_the_page_has_its_commands() -> None:
    assert len(BLOCKS) == 4
    assert (FOLDER / "log.jsonl").is_file()
