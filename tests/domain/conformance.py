"""The shared folder with the handbook's data, which is never copied into the project: SCHAKEL_CONFORMANCE names it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest


def handbook(file_name: str) -> Any:
    """The parsed file domain/<file_name>. Skips the test, saying why, when the folder is not there."""
    folder = os.environ.get("SCHAKEL_CONFORMANCE")
    if not folder:
        pytest.skip("SCHAKEL_CONFORMANCE is not set: the catalogue is not compared with the handbook's data")
    root = Path(folder)
    places = [root / "domain" / file_name, root.parent / "domain" / file_name]
    for path in places:
        if path.exists():
            return json.loads(path.read_text(encoding="utf-8"))
    raise FileNotFoundError(f"SCHAKEL_CONFORMANCE is set, but there is no {places[0]}")
