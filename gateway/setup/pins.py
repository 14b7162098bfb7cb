"""The pinned servers and tools, read from servers.json.

A release is used only when its checksum is pinned for this platform: a checksum fetched beside the
archive proves nothing about the archive.
"""

import json
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PINS_FILE = Path(__file__).with_name("servers.json")

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")

Version = tuple[int, int, int]


def parse_version(text: str) -> Version | None:
    """The first version in `text`, or None. A missing patch number is 0 (Helm built from source omits it)."""
    match = _VERSION.search(text)
    if match is None:
        return None
    return int(match[1]), int(match[2]), int(match[3] or 0)


def this_platform() -> str:
    """`<os>-<arch>` as release archives name it, for example linux-amd64."""
    machine = platform.machine().lower()
    return f"{sys.platform}-{_ARCHITECTURES.get(machine, machine)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One server or tool: which version, where from, and what its release must hash to."""

    name: str
    version: str
    minimum: str
    why_minimum: str
    version_arguments: tuple[str, ...]
    module: str
    release_url: str
    release_member: str | None
    sha256: dict[str, str]

    def suffices(self, found: Version) -> bool:
        """True from the minimum on, within the same major version."""
        minimum = parse_version(self.minimum)
        return minimum is not None and found >= minimum and found[0] == minimum[0]

    def url(self, platform_name: str) -> str:
        """Address of the official release for a platform."""
        return self._filled(self.release_url, platform_name)

    def member(self, platform_name: str) -> str | None:
        """Path of the program inside the archive; None when the release is the program itself."""
        return None if self.release_member is None else self._filled(self.release_member, platform_name)

    def _filled(self, template: str, platform_name: str) -> str:
        return template.format(
            version=self.version,
            platform=platform_name,
            platform_underscored=platform_name.replace("-", "_"),
        )


def load_pins(path: Path = PINS_FILE) -> dict[str, Pin]:
    """All pins by name. Raises KeyError when the file lacks something, ValueError on an address without https."""
    return {name: _pin(name, row) for name, row in json.loads(path.read_text("utf-8")).items()}


def _pin(name: str, row: dict[str, Any]) -> Pin:
    release = row["release"]
    if not str(release["url"]).startswith("https://"):
        raise ValueError(f"{PINS_FILE.name}: the release of {name} is not at an https address")
    return Pin(
        name=name,
        version=str(row["version"]),
        minimum=str(row["minimum"]),
        why_minimum=str(row["why_minimum"]),
        version_arguments=tuple(str(argument) for argument in row["version_arguments"]),
        module=str(row["module"]),
        release_url=str(release["url"]),
        release_member=None if release["member"] is None else str(release["member"]),
        sha256=dict(release["sha256"]),
    )
