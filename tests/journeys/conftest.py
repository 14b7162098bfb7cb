"""One exchange for all crash tests of a worker: each test takes cases of its own, and leaves every part running."""

from collections.abc import Callable, Iterator

import pytest

from tests.journeys.ledger import Ledger
from tests.journeys.proof import assert_promises_kept, until_idle
from tests.journeys.senders import Sender
from tests.journeys.theatre import Theatre
from tests.servers import program

Measure = Callable[[str, float], None]


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    program("nats-server"), program("opa")
    with Theatre(tmp_path_factory.mktemp("journeys") / "exchange") as running:
        yield running


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def sender(theatre: Theatre, ledger: Ledger) -> Sender:
    """With a case in which one notice arrived already, and nothing is under way anywhere."""
    made = Sender.at_work(theatre, ledger)
    made.send()
    assert_promises_kept(theatre, ledger)
    until_idle(theatre)
    return made


@pytest.fixture
def measure(record_property: Callable[[str, object], None]) -> Measure:
    """`measure("back after a kill of the hub (s)", 1.2)`: shown at the end of the run, however it went."""

    def note(what: str, value: float) -> None:
        record_property(f"measured: {what}", round(value, 3))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if getattr(report, "when", "") == "call" and str(name).startswith("measured: "):
                    terminalreporter.write_line(f"{name}: {value}")
