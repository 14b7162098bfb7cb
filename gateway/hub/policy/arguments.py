"""What each `schakel policy` command takes. The texts are Dutch, for the people who use them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name
    Run = Callable[[argparse.Namespace], int]


class UsageError(Exception):
    """The arguments do not go together; the message says what to do."""


def add_matrix(commands: Commands, run: Run) -> None:
    command = _command(commands, "matrix", "wie wat mag zien: overzicht, CSV of pagina", run)
    command.add_argument("--csv", action="store_true", help="alle rijen als CSV op standaarduitvoer")
    command.add_argument("--html", type=Path, metavar="BESTAND", help="schrijf een leesbare pagina")
    _policies_option(command)


def add_casebook(commands: Commands, run: Run) -> None:
    command = _command(commands, "casebook", "voorbeeldzaken aan de regels voorleggen", run)
    command.add_argument("file", type=Path, metavar="BESTAND", help="JSON-lijst van zaken")
    command.add_argument("--json", action="store_true", help="alleen de oordelen, als JSON")
    _asking_options(command)


def add_explain(commands: Commands, run: Run) -> None:
    command = _command(commands, "explain", "waarom zo is beslist, en wat dat zou veranderen", run)
    command.add_argument("file", type=Path, nargs="?", metavar="BESTAND", help="JSON-lijst van zaken")
    command.add_argument("case", nargs="?", metavar="ZAAK", help="id van de zaak in het bestand")
    for name, what in (
        ("role", "rol van wie het vraagt"),
        ("agency", "soort organisatie; anders de eerste die bij de rol hoort"),
        ("purpose", "doel"),
        ("action", "lezen, doorverstrekken, verzenden:<type> of besluiten:<handeling>"),
        ("state", "toestand van de zaak"),
        ("category", "categorie van de gegevens"),
    ):
        command.add_argument(f"--{name}", help=what)
    command.add_argument("--own", action="store_true", help="de gegevens zijn van de vrager zelf")
    command.add_argument(
        "--fact", action="append", default=[], metavar="NAAM=WAARDE", help="een feit, zoals strafzaak=true"
    )
    _asking_options(command)


def add_diff(commands: Commands, run: Run) -> None:
    command = _command(commands, "diff", "welke besluiten veranderen tussen twee revisies", run)
    for name in ("old", "new"):
        command.add_argument(
            name, metavar=name.upper(), help="map met regels, bundel (.tar.gz) of HOST:POORT"
        )
    command.add_argument("--casebook", type=Path, metavar="BESTAND", help="leg ook deze zaken voor")
    command.add_argument("--recorded", type=Path, metavar="BESTAND", help="leg ook vastgelegde vragen voor")
    command.add_argument("--no-grid", action="store_true", help="zonder het gegenereerde raster")
    command.add_argument("--json", action="store_true", help="de verschillen als JSON")


def add_bench(commands: Commands, run: Run) -> None:
    command = _command(commands, "bench", "meten hoe snel wordt beslist", run)
    command.add_argument("--questions", type=int, default=300, help="vragen per meting (standaard 300)")
    command.add_argument("--at-once", type=int, default=16, help="vragen tegelijk (standaard 16)")
    _asking_options(command)


def add_build(commands: Commands, run: Run) -> None:
    command = _command(commands, "build", "een ondertekende bundel maken", run)
    command.add_argument("--folder", type=Path, required=True, help="map met bundels en activaties")
    command.add_argument("--key", type=Path, required=True, help="sleutel waarmee bundels worden ondertekend")
    command.add_argument("--number", type=int, help="nummer; anders één hoger dan het hoogste")
    _policies_option(command)


def add_approve(commands: Commands, run: Run) -> None:
    command = _command(
        commands, "approve", "een revisie akkoord geven; een tweede neemt haar in gebruik", run
    )
    _revision_in_folder(command)
    command.add_argument("--key", type=Path, required=True, help="sleutel van wie akkoord geeft")
    command.add_argument("--out", type=Path, metavar="BESTAND", help="schrijf het akkoord hierin")


def add_activate(commands: Commands, run: Run) -> None:
    command = _command(commands, "activate", "een revisie in gebruik nemen, met twee mensen", run)
    _revision_in_folder(command)
    command.add_argument(
        "--key",
        type=Path,
        action="append",
        required=True,
        help="sleutel van wie activeert; twee keer, van twee mensen, of één keer met --approval",
    )
    command.add_argument(
        "--approval", type=Path, metavar="BESTAND", help="akkoord van de ander, uit `schakel policy approve`"
    )


def _revision_in_folder(command: argparse.ArgumentParser) -> None:
    command.add_argument("revision", metavar="REVISIE")
    command.add_argument("--folder", type=Path, required=True, help="map met bundels en activaties")


def _command(
    commands: Commands,
    name: str,
    summary: str,
    run: Run,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=summary, description=summary)
    command.set_defaults(run=run)
    return command


def _policies_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--policies", type=Path, metavar="MAP", help="map met de beleidsregels")


def _asking_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--opa",
        metavar="HOST:POORT",
        default=os.environ.get("SCHAKEL_OPA"),
        help="de OPA die draait; anders SCHAKEL_OPA, anders die van --exchange, en anders wordt er een gestart",
    )
    command.add_argument(
        "--exchange",
        type=Path,
        default=Path(".schakel"),
        metavar="MAP",
        help="uitwisseling van `make up`, waarvan de regels worden gevraagd als zij draait (%(default)s)",
    )
    _policies_option(command)
