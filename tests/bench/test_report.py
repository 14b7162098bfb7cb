"""What a run shows and writes, and its exit status: a missed aim is told, and fails nothing."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gateway.local.bench import run as bench_run
from gateway.local.bench.figures import Aim, Measure, Section
from gateway.local.bench.report import Machine, Report, bound_text, figure, print_report

MEASURE = Measure(key="duur", name="Duur", unit="ms", count=3, p50=2.0, p99=3.5)
MET = Aim(key="snel", name="Snel genoeg", unit="ms", bound=8, measured=2.0)
MISSED = Aim(key="deel", name="Deel van de vloer", unit="x", bound=0.7, measured=0.5, is_floor=True)


def report(*aims: Aim) -> Report:
    return Report(
        at=datetime(2026, 3, 1, 1, 10, tzinfo=UTC),
        seconds=12.34,
        machine=Machine(processors=2, model="Voorbeeld", python="3.11.0", load=0.5),
        measures=[MEASURE],
        aims=aims,
    )


def shown(made: Report) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_report(made, console)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def part(key: str, measure: Any, *aims: Aim) -> bench_run.Part:
    return bench_run.Part(key=key, name=f"Onderdeel {key}", measure=measure, aims=aims)


def broken(_: Path) -> Section:
    raise RuntimeError("er is geen server")


def test_every_aim_is_printed_with_bound_measured_and_outcome() -> None:
    lines = shown(report(MET, MISSED)).splitlines()
    row = next(line for line in lines if "Deel van de vloer" in line)
    assert "minstens 0,70 x" in row
    assert "0,50 x" in row
    assert "niet gehaald" in row
    assert "niet" not in next(line for line in lines if "Snel genoeg" in line)
    assert lines[-1] == "1 van 2 doelen gehaald."


def test_the_json_holds_machine_measures_and_aims_by_key() -> None:
    document = json.loads(report(MISSED).to_text())
    assert document == {
        "versie": 1,
        "tijdstip": "2026-03-01T01:10:00.000Z",
        "duurSeconden": 12.3,
        "machine": {"processors": 2, "model": "Voorbeeld", "python": "3.11.0", "belasting": 0.5},
        "metingen": [
            {"sleutel": "duur", "naam": "Duur", "eenheid": "ms", "aantal": 3, "p50": 2.0, "p99": 3.5}
        ],
        "doelen": [
            {
                "sleutel": "deel",
                "naam": "Deel van de vloer",
                "eenheid": "x",
                "grens": 0.7,
                "richting": "minstens",
                "gemeten": 0.5,
                "uitkomst": "niet gehaald",
                "waarom": "",
            }
        ],
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0.123, "0,12"), (1.5, "1,50"), (12.34, "12,3"), (123.4, "123"), (14700.0, "14.700")],
)
def test_figures_are_rounded_to_what_they_are_worth_in_dutch(value: float | None, text: str) -> None:
    assert figure(value) == text


def test_a_bound_says_its_direction() -> None:
    assert bound_text(MET) == "hoogstens 8,00 ms"
    assert bound_text(MISSED) == "minstens 0,70 x"


def test_a_missed_aim_leaves_the_exit_status_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    section = Section(measures=(MEASURE,), aims=(MISSED,))
    monkeypatch.setattr(bench_run, "PARTS", (part("een", lambda _: section, MISSED),))
    assert bench_run.run(json_file=tmp_path / "uit.json") == 0
    assert "niet gehaald" in capsys.readouterr().out
    assert json.loads((tmp_path / "uit.json").read_text("utf-8"))["doelen"][0]["uitkomst"] == "niet gehaald"


def test_a_part_that_cannot_run_is_told_and_leaves_the_others_their_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = part("goed", lambda _: Section(measures=(MEASURE,), aims=(MET,)), MET)
    monkeypatch.setattr(bench_run, "PARTS", (part("stuk", broken, MISSED), good))
    assert bench_run.run(json_file=None) == 1
    said = capsys.readouterr()
    assert "er is geen server" in said.err
    assert "niet gemeten" in said.out
    assert "1 van 2 doelen gehaald." in said.out


def test_only_the_parts_that_were_asked_for_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    good = part("goed", lambda _: Section(measures=(MEASURE,), aims=(MET,)), MET)
    monkeypatch.setattr(bench_run, "PARTS", (part("stuk", broken), good))
    assert bench_run.run(json_file=None, only=("goed",)) == 0
    assert bench_run.run(json_file=None, only=("onbekend",)) == 2


def test_every_part_names_its_aims_before_it_runs() -> None:
    aims = [aim for each in bench_run.PARTS for aim in each.aims]
    assert len({aim.key for aim in aims}) == len(aims)
    assert {aim.outcome.value for aim in aims} == {"niet gemeten"}
    assert all(each.aims for each in bench_run.PARTS)
