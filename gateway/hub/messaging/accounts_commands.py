"""`schakel nats ...`: what an operator does once (init), and at every change of the registry (the other commands).

Exit status: 0 done, 1 a server or the registry said no. The commands only bring arguments to `accounts_files`,
`accounts_push` and `provisioning`, which decide.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from nats.errors import Error as NatsError

from gateway.domain.errors import SchakelError
from gateway.hub.messaging.accounts_config import NatsTls, ServerPlace, server_config
from gateway.hub.messaging.accounts_connection import ClientTls, Connection
from gateway.hub.messaging.accounts_files import OperatorFolder, write_credentials
from gateway.hub.messaging.accounts_nkeys import Nkey
from gateway.hub.messaging.accounts_push import push_accounts
from gateway.hub.messaging.provisioning import provision
from gateway.protocol.registry import Registry

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
Action = Callable[[argparse.Namespace, datetime], None]


def add_commands(commands: Commands) -> None:
    """Adds the commands below `schakel nats`. Each sets `run`: parsed arguments to exit status."""
    init = _command(commands, "init", "make the operator's keys and the configuration of a server", _init)
    init.add_argument("--config", type=Path, required=True, help="file to write for nats-server -c")
    init.add_argument("--data", type=Path, required=True, help="folder where the server keeps its files")
    init.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    init.add_argument("--port", type=int, default=4222, help="default: %(default)s")
    _tls_files(init, required=True)

    accounts = _command(commands, "accounts", "bring the account of every agency to the server", _accounts)
    _registry(accounts)
    _server(accounts)
    accounts.add_argument(
        "--write", type=Path, metavar="DATA", help="instead: into the data folder of a server that never ran"
    )

    user = _command(commands, "user", "print the user JWT of a node (--oin) or of the hub", _user)
    _registry(user)
    user.add_argument("--oin", help="the agency; left out: the hub, whose public nkey is then needed")
    user.add_argument("--nkey", help="public nkey of the hub")

    credentials = commands.add_parser(
        "credentials", help="join a user JWT and a seed to the file that a node or hub connects with"
    )
    for name in ("jwt", "seed", "out"):
        credentials.add_argument(f"--{name}", type=Path, required=True)
    credentials.set_defaults(run=_reporting(_credentials))

    revoke = _command(commands, "revoke", "refuse a key of an agency, from now on and at once", _revoke)
    revoke.add_argument("--oin", required=True)
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("--nkey", action="append", help="public nkey; may be given more than once")
    which.add_argument("--all", action="store_true", help="every key the agency ever had")
    _server(revoke)

    provisioning = _command(
        commands, "provision", "make the stream and the consumers of every agency", _provision
    )
    _registry(provisioning)
    _server(provisioning)
    provisioning.add_argument("--replicas", type=int, default=1, help="default: %(default)s")
    provisioning.add_argument(
        "--adjust", action="store_true", help="give consumers of an older release the times of this one"
    )


def _init(arguments: argparse.Namespace, now: datetime) -> None:
    place = ServerPlace(host=arguments.host, port=arguments.port, data=arguments.data)
    folder = OperatorFolder.create(arguments.operator, now=now)
    text = server_config(
        place,
        operator_jwt=folder.operator_jwt(now=now),
        system_account_jwt=folder.system_account_jwt(now=now),
        tls=NatsTls(
            certificate=arguments.certificate, private_key=arguments.key, client_ca=arguments.authority
        ),
    )
    arguments.config.write_text(text, encoding="utf-8")
    _say(f"keys in {folder.path} (keep them), configuration in {arguments.config}")


def _accounts(arguments: argparse.Namespace, now: datetime) -> None:
    folder, oins = OperatorFolder(arguments.operator), list(_read_registry(arguments, now).participants)
    if arguments.write is not None:
        folder.write_accounts(ServerPlace(port=0, data=arguments.write), oins, now=now)
    else:
        connection = _connection(arguments, folder.system_credentials)
        asyncio.run(push_accounts(connection, folder.account_jwts(oins, now=now)))
    _say(f"{len(oins)} agencies")


def _user(arguments: argparse.Namespace, now: datetime) -> None:
    folder, oin = OperatorFolder(arguments.operator), arguments.oin
    user = arguments.nkey if oin is None else _read_registry(arguments, now).participant(oin).nats_user
    if user is None:
        raise ValueError("no public nkey: give --nkey, or let the registry name one (nats_gebruiker)")
    token = (
        folder.hub_user_jwt(user=user, now=now)
        if oin is None
        else folder.agency_user_jwt(oin, user=user, now=now)
    )
    _say(token)


def _credentials(arguments: argparse.Namespace, _: datetime) -> None:
    seed = Nkey.from_seed(arguments.seed.read_text(encoding="ascii")).seed
    write_credentials(arguments.out, arguments.jwt.read_text(encoding="ascii").strip(), seed)


def _revoke(arguments: argparse.Namespace, now: datetime) -> None:
    folder = OperatorFolder(arguments.operator)
    agency = (
        folder.revoke_all(arguments.oin, now=now)
        if arguments.all
        else folder.revoke(arguments.oin, arguments.nkey, now=now)
    )
    connection = _connection(arguments, folder.system_credentials)
    asyncio.run(push_accounts(connection, [folder.agency_jwt(agency, now=now)]))
    _say(f"{arguments.oin}: revoked and disconnected")


def _provision(arguments: argparse.Namespace, now: datetime) -> None:
    folder, oins = OperatorFolder(arguments.operator), list(_read_registry(arguments, now).participants)
    connection = _connection(arguments, folder.admin_credentials)
    asyncio.run(provision(connection, oins, replicas=arguments.replicas, adjust=arguments.adjust))
    _say(f"stream and {2 * len(oins)} consumers are as they should be")


def _command(commands: Commands, name: str, text: str, action: Action) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.add_argument("operator", type=Path, help="folder with the operator's keys")
    command.set_defaults(run=_reporting(action))
    return command


def _reporting(action: Action) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        try:
            action(arguments, datetime.now(UTC))
        except (SchakelError, NatsError, OSError, ValueError) as exc:
            sys.stderr.write(f"schakel nats: {exc}\n")
            return 1
        return 0

    return run


def _registry(command: argparse.ArgumentParser) -> None:
    command.add_argument("--registry", type=Path, required=True, help="the registry file")
    command.add_argument("--trust-anchor", type=Path, required=True, help="PEM under which it must verify")


def _server(command: argparse.ArgumentParser) -> None:
    command.add_argument("--server", action="append", default=[], help="tls://host:port; may be repeated")
    _tls_files(command, required=False)


def _tls_files(command: argparse.ArgumentParser, *, required: bool) -> None:
    command.add_argument("--authority", type=Path, required=required, help="PEM of the network's authority")
    command.add_argument("--certificate", type=Path, required=required, help="PEM of our certificate")
    command.add_argument("--key", type=Path, required=required, help="PEM of its key")


def _connection(arguments: argparse.Namespace, credentials: Path) -> Connection:
    if not arguments.server:
        raise ValueError("which server? give --server tls://host:port")
    files = (arguments.authority, arguments.certificate, arguments.key)
    if any(files) and not all(files):
        raise ValueError("TLS needs all of --authority, --certificate and --key")
    tls = (
        ClientTls(authority=arguments.authority, certificate=arguments.certificate, private_key=arguments.key)
        if all(files)
        else None
    )
    return Connection(servers=arguments.server, credentials=credentials, tls=tls)


def _read_registry(arguments: argparse.Namespace, now: datetime) -> Registry:
    anchor = arguments.trust_anchor.read_bytes()
    return Registry.load(arguments.registry.read_bytes(), trust_anchor_pem=anchor, now=now)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
