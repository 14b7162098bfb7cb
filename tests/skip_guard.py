"""A pytest plugin: in CI, a skipped test of a real component fails the run.

A module skipped as a whole counts too, because it hides which of its tests are real.
"""

import pytest

from tests.servers import in_ci

_skipped = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_skipped] = []
    config.pluginmanager.register(_Listener(config.stash[_skipped]), "schakel-skip-listener")


class _Listener:
    def __init__(self, skipped: list[str]) -> None:
        self._skipped = skipped

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # An expected failure is reported as skipped as well, and is none.
        if report.skipped and "real" in report.keywords and not hasattr(report, "wasxfail"):
            self._skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._skipped.append(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if in_ci() and session.config.stash[_skipped] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if in_ci():
        for nodeid in config.stash[_skipped]:
            terminalreporter.write_line(f"SKIPPED IN CI: {nodeid} needs a real component", red=True)
