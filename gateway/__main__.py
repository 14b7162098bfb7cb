"""The command `schakel`: every way in which a person starts or asks something of this software.

Each command is imported when it is chosen, so that help is quick and a node never loads what only the hub needs.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

Run = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 the answer is no or something failed, 2 asked wrongly."""
    arguments = _parser().parse_args(argv)
    run: Run = arguments.run
    try:
        return run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        return 0


def _parser() -> argparse.ArgumentParser:
    from audit.cli import add_commands as add_audit
    from gateway.hub.messaging.accounts_commands import add_commands as add_nats
    from gateway.hub.policy.commands import add_commands as add_policy

    parser = argparse.ArgumentParser(
        prog="schakel", description="Veilig delen rond het tijdelijk huisverbod."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _local(commands)
    _processes(commands)
    _catalogue(commands)
    add_policy(commands)
    add_audit(_group(commands, "audit", "export and verify the audit log"))
    add_nats(_group(commands, "nats", "accounts, credentials and provisioning of NATS"))
    return parser


def _group(commands: Commands, name: str, text: str) -> Commands:
    group = commands.add_parser(name, help=text, description=text)
    return group.add_subparsers(title="commands", required=True, metavar="COMMAND")


def _local(commands: Commands) -> None:
    demo = commands.add_parser("demo", help="play the first exchange and show who saw what, and why")
    demo.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the exchange's files in this empty folder"
    )
    demo.set_defaults(run=_run_demo)
    for name, text, run in (
        ("up", "start a local exchange, leave it running, print addresses and demo identities", _run_up),
        ("down", "stop what `up` started", _run_down),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--folder", type=Path, default=Path(".schakel"), help="default: %(default)s")
        command.set_defaults(run=run)


def _processes(commands: Commands) -> None:
    for name, text, run in (
        ("hub", "run a hub", _run_hub),
        ("node", "run the node of one agency", _run_node),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("settings", type=Path, help="the TOML file with its settings")
        command.set_defaults(run=run)


def _catalogue(commands: Commands) -> None:
    command = commands.add_parser("catalogue", help="every message type with its fields and who may send it")
    command.add_argument("--json", action="store_true", help="as JSON, for programs")
    command.set_defaults(run=_run_catalogue)


def _run_demo(arguments: argparse.Namespace) -> int:
    from gateway.local.demo import demo

    return demo(keep=arguments.keep)


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


def _run_node(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import run_node
    from gateway.settings import load_node

    run_node(load_node(arguments.settings))
    return 0


def _run_catalogue(arguments: argparse.Namespace) -> int:
    from gateway.local.catalogue_page import print_catalogue

    print_catalogue(as_json=arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
