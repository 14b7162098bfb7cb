"""The lock files are complete, neutral and in step with pyproject.toml; early code needs no library."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = sorted(PROJECT.glob("requirements*.txt"))
_REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[a-z,-]+\])?", re.IGNORECASE)


def _name(requirement: str) -> str:
    match = _REQUIREMENT.match(requirement)
    assert match is not None, requirement
    return match[0].lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_hash_and_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert entries
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]
    assert "://" not in text


@pytest.mark.parametrize("source", sorted(PROJECT.glob("requirements*.in")), ids=lambda path: path.name)
def test_every_direct_dependency_is_pinned_and_locked_at_that_version(source: Path) -> None:
    lock = source.with_suffix(".txt").read_text("utf-8")
    for line in source.read_text("utf-8").splitlines():
        requirement = line.split("#")[0].strip()
        if requirement and not requirement.startswith("-"):
            name, _, version = requirement.partition("==")
            bare = name.split("[")[0].lower()
            assert re.search(rf"^{re.escape(bare)}=={re.escape(version)}\b", lock, re.MULTILINE), requirement


def test_pyproject_names_the_dependencies_that_are_locked() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {_name(requirement) for requirement in project["dependencies"]}
    lines = (PROJECT / "requirements.in").read_text("utf-8").splitlines()
    assert named == {_name(line) for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("package", ["gateway/setup", "gateway/domain"])
def test_these_packages_import_the_standard_library_and_themselves_only(package: str) -> None:
    own = package.replace("/", ".")
    foreign = {
        f"{path.relative_to(PROJECT)}: {module}"
        for path in (PROJECT / package).rglob("*.py")
        for module in _imported(path)
        if module.split(".")[0] not in sys.stdlib_module_names and not f"{module}.".startswith(f"{own}.")
    }
    assert foreign == set()


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names
