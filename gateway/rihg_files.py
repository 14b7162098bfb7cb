"""Reads the instruments of the RiHG that the settings of a node name, when it starts.

The signals belong to the instrument (NJi) and are no part of Schakel: without a file a form is checked and counted, and
which signal belongs to which part is not.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from gateway.domain.errors import InvalidInput
from gateway.domain.rihg import RihgVersion, with_instruments
from gateway.settings import SettingsError


def rihg_versions(files: Iterable[Path]) -> Mapping[str, RihgVersion]:
    """The versions of this release by name, with their instruments. Raises SettingsError, with every mistake."""
    try:
        return with_instruments(json.loads(file.read_bytes()) for file in files)
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"rihg_instruments: {error}") from error
    except InvalidInput as error:
        causes = [f"{cause.pointer}: {cause.detail_nl}" for cause in error.causes]
        raise SettingsError("\n  ".join([f"rihg_instruments: {error.detail_nl}", *causes])) from error
