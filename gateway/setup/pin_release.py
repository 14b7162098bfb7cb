"""For maintainers: downloads the official releases of all platforms and writes what they hash to.

What is pinned this way is what was served at that moment. Compare it with the project's signed checksum
file or release notes before you commit it.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.setup.pins import PINS_FILE, load_pins
from gateway.setup.progress import Progress
from gateway.setup.release import download, sha256_of

PLATFORMS = ("darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64")


def pin_releases(names: list[str], progress: Progress, pins_file: Path = PINS_FILE) -> None:
    """Shows and writes the checksums of the releases of `names`.

    Raises SourceFailed when one cannot be downloaded; servers.json is then as it was.
    """
    pins = load_pins(pins_file)
    document = json.loads(pins_file.read_text("utf-8"))
    for name in names:
        document[name]["release"]["sha256"] = {}
        for platform_name in PLATFORMS:
            url = pins[name].url(platform_name)
            with TemporaryDirectory() as folder, progress.task(name) as say:
                archive = Path(folder) / "release"
                download(url, archive)
                digest = sha256_of(archive)
                say(f"{digest}  {url}")
            document[name]["release"]["sha256"][platform_name] = digest
    pins_file.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
