"""Mutants of the Rego: one small change each in what a rule says, which the tests beside the rules must notice.

`mutants(file)` gives every changed text of one file; `survivors(...)` runs the Rego tests on each. Texts in METADATA,
comments and formatting are left alone: they change no verdict.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.policies.rego_engine import POLICIES, rule_folders
from tests.servers import program

# (what, how it looks, what it becomes)
_CHANGES: tuple[tuple[str, str, str], ...] = (
    ("drop a negation", r"\bnot (?=[a-z_])", ""),
    ("equal becomes unequal", r" == ", " != "),
    ("unequal becomes equal", r" != ", " == "),
    ("greater becomes not less", r" > ", " >= "),
    ("at most becomes less", r" <= ", " < "),
    ("less becomes at most", r" < ", " <= "),
    ("at least becomes more", r" >= ", " > "),
    ("true becomes false", r"\btrue\b", "false"),
    ("false becomes true", r"\bfalse\b", "true"),
    ("is_true becomes is_false", r"\bis_true\(", "is_false("),
    ("is_false becomes is_true", r"\bis_false\(", "is_true("),
    ("and-set becomes or-set", r" & ", " | "),
    ("or-set becomes and-set", r" \| (?=_|\()", " & "),
    ("difference becomes union", r" - (?=_|object)", " | "),
    ("first becomes second", r"\[0\]", "[1]"),
    ("min becomes max", r"\bmin\(", "max("),
    ("deny becomes allow", r'"deny"', '"allow"'),
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed text of one file."""

    file: Path
    line: int
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.file.parent.name}/{self.file.name}:{self.line}: {self.what}"


def mutants(file: Path) -> Iterator[Mutant]:
    """Every mutant of a file: the changes above, and each condition of a body removed."""
    lines = file.read_text().splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.startswith(("#", "package", "import")) or not line.strip():
            continue
        for what, pattern, becomes in _CHANGES:
            for match in re.finditer(pattern, line):
                if _inside_text(line, match):
                    continue
                changed = line[: match.start()] + becomes + line[match.end() :]
                yield _mutant(file, lines, number, what, changed)
        if _is_condition(lines, number):
            yield _mutant(file, lines, number, "drop a condition", "")


def _inside_text(line: str, match: re.Match[str]) -> bool:
    around = next(
        (each for each in _STRING.finditer(line) if each.start() <= match.start() < each.end()), None
    )
    return around is not None and around.span() != match.span()


def _is_condition(lines: list[str], number: int) -> bool:
    """A line of a body that can go without leaving a variable undefined or the body empty."""
    line = lines[number]
    if not re.match(r"^\t+[a-z_not ]", line) or re.match(r"^\t+(some|every)\b", line) or ":=" in line:
        return False
    if line.rstrip().endswith(("{", "(", "[", ",", "|")):
        return False
    return not (lines[number - 1].rstrip().endswith("if {") and lines[number + 1].strip() == "}")


def _mutant(file: Path, lines: list[str], number: int, what: str, changed: str) -> Mutant:
    text = "".join([*lines[:number], changed, *lines[number + 1 :]])
    return Mutant(file=file, line=number + 1, what=what, text=text)


def all_mutants(policies: Path = POLICIES) -> list[Mutant]:
    """Every mutant of every rule of the running policy, in order."""
    files = [
        file
        for folder in rule_folders(policies)
        for file in sorted(folder.glob("*.rego"))
        if not file.stem.endswith("_test")
    ]
    return [mutant for file in files for mutant in mutants(file)]


def survivors(chosen: list[Mutant], workspace: Path, workers: int = 2) -> tuple[list[Mutant], int]:
    """(mutants that no test noticed, number of mutants that compile). One that does not compile counts as none."""
    with ThreadPoolExecutor(workers) as pool:
        verdicts = list(pool.map(lambda each: _judge(each[1], workspace / str(each[0])), enumerate(chosen)))
    compiled = [mutant for mutant, verdict in zip(chosen, verdicts, strict=True) if verdict != "invalid"]
    return [m for m, verdict in zip(chosen, verdicts, strict=True) if verdict == "survived"], len(compiled)


def _judge(mutant: Mutant, place: Path) -> str:
    folder = place / mutant.file.parent.name
    shutil.copytree(mutant.file.parent, folder)
    (folder / mutant.file.name).write_text(mutant.text)
    others = [each for each in rule_folders() if each.name != mutant.file.parent.name]
    roots = [POLICIES / "data", *others, folder]
    # Most are noticed by the tests beside the rule, so the rest of the tests is asked only about those that are not.
    verdict = _tested(roots, f"{mutant.file.parent.name}_test")
    if verdict == "survived":
        verdict = _tested(roots, "")
    shutil.rmtree(place)
    return verdict


def _tested(roots: list[Path], only: str) -> str:
    run = subprocess.run(
        [program("opa"), "test", "--timeout", "60s", "--run", only, *roots],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if run.returncode == 0:
        return "survived"
    return "killed" if re.search(r"^(PASS|FAIL|ERROR):", run.stdout, re.MULTILINE) else "invalid"
