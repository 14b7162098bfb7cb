"""The reference folder: schemas, rulesets and the handbook's data that tests compare with and that are never copied.

SCHAKEL_CONFORMANCE names it. It has two parts, `domain/` and `conformance/`. Whoever has no such folder can
develop all the same: the tests that need it are skipped, each with its reason.
"""

import os
from pathlib import Path

import pytest

VARIABLE = "SCHAKEL_CONFORMANCE"


def reference(part: str) -> Path:
    """The file or folder `part` below the reference folder, for example `conformance/adr-ruleset`.

    Skips the test when the variable is not set. Fails it when the variable is set and the part is not there:
    a wrong path must not look like a missing folder.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"{VARIABLE} is not set: it names the folder that holds {part}")
    found = Path(folder) / part
    if not found.exists():
        pytest.fail(f"{VARIABLE} is set, but {found} is not there", pytrace=False)
    return found
