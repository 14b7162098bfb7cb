"""The command `schakel`: every way in which a person starts or asks something of this software.

Each command is imported when it is chosen, so that help is quick and a node never loads what only the hub needs.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from gateway.settings import SettingsError

if TYPE_CHECKING:
    from gateway.hub.operator_commands import OperatorPlace
    from gateway.node.succession_commands import Signatory
    from gateway.settings import HubSettings

Run = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse has no public name for it


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 the answer is no or something failed, 2 asked wrongly."""
    asked = list(sys.argv[1:] if argv is None else argv)
    arguments = _parser(asked[:1]).parse_args(asked)
    run: Run = arguments.run
    try:
        return run(arguments)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        return 0


def _parser(chosen: Sequence[str]) -> argparse.ArgumentParser:
    from audit.cli import add_commands as add_audit
    from gateway.hub.operator_commands import AnyOrder
    from gateway.hub.operator_commands import add_commands as add_operator
    from gateway.hub.policy.commands import add_commands as add_policy
    from gateway.node.succession_commands import add_commands as add_succession

    parser = argparse.ArgumentParser(
        prog="schakel", description="Veilig delen rond het tijdelijk huisverbod."
    )
    commands = parser.add_subparsers(title="opdrachten", required=True, metavar="OPDRACHT")
    _local(commands)
    _processes(commands)
    _clocks(commands)
    _catalogue(commands)
    add_policy(commands, find_program=_find_program, find_running=_find_running_opa)
    add_operator(
        _group(commands, "berichten", "wat niet is afgeleverd, en het opnieuw aanbieden", AnyOrder),
        find=_find_hub,
    )
    add_succession(
        _group(commands, "opvolging", "tekenen dat een organisatie een andere opvolgt"), find=_find_signatory
    )
    audit = _group(commands, "audit", "het logboek uitvoeren en controleren")
    _export(audit)
    add_audit(audit)
    nats = _group(commands, "nats", "accounts, sleutels en inrichting van NATS")
    if chosen == ["nats"]:  # its client library takes a second to load
        from gateway.hub.messaging.accounts_commands import add_commands as add_nats

        add_nats(nats)
    return parser


def _find_program(name: str) -> Path:
    """A prepared server program. Raises FileNotFoundError, with what to do, when there is none."""
    from gateway.setup import NotPrepared, find

    try:
        return find(name)
    except NotPrepared as error:
        raise FileNotFoundError(str(error)) from error


def _find_running_opa(folder: Path) -> str | None:
    """HOST:PORT of the OPA of the exchange that `up` left running in the folder; None when none runs."""
    if not folder.exists():
        return None
    from gateway.local.standing import running
    from gateway.local.world import fixed_ports

    return f"127.0.0.1:{fixed_ports().opa}" if running(folder) is not None else None


def _find_hub(path: Path) -> "OperatorPlace":
    from gateway.bootstrap import operator_place

    return operator_place(_hub_settings(path))


def _hub_settings(path: Path) -> "HubSettings":
    """The settings of a hub for a command; of a simulation, whoever asks is told so beside the answer."""
    from gateway.settings import load_hub

    settings = load_hub(path)
    if settings.simulation is not None:
        print("SIMULATIE: zaken, mensen en organisaties zijn verzonnen.", file=sys.stderr)
    return settings


def _find_signatory(path: Path) -> "Signatory":
    from gateway.bootstrap import signatory
    from gateway.settings import load_node

    return signatory(load_node(path))


def _group(
    commands: Commands,
    name: str,
    text: str,
    parser_class: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> Commands:
    group = commands.add_parser(name, help=text, description=text)
    return group.add_subparsers(
        title="opdrachten", required=True, metavar="OPDRACHT", parser_class=parser_class
    )


def _local(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo", help="speel de drie uitwisselingen en laat zien wie wat zag, en waarom"
    )
    demo.add_argument(
        "--keep", type=Path, metavar="DIR", help="bewaar de bestanden van de uitwisseling in deze lege map"
    )
    demo.set_defaults(run=_run_demo)
    _simulate(commands)
    bench = commands.add_parser("bench", help="meet deze machine tegen de ondergrens van dezelfde onderdelen")
    bench.add_argument("--json", type=Path, metavar="FILE", help="schrijf de cijfers ook als JSON")
    bench.add_argument("--only", action="append", metavar="PART", help="één onderdeel; mag herhaald worden")
    bench.set_defaults(run=_run_bench)
    for name, text, run in (
        (
            "up",
            "start een uitwisseling op deze machine, laat haar draaien en toon adressen en medewerkers",
            _run_up,
        ),
        ("down", "stop wat `up` startte", _run_down),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--folder", type=Path, default=Path(".schakel"), help="standaard: %(default)s")
        command.set_defaults(run=run)


def _simulate(commands: Commands) -> None:
    command = commands.add_parser(
        "simulate", help="speel hele, verzonnen zaken en leg van elke klok rekenschap af"
    )
    command.add_argument("--seed", type=int, default=1, help="hetzelfde zaad geeft dezelfde zaken")
    command.add_argument("--cases", type=int, default=10, help="hoeveel zaken (standaard: %(default)s)")
    command.add_argument(
        "--speed",
        type=float,
        metavar="N",
        help="N keer zo snel als in het echt; 1 is in het echt; zonder: zo snel als het kan, en in een eigen "
        "uitwisseling springt de klok",
    )
    command.add_argument("--plan", action="store_true", help="laat alleen zien welke zaken het worden")
    command.add_argument("--folder", type=Path, default=Path(".schakel"), help="van `make up` (%(default)s)")
    command.add_argument(
        "--keep", type=Path, metavar="DIR", help="bewaar de bestanden van een eigen uitwisseling"
    )
    command.set_defaults(run=_run_simulate)


def _processes(commands: Commands) -> None:
    for name, text, run in (
        ("hub", "draai een hub", _run_hub),
        ("relay", "draai een doorgeefproces naast hubs op PostgreSQL", _run_relay),
        ("node", "draai het knooppunt van één organisatie", _run_node),
        ("migrate", "breng de database van de hub op het schema van deze versie", _run_migrate),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("settings", type=Path, help="het TOML-bestand met de instellingen")
        command.set_defaults(run=run)


def _export(commands: Commands) -> None:
    command = commands.add_parser(
        "export", help="schrijf het logboek van een hub naar een bestand, voor `verify`"
    )
    command.add_argument("settings", type=Path, help="het TOML-bestand van de hub")
    command.add_argument("out", type=Path, help="het bestand dat geschreven wordt")
    command.set_defaults(run=_run_export)
    decisions = commands.add_parser(
        "decisions", help="schrijf wat systemen over AuthZEN vroegen, en de antwoorden, als JSON per regel"
    )
    decisions.add_argument("settings", type=Path, help="het TOML-bestand van de hub")
    decisions.add_argument("out", type=Path, help="het bestand dat geschreven wordt")
    decisions.set_defaults(run=_run_decisions)


def _clocks(commands: Commands) -> None:
    command = commands.add_parser(
        "clocks", help="verantwoord elke klok: gestopt, verlopen, vervallen of lopend, en waardoor"
    )
    command.add_argument("settings", type=Path, help="het TOML-bestand van de hub")
    command.add_argument("--case", metavar="ID", help="alleen deze zaak")
    command.add_argument("--json", action="store_true", help="als JSON, voor programma's")
    command.set_defaults(run=_run_clocks)


def _catalogue(commands: Commands) -> None:
    command = commands.add_parser(
        "catalogue", help="elk berichttype met zijn velden en wie het mag versturen"
    )
    how = command.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="als JSON, voor programma's")
    how.add_argument(
        "--compare", action="store_true", help="toon wat er sinds de uitgave veranderde, en wat breekt"
    )
    how.add_argument("--pages", type=Path, metavar="DIR", help="schrijf per berichttype een bladzijde")
    how.add_argument("--release", type=Path, metavar="FILE", help="leg de berichttypen vast als uitgave")
    command.set_defaults(run=_run_catalogue)


def _run_demo(arguments: argparse.Namespace) -> int:
    from gateway.local.demo import demo

    return demo(keep=arguments.keep)


def _run_simulate(arguments: argparse.Namespace) -> int:
    from gateway.local.simulate.command import simulate

    return simulate(arguments)


def _run_up(arguments: argparse.Namespace) -> int:
    from gateway.local.standing import up

    return up(arguments.folder)


def _run_down(arguments: argparse.Namespace) -> int:
    from gateway.local.standing import down

    return down(arguments.folder)


def _run_hub(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import run_hub
    from gateway.settings import load_hub

    run_hub(load_hub(arguments.settings))
    return 0


def _run_relay(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import run_relay
    from gateway.settings import load_hub

    run_relay(load_hub(arguments.settings))
    return 0


def _run_migrate(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import migrate

    migrate(_hub_settings(arguments.settings))
    return 0


def _run_export(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import export_log

    leaves = export_log(_hub_settings(arguments.settings), arguments.out)
    print(f"{leaves} bladen geschreven naar {arguments.out}")
    return 0


def _run_decisions(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import export_authorizations

    records = export_authorizations(_hub_settings(arguments.settings).database_url, arguments.out)
    print(f"{records} vragen geschreven naar {arguments.out}")
    return 0


def _run_clocks(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import clock_of
    from gateway.local.clocks_page import print_clocks

    settings = _hub_settings(arguments.settings)
    now = clock_of(settings)()
    adds_up = print_clocks(settings.database_url, now=now, case_id=arguments.case, as_json=arguments.json)
    return 0 if adds_up else 1


def _run_bench(arguments: argparse.Namespace) -> int:
    from gateway.local.bench import bench

    return bench(arguments)


def _run_node(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import run_node
    from gateway.settings import load_node

    run_node(load_node(arguments.settings))
    return 0


def _run_catalogue(arguments: argparse.Namespace) -> int:
    from gateway.local.catalogue_page import print_catalogue
    from gateway.local.catalogue_release import print_comparison, released, write_release

    if arguments.pages is not None:
        from gateway.local.catalogue_reference import write_pages

        return write_pages(arguments.pages)
    if arguments.compare:
        return print_comparison(released())
    if arguments.release is not None:
        return write_release(arguments.release)
    print_catalogue(as_json=arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
