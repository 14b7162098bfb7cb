"""The import contracts bite: each forbidden import, planted in a copy of the tree, breaks its contract by name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

PLANTED = {
    "gateway/hub/usecases/planted.py": ("import gateway.protocol.opening", "The hub cannot open a copy"),
    "gateway/domain/planted.py": ("import sqlalchemy", "The domain does no I/O and knows no library"),
    "gateway/hub/planted.py": ("import gateway.node", "The command line stands on"),
    "gateway/protocol/planted.py": ("import gateway.web", "The command line stands on"),
    "audit/planted.py": ("import gateway.domain", "An auditor can run audit/ alone"),
    "adapters/planted.py": ("import gateway.hub", "An adapter knows the port of the node"),
    "gateway/node/planted.py": ("import gateway.setup", "Set-up runs before anything is installed"),
    "gateway/setup/planted.py": ("import gateway.domain", "Set-up imports nothing of the project"),
    "gateway/node/usecases/planted.py": ("import nats", "NATS is spoken only by"),
    "gateway/hub/http/planted.py": ("import opa_client", "OPA is asked only through"),
    "gateway/hub/usecases/planted_too.py": ("import sqlalchemy", "SQL is written only in the storage"),
    "gateway/web/planted.py": ("import authlib", "Authlib is used only by"),
    "gateway/hub/identity/planted.py": ("import jose", "python-jose is used only by"),
    "gateway/protocol/planted_too.py": ("import fastapi", "FastAPI is used only at the rim"),
}


def _contracts(tree: Path) -> dict[str, str]:
    """Every contract's name with `KEPT` or `BROKEN`, as import-linter judges this tree."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "400", "PATH": ""},
    )
    lines = done.stdout.splitlines()
    judged = {}
    for line in lines:
        for verdict in ("KEPT", "BROKEN"):
            name, found, _ = line.partition(f" {verdict}")
            if found:
                judged[name] = verdict
    assert judged, done.stdout + done.stderr
    return judged


def _copied(folder: Path) -> Path:
    for package in ("gateway", "adapters", "audit"):
        shutil.copytree(PROJECT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    return folder


def test_every_contract_is_kept(tmp_path: Path) -> None:
    assert set(_contracts(_copied(tmp_path)).values()) == {"KEPT"}


def test_each_planted_import_breaks_its_contract(tmp_path: Path) -> None:
    tree = _copied(tmp_path)
    for path, (statement, _) in PLANTED.items():
        (tree / path).write_text(f'"""Planted."""\n\n{statement}\n', "utf-8")
    broken = [name for name, verdict in _contracts(tree).items() if verdict == "BROKEN"]
    for path, (_, contract) in PLANTED.items():
        assert any(name.startswith(contract) for name in broken), f"{path} broke nothing"


@pytest.mark.parametrize("path", sorted(PLANTED))
def test_the_place_of_each_planted_import_exists(path: str) -> None:
    assert (PROJECT / path).parent.is_dir()


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without `__init__.py` would be seen by no contract."""
    # Alembic loads its scripts by path.
    folders = {
        path.parent
        for package in ("gateway", "adapters", "audit")
        for path in (PROJECT / package).rglob("*.py")
        if "migrations" not in path.parts
    }
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
