"""Which program is taken: PATH where the version suffices, then the cache, then a build from source."""

import os
import shutil
from pathlib import Path

import pytest

from gateway.setup import NotPrepared, SetupFailed, find, prepare
from gateway.setup.finding import look, version_of
from gateway.setup.pins import Version, load_pins, parse_version
from gateway.setup.places import cached_program
from gateway.setup.progress import Progress
from gateway.setup.wheels import place

PIN = load_pins()["nats-server"]


def _program(folder: Path, says: str, name: str = "nats-server") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{says}\n", "utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture(autouse=True)
def nothing_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache, and a PATH that holds a shell's own programs but no server and no Go."""
    plain = tmp_path / "plain"
    plain.mkdir()
    for name in ("sh", "echo", "cat", "mkdir", "chmod", "env"):
        found = shutil.which(name)
        assert found is not None
        (plain / name).symlink_to(found)
    monkeypatch.setenv("SCHAKEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(plain))
    monkeypatch.delenv("SCHAKEL_TOOLS", raising=False)
    find.cache_clear()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("nats-server: v2.15.2", (2, 15, 2)),
        ("v3.22", (3, 22, 0)),
        ("Version: 1.22.2\nRego Version: v1", (1, 22, 2)),
        ("no version here", None),
    ],
)
def test_versions_are_read_as_the_programs_print_them(text: str, version: Version | None) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize("version", [(2, 10, 27), (2, 15, 0), (3, 0, 0)], ids=str)
def test_a_version_below_the_minimum_or_of_another_major_does_not_suffice(version: Version) -> None:
    assert not PIN.suffices(version)


@pytest.mark.parametrize("version", [(2, 15, 1), (2, 16, 0)], ids=str)
def test_a_version_from_the_minimum_on_suffices(version: Version) -> None:
    assert PIN.suffices(version)


def test_a_program_on_path_that_suffices_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _program(tmp_path / "a", "echo nats-server: v2.15.3")
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    assert find("nats-server") == program


def test_an_old_program_on_path_is_passed_over_for_a_newer_one_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = _program(tmp_path / "old", "echo nats-server: v2.10.27")
    new = _program(tmp_path / "new", "echo nats-server: v2.15.2")
    monkeypatch.setenv("PATH", os.pathsep.join([str(old.parent), str(new.parent), os.environ["PATH"]]))
    assert find("nats-server") == new


def test_an_old_program_on_path_is_passed_over_for_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = _program(tmp_path / "old", "echo nats-server: v2.10.27")
    prepared = _program(cached_program(PIN).parent, "echo nats-server: v2.15.2")
    monkeypatch.setenv("PATH", f"{old.parent}{os.pathsep}{os.environ['PATH']}")
    assert find("nats-server") == prepared


@pytest.mark.parametrize("says", ["exit 1", "echo hello", "exec /no/such/program"])
def test_a_program_that_does_not_say_its_version_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    program = _program(tmp_path / "broken", says)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    assert version_of(program, PIN) is None
    assert look(PIN) is None


def test_what_no_place_holds_is_named_with_the_command_that_prepares_it() -> None:
    with pytest.raises(NotPrepared, match=r"nats-server 2\.15\.1 or newer .* run `make setup`"):
        find("nats-server")


FAKE_GO = """
if [ "$1" = version ]; then echo "go version go1.26.8 linux/amd64"; exit 0; fi
mkdir -p "$GOBIN"
env > "$GOBIN/../../environment"
echo '#!/bin/sh' > "$GOBIN/nats-server"
echo 'echo nats-server: v{version}' >> "$GOBIN/nats-server"
chmod +x "$GOBIN/nats-server"
"""


def _progress(lines: list[str]) -> Progress:
    return Progress(lines.append)


def test_what_is_missing_is_built_with_go_from_path_and_then_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = _program(tmp_path / "go", FAKE_GO.format(version="2.15.2"), "go")
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    lines: list[str] = []
    assert prepare(["nats-server"], _progress(lines)) == {"nats-server": cached_program(PIN)}
    assert find("nats-server") == cached_program(PIN)
    assert any("building github.com/nats-io/nats-server/v2@v2.15.2" in line for line in lines)
    assert [path.name for path in cached_program(PIN).parent.iterdir()] == ["nats-server"]


def test_a_build_is_checked_by_the_checksum_database_whatever_the_machine_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = _program(tmp_path / "go", FAKE_GO.format(version="2.15.2"), "go")
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    for name, value in {"GOSUMDB": "off", "GOFLAGS": "-insecure", "GOPRIVATE": "*", "GONOSUMDB": "*"}.items():
        monkeypatch.setenv(name, value)
    prepare(["nats-server"], _progress([]))
    recorded = (cached_program(PIN).parents[1] / "environment").read_text("utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in recorded if line.startswith("GO"))
    settings.pop("GOBIN")
    assert settings == {
        "GOSUMDB": "sum.golang.org",
        "GOFLAGS": "",
        "GOPRIVATE": "",
        "GONOSUMDB": "",
        "GOINSECURE": "",
    }


def test_a_build_of_another_version_is_refused_and_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = _program(tmp_path / "go", FAKE_GO.format(version="2.9.0"), "go")
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(SetupFailed) as failed:
        prepare(["nats-server"], _progress([]))
    message = str(failed.value)
    assert "needed is 2.15.1" in message
    assert "What to do: put nats-server 2.15.1 or newer" in message
    assert "no checksum is pinned" in message
    assert not cached_program(PIN).parent.exists()


def test_one_server_that_fails_does_not_hide_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = _program(tmp_path / "go", '[ "$1" = version ] && echo go1.26.8 || exit 1', "go")
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(SetupFailed) as failed:
        prepare(["nats-server", "opa"], _progress([]))
    assert "nats-server 2.15.2 cannot be prepared" in str(failed.value)
    assert "opa 1.22.2 cannot be prepared" in str(failed.value)


def test_another_lock_is_another_folder_of_the_wheel() -> None:
    assert place("requirements-go.txt") != place("requirements-postgres.txt")
    assert place("requirements-go.txt").name.startswith("requirements-go-")
