"""The results of one run as a table for people and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from gateway.domain.clock import rfc3339
from gateway.local.bench.figures import Aim, Measure, Outcome

VERSION: Final = 1
_COLOUR: Final = {Outcome.MET: "green", Outcome.MISSED: "red", Outcome.UNKNOWN: "yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """On what was measured. `load` is the load average of the last minute before the run: the machine is rarely ours
    alone, and figures without it say little."""

    processors: int
    model: str
    python: str
    load: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that one run gave."""

    at: datetime
    seconds: float
    machine: Machine
    measures: Sequence[Measure]
    aims: Sequence[Aim]

    def to_json(self) -> dict[str, Any]:
        """Names are part of the format: a comparison of two runs goes by `sleutel`."""
        return {
            "versie": VERSION,
            "tijdstip": rfc3339(self.at),
            "duurSeconden": round(self.seconds, 1),
            "machine": {
                "processors": self.machine.processors,
                "model": self.machine.model,
                "python": self.machine.python,
                "belasting": self.machine.load,
            },
            "metingen": [_measure_json(measure) for measure in self.measures],
            "doelen": [_aim_json(aim) for aim in self.aims],
        }

    def to_text(self) -> str:
        return json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n"


def print_report(report: Report, console: Console) -> None:
    """Measures, then aims; last how many aims are met."""
    machine = report.machine
    console.print(
        f"{machine.processors} x {machine.model}, Python {machine.python}; "
        f"belasting vooraf {machine.load:.1f}; duur {report.seconds:.0f} s"
    )
    console.print(_measure_table(report.measures))
    console.print(_aim_table(report.aims))
    met = sum(aim.outcome is Outcome.MET for aim in report.aims)
    console.print(f"{met} van {len(report.aims)} doelen gehaald.")


def figure(value: float | None, unit: str = "") -> str:
    """Three significant figures in Dutch notation, with its unit; a dash for none."""
    if value is None:
        return "-"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))
    return f"{text} {unit}".rstrip()


def _measure_table(measures: Sequence[Measure]) -> Table:
    table = Table(title="Metingen", title_justify="left")
    table.add_column("wat", overflow="fold")
    for heading in ("aantal", "p50", "p99", "eenheid"):
        table.add_column(heading, justify="left" if heading == "eenheid" else "right")
    for each in measures:
        table.add_row(each.name, str(each.count), figure(each.p50), figure(each.p99), each.unit)
    return table


def _aim_table(aims: Sequence[Aim]) -> Table:
    table = Table(title="Doelen", title_justify="left")
    for heading in ("doel", "grens", "gemeten", "uitkomst"):
        table.add_column(heading, overflow="fold")
    for aim in aims:
        outcome = aim.outcome
        said = f"[{_COLOUR[outcome]}]{outcome}[/]" + (f": {aim.why}" if aim.why else "")
        table.add_row(aim.name, bound_text(aim), figure(aim.measured, aim.unit), said)
    return table


def bound_text(aim: Aim) -> str:
    """The bound in words."""
    return f"{'minstens' if aim.is_floor else 'hoogstens'} {figure(aim.bound, aim.unit)}"


def _measure_json(measure: Measure) -> dict[str, Any]:
    return {
        "sleutel": measure.key,
        "naam": measure.name,
        "eenheid": measure.unit,
        "aantal": measure.count,
        "p50": measure.p50,
        "p99": measure.p99,
    }


def _aim_json(aim: Aim) -> dict[str, Any]:
    return {
        "sleutel": aim.key,
        "naam": aim.name,
        "eenheid": aim.unit,
        "grens": aim.bound,
        "richting": "minstens" if aim.is_floor else "hoogstens",
        "gemeten": aim.measured,
        "uitkomst": aim.outcome.value,
        "waarom": aim.why,
    }
