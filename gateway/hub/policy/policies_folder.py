"""Where the policies are when nobody says so, and their data as a command reads them."""

import json
import sysconfig
from pathlib import Path
from typing import Any


class NoPolicies(Exception):
    """There is no folder of policies where one was expected."""


def policies_folder(given: Path | None = None) -> Path:
    """The folder that was given, else that of the working copy, else the installed one. Raises NoPolicies."""
    places = (
        [given]
        if given is not None
        else [
            Path(__file__).resolve().parents[3] / "policies",
            Path(sysconfig.get_path("data")) / "share" / "schakel" / "policies",
        ]
    )
    for place in places:
        if (place / "data" / "schakel").is_dir():
            return place
    raise NoPolicies(f"geen map met beleidsregels: {', '.join(map(str, places))}")


def policy_data(policies: Path, name: str) -> Any:
    """The document `data.schakel.<name>` as it stands in the folder. Raises NoPolicies."""
    try:
        return json.loads((policies / "data" / "schakel" / name / "data.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NoPolicies(f"{policies}: data van {name} niet te lezen: {error}") from error
