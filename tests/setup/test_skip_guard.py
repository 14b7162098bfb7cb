"""The guard against silent skips bites: run as CI runs it, on tests that skip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED_REAL = "import pytest\n@pytest.mark.real\ndef test_it():\n    pytest.skip('no server here')\n"
SKIPPED_OTHER = "import pytest\ndef test_it():\n    pytest.skip('not today')\n"
SKIPPED_MODULE = "import pytest\npytest.skip('nothing here', allow_module_level=True)\n"
EXPECTED_FAILURE = "import pytest\n@pytest.mark.real\n@pytest.mark.xfail\ndef test_it():\n    assert False\n"
PASSES = "def test_other():\n    assert True\n"

PROJECT = Path(__file__).resolve().parents[2]


def _outcome(folder: Path, body: str, *, ci: str, workers: str = "0") -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(body, "utf-8")
    (folder / "test_other.py").write_text(PASSES, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  real: real\n", "utf-8")
    plugins = ["-p", "xdist", "-p", "tests.skip_guard", "-n", workers, "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, str(folder)],
        cwd=folder,
        env=os.environ | {"CI": ci, "PYTHONPATH": str(PROJECT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_skipped_real_test_fails_the_run_in_ci(tmp_path: Path, workers: str) -> None:
    run = _outcome(tmp_path, SKIPPED_REAL, ci="true", workers=workers)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout
    assert "test_sample.py::test_it needs a real component" in run.stdout


def test_a_module_skipped_as_a_whole_fails_the_run_in_ci(tmp_path: Path) -> None:
    assert _outcome(tmp_path, SKIPPED_MODULE, ci="true").returncode == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("body", [SKIPPED_OTHER, EXPECTED_FAILURE], ids=["other skip", "expected failure"])
def test_what_is_no_skipped_real_test_passes_in_ci(tmp_path: Path, body: str) -> None:
    run = _outcome(tmp_path, body, ci="true")
    assert run.returncode == pytest.ExitCode.OK, run.stdout


def test_a_skipped_real_test_passes_outside_ci(tmp_path: Path) -> None:
    assert _outcome(tmp_path, SKIPPED_REAL, ci="").returncode == pytest.ExitCode.OK
