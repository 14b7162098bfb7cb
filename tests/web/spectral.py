"""Runs the official Spectral rulesets of the NL API Design Rules over an OpenAPI document.

The rulesets are not part of the project; SCHAKEL_CONFORMANCE names the folder that holds them.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.reference import reference

SPECTRAL = "@stoplight/spectral-cli@6.16.3"
# The first run installs the tool; afterwards a run takes some seconds.
_TIMEOUT_S = 300


def adr_ruleset(name: str = "adr-2.2.0-main-linter.yaml") -> Path:
    """The ruleset of that name; skips, and says why, where rulesets or npx are missing."""
    ruleset = reference(f"conformance/adr-ruleset/{name}")
    if shutil.which("npx") is None:
        pytest.skip("npx (Node.js) is missing, so the official linter cannot run")
    return ruleset


def spectral_findings(openapi: dict[str, Any], ruleset: Path) -> list[str]:
    """Errors and warnings, one line each: `severity rule path: message`. Raises when the linter itself fails."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(json.dumps(openapi), encoding="utf-8")
        report = Path(folder) / "report.json"
        command = ["npx", "--yes", SPECTRAL, "lint", "--ruleset", str(ruleset)]
        command += ["--format", "json", "--output", str(report), "--fail-severity", "hint", str(document)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        if not report.is_file():
            raise AssertionError(f"spectral did not run: {done.stderr[-2000:]}")
        findings: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8") or "[]")
    assert bool(findings) == (done.returncode != 0), f"exit {done.returncode} with {len(findings)} findings"
    severity = ("error", "warning", "information", "hint")
    return [
        f"{severity[found['severity']]} {found['code']} {'/'.join(map(str, found['path']))}: {found['message']}"
        for found in findings
    ]
