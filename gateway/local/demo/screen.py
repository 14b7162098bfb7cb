"""What the demo shows on a terminal: steps, who saw what and what not and why, refusals with their article."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

WIDTH: Final = 110
_SHOWN: Final = 46  # characters of a value; the point is whether it is there


class Screen:
    """Prints in colour on a terminal and plainly into a file."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
        self._step = 0

    @contextmanager
    def progress(self, what: str) -> Iterator[None]:
        with self._console.status(what):
            yield

    def title(self, text: str) -> None:
        self._console.print()
        self._console.rule(Text(text, style="bold"))

    def step(self, text: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold cyan]{self._step}.[/] [bold]{text}[/]")

    def say(self, text: str) -> None:
        self._console.print(f"   {text}")

    def good(self, text: str) -> None:
        self._console.print(f"   [green]✓[/] {text}")

    def refusal(self, problem: Mapping[str, Any]) -> None:
        """A no, with rule, article and next step, as the node gave it."""
        lines = Text()
        lines.append(f"{problem.get('status')} {problem.get('title')}: ", style="bold")
        lines.append(str(problem.get("detail", "")))
        for name, label in (("regel", "regel"), ("artikel", "grondslag"), ("vervolgstap", "vervolg")):
            if problem.get(name):
                lines.append(f"\n{label}: ", style="dim")
                lines.append(str(problem[name]))
        for cause in problem.get("errors", []):
            lines.append(f"\n{cause['pointer']}  ", style="bold")
            lines.append(f"{cause['code']}: {cause['detail']}")
            if cause.get("artikel"):
                lines.append(f"  ({cause['artikel']})", style="dim")
        self._console.print(
            Panel(lines, border_style="yellow", padding=(0, 1), width=min(WIDTH, self._console.width))
        )

    def copy(self, title: str, content: Mapping[str, Any], withheld: Sequence[Mapping[str, Any]]) -> None:
        """What one reader sees, and what was left out of it."""
        table = Table(
            title=title, title_justify="left", title_style="bold", width=min(WIDTH, self._console.width)
        )
        table.add_column("veld")
        table.add_column("te zien")
        table.add_column("waarom niet (geheel)")
        reasons = {str(each["veld"]): _reason(each) for each in withheld}
        for name, value in content.items():
            table.add_row(
                name, Text(_short(value), style="green"), Text(reasons.pop(name, ""), style="yellow")
            )
        for name, reason in reasons.items():
            table.add_row(name, Text("niet te zien", style="red"), Text(reason, style="yellow"))
        self._console.print(table)

    def table(self, title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = Table(
            title=title, title_justify="left", title_style="bold", width=min(WIDTH, self._console.width)
        )
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def surprise(self, text: str) -> None:
        """Something else happened than was expected."""
        self._console.print(
            Panel(text, title="Onverwacht", border_style="red", width=min(WIDTH, self._console.width))
        )


def _reason(withheld: Mapping[str, Any]) -> str:
    reason = withheld.get("reden") or withheld.get("regel") or ""
    article = withheld.get("artikel")
    return f"{reason} ({article})" if article else str(reason)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
