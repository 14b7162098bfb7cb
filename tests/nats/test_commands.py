"""`schakel nats` as an operator uses it: from nothing to an agency that reads its inbox, and to one that is put out."""

import argparse
from asyncio import to_thread
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nats.errors import Error

from gateway.hub.messaging.accounts import HUB_INBOX_PREFIX
from gateway.hub.messaging.accounts_commands import add_commands
from gateway.hub.messaging.accounts_connection import ClientTls, Connection, connect
from gateway.hub.messaging.accounts_nkeys import Nkey
from gateway.hub.messaging.provisioning import require_provisioned
from gateway.local.registry_file import POLICE, VEILIG_THUIS, ExchangeFolder, add_agency, create_exchange
from gateway.protocol.subjects import INBOX_STREAM, consumer_name, inbox_prefix
from tests.nats.exchange import deliver
from tests.servers import Server, free_port, nats_server

pytestmark = pytest.mark.real


def schakel_nats(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    arguments = parser.parse_args([str(word) for word in words])
    status: int = arguments.run(arguments)
    return status


@dataclass
class Operator:
    """A folder in which an operator works, and the server that runs on what it made."""

    folder: Path
    keys: ExchangeFolder
    port: int
    server: Server

    @property
    def reach(self) -> list[str | Path]:
        hub = self.keys.hub
        return ["--server", self.url, *self.files(hub.tls_certificate, hub.tls_key)]

    @property
    def url(self) -> str:
        return f"tls://localhost:{self.port}"

    @property
    def registry(self) -> list[str | Path]:
        return ["--registry", self.keys.registry, "--trust-anchor", self.keys.trust_anchor]

    def files(self, certificate: Path, key: Path) -> list[str | Path]:
        return ["--authority", self.keys.trust_anchor, "--certificate", certificate, "--key", key]

    def connection(self, credentials: Path) -> Connection:
        hub = self.keys.hub
        tls = ClientTls(
            authority=self.keys.trust_anchor, certificate=hub.tls_certificate, private_key=hub.tls_key
        )
        return Connection(servers=[self.url], credentials=credentials, tls=tls)

    def credentials(
        self, name: str, seed: Path, capsys: pytest.CaptureFixture[str], *words: str | Path
    ) -> Path:
        """What `user` prints, joined with the seed by `credentials`, as a node does at home."""
        capsys.readouterr()
        assert schakel_nats("user", self.folder / "operator", *self.registry, *words) == 0
        token, out = self.folder / f"{name}.jwt", self.folder / f"{name}.creds"
        token.write_text(capsys.readouterr().out, encoding="ascii")
        assert schakel_nats("credentials", "--jwt", token, "--seed", seed, "--out", out) == 0
        return out


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    keys = create_exchange(tmp_path / "keys", [POLICE], now=datetime.now(UTC))
    port = free_port()
    words: list[str | Path] = [
        "--config",
        tmp_path / "made.conf",
        "--data",
        tmp_path / "data",
        "--port",
        str(port),
    ]
    words += ["--authority", keys.trust_anchor]
    words += ["--certificate", keys.hub.tls_certificate, "--key", keys.hub.tls_key]
    assert schakel_nats("init", tmp_path / "operator", *words) == 0
    server = nats_server(tmp_path, port=port, config=(tmp_path / "made.conf").read_text("utf-8"))
    server.start()
    yield Operator(tmp_path, keys, port, server)
    server.stop()


async def reads_a_copy(operator: Operator, oin: str, node: Path, hub: Path) -> bytes:
    server = await connect(operator.connection(hub), inbox_prefix=HUB_INBOX_PREFIX)
    client = await connect(operator.connection(node), inbox_prefix=inbox_prefix(oin))
    try:
        await require_provisioned(server, [oin])
        await deliver(server, oin, "U0", b"a copy")
        inbox = await client.jetstream().pull_subscribe_bind(consumer_name(oin, urgent=True), INBOX_STREAM)
        (message,) = await inbox.fetch(1, timeout=20)
        await message.ack_sync(timeout=20)
        return message.data
    finally:
        await client.close()
        await server.close()


async def refuse(_: Exception) -> None:
    """nats-py calls this beside raising."""


async def test_from_nothing_to_an_agency_that_reads_and_one_that_is_put_out(
    operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, folder = operator.keys, operator.folder / "operator"
    assert await to_thread(schakel_nats, "accounts", folder, *operator.registry, *operator.reach) == 0
    assert await to_thread(schakel_nats, "provision", folder, *operator.registry, *operator.reach) == 0
    hub_user = Nkey.from_seed(keys.hub.nats_seed.read_text("ascii")).public
    hub = operator.credentials("hub", keys.hub.nats_seed, capsys, "--nkey", hub_user)
    police = operator.credentials("police", keys.agency(POLICE.oin).nats_seed, capsys, "--oin", POLICE.oin)
    assert await reads_a_copy(operator, POLICE.oin, police, hub) == b"a copy"

    add_agency(keys, VEILIG_THUIS, now=datetime.now(UTC))
    for command in ("accounts", "provision"):
        assert await to_thread(schakel_nats, command, folder, *operator.registry, *operator.reach) == 0
    seed = keys.agency(VEILIG_THUIS.oin).nats_seed
    veilig_thuis = operator.credentials("vt", seed, capsys, "--oin", VEILIG_THUIS.oin)
    assert await reads_a_copy(operator, VEILIG_THUIS.oin, veilig_thuis, hub) == b"a copy"

    revoke = ("revoke", folder, "--oin", POLICE.oin, "--all", *operator.reach)
    assert await to_thread(schakel_nats, *revoke) == 0
    with pytest.raises(Error, match=r"(?i)authorization violation"):
        await connect(operator.connection(police), inbox_prefix=inbox_prefix(POLICE.oin), error_cb=refuse)
    assert await reads_a_copy(operator, VEILIG_THUIS.oin, veilig_thuis, hub) == b"a copy"


def test_a_second_init_keeps_the_keys_and_says_so(
    operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    hub, before = operator.keys.hub, (operator.folder / "operator" / "operator.seed").read_bytes()
    words: list[str | Path] = ["--config", operator.folder / "x.conf", "--data", operator.folder / "x"]
    files = operator.files(hub.tls_certificate, hub.tls_key)
    assert schakel_nats("init", operator.folder / "operator", *words, *files) == 1
    assert "exists" in capsys.readouterr().err
    assert (operator.folder / "operator" / "operator.seed").read_bytes() == before


def test_a_server_that_is_not_there_is_said_and_not_waited_for(
    operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    operator.server.stop()
    assert schakel_nats("accounts", operator.folder / "operator", *operator.registry, *operator.reach) == 1
    assert "schakel nats:" in capsys.readouterr().err


def test_a_registry_under_another_authority_gives_no_accounts(operator: Operator, tmp_path: Path) -> None:
    other = create_exchange(tmp_path / "other", [POLICE], now=datetime.now(UTC))
    registry: list[str | Path] = ["--registry", operator.keys.registry, "--trust-anchor", other.trust_anchor]
    assert schakel_nats("accounts", operator.folder / "operator", *registry, *operator.reach) == 1
