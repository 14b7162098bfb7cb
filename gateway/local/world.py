"""One exchange on one machine: its folder with keys, policies, NATS files and settings, made once and then reused.

Everything in it is invented and for development. What it makes is what a real installation also has, in the same
files; only the certificate authority and the agencies are ours.
"""

import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from gateway.hub.messaging.accounts_config import NatsTls, ServerPlace, server_config
from gateway.hub.messaging.accounts_files import OperatorFolder, write_credentials
from gateway.hub.messaging.accounts_nkeys import Nkey
from gateway.hub.policy.activation import PolicyFolder
from gateway.hub.policy.bundle import build_bundle
from gateway.hub.policy.policies_folder import policies_folder
from gateway.hub.policy.server import write_opa_config
from gateway.hub.policy.signing import PolicyKey
from gateway.local.pki import new_private_key, private_pem, write_private
from gateway.local.registry_file import DEMO_AGENCIES, Agency, ExchangeFolder, create_exchange
from gateway.simulation import SimulatedClock

# The agencies that have a node in a local exchange; the others exist in the registry only.
NODES: Final = DEMO_AGENCIES[:6]
FIRST_PORT: Final = 7400
LOOPBACK: Final = "127.0.0.1"
CALL_NUMBER: Final = "0800-0000 (verzonnen)"
_POLICY_KEYS: Final = ("bundle", "activator-1", "activator-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Loopback ports of one exchange; `nodes` and `systems` by OIN."""

    nats: int
    opa: int
    bundle: int
    hub: int
    nodes: Mapping[str, int]
    systems: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class World:
    """The folder of one exchange."""

    path: Path

    @property
    def exchange(self) -> ExchangeFolder:
        return ExchangeFolder(self.path / "exchange")

    @property
    def operator(self) -> OperatorFolder:
        return OperatorFolder(self.path / "nats" / "operator")

    @property
    def nats_config(self) -> Path:
        return self.path / "nats" / "server.conf"

    @property
    def nats_data(self) -> Path:
        return self.path / "nats" / "data"

    @property
    def opa_config(self) -> Path:
        return self.path / "policy" / "opa.json"

    @property
    def hub_settings(self) -> Path:
        return self.path / "hub" / "hub.toml"

    @property
    def hub_database(self) -> Path:
        return self.path / "hub" / "hub.db"

    @property
    def clock(self) -> Path:
        """The clock of a simulation; there is none otherwise."""
        return self.path / "clock"

    @property
    def pager_key(self) -> Path:
        """The key that the hub and the pretend pagers share; there is none in an exchange that calls nobody."""
        return self.path / "alarmering" / "pieper.key"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def node_dir(self, oin: str) -> Path:
        return self.path / "nodes" / oin

    def node_settings(self, oin: str) -> Path:
        return self.node_dir(oin) / "node.toml"

    def system_dir(self, oin: str) -> Path:
        return self.path / "systems" / oin

    def credentials(self, name: str) -> Path:
        """`.creds` of the hub (`hub`) or of the node of an agency (its OIN)."""
        return self.path / "nats" / f"{name}.creds"

    def policy_key(self, name: str) -> Path:
        return self.path / "policy" / f"{name}.key"

    def policy_folder(self) -> PolicyFolder:
        bundle, *activators = (PolicyKey.read(self.policy_key(name)) for name in _POLICY_KEYS)
        return PolicyFolder(path=self.path / "policy", bundle_key=bundle, activators=activators)

    def nats_tls(self) -> NatsTls:
        hub = self.exchange.hub
        return NatsTls(
            certificate=hub.tls_certificate, private_key=hub.tls_key, client_ca=self.exchange.trust_anchor
        )


def pager_address(ports: Ports, oin: str, duty: str) -> str:
    """Where the pretend pager of a duty (a word such as `piket-hovj`) is reached, as a roster states it."""
    return f"https://{LOOPBACK}:{ports.systems[oin]}/pieper/{duty}"


def all_ports(ports: Ports) -> list[int]:
    """Every port that an exchange listens on."""
    return [ports.nats, ports.opa, ports.bundle, ports.hub, *ports.nodes.values(), *ports.systems.values()]


def fixed_ports(first: int = FIRST_PORT) -> Ports:
    """The ports of `make up`: the same at every start, so that addresses can be written down."""
    return _ports(list(range(first, first + _needed())))


def free_ports() -> Ports:
    """Ports that nobody used a moment ago, for a demo beside a running exchange."""
    probes = [socket.socket() for _ in range(_needed())]
    for probe in probes:
        probe.bind((LOOPBACK, 0))
    found = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return _ports(found)


def _needed() -> int:
    return 4 + 2 * len(NODES)


def _ports(numbers: list[int]) -> Ports:
    nats, opa, bundle, hub, *rest = numbers
    oins = [agency.oin for agency in NODES]
    return Ports(
        nats=nats,
        opa=opa,
        bundle=bundle,
        hub=hub,
        nodes=dict(zip(oins, rest[: len(oins)], strict=True)),
        systems=dict(zip(oins, rest[len(oins) :], strict=True)),
    )


def make_world(path: Path, ports: Ports, *, now: datetime, simulation: bool = False) -> World:
    """A fresh exchange in an empty or absent folder; a simulation has a clock that can be put ahead.

    Raises FileExistsError when keys are there already.
    """
    world = World(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_exchange(world.exchange.path, DEMO_AGENCIES, now=now, simulation=simulation)
    if simulation:
        SimulatedClock.create(world.clock)
    _make_nats(world, ports, now)
    _make_policy(world, ports, now)
    _make_alarms(world)
    _make_settings(world, ports)
    return world


def _make_nats(world: World, ports: Ports, now: datetime) -> None:
    operator = OperatorFolder.create(world.operator.path, now=now)
    place = ServerPlace(port=ports.nats, data=world.nats_data)
    oins = [agency.oin for agency in DEMO_AGENCIES]
    operator.write_accounts(place, oins, now=now)
    config = server_config(
        place,
        operator_jwt=operator.operator_jwt(now=now),
        system_account_jwt=operator.system_account_jwt(now=now),
        tls=world.nats_tls(),
    )
    world.nats_config.write_text(config, encoding="utf-8")
    hub = Nkey.from_seed(world.exchange.hub.nats_seed.read_text("ascii"))
    write_credentials(world.credentials("hub"), operator.hub_user_jwt(user=hub.public, now=now), hub.seed)
    for oin in oins:
        user = Nkey.from_seed(world.exchange.agency(oin).nats_seed.read_text("ascii"))
        token = operator.agency_user_jwt(oin, user=user.public, now=now)
        write_credentials(world.credentials(oin), token, user.seed)


def _make_policy(world: World, ports: Ports, now: datetime) -> None:
    """Build the bundle as revision 1 and activate it with two keys, as two people would."""
    folder = world.path / "policy"
    (folder / "bundels").mkdir(parents=True)
    for name in _POLICY_KEYS:
        write_private(world.policy_key(name), private_pem(new_private_key()))
    policy = world.policy_folder()
    built = folder / "built.tar.gz"
    bundle = build_bundle(
        policies_folder(), built, key=policy.bundle_key, number=1, simulation=world.clock.exists()
    )
    built.replace(policy.built(bundle.revision))
    policy.activate(bundle.revision, keys=policy.activators, now=now)
    write_opa_config(world.opa_config, bundle_port=ports.bundle, key=policy.bundle_key)


def _make_alarms(world: World) -> None:
    """The key of the pagers, and the one under which the hub keeps duty addresses."""
    world.pager_key.parent.mkdir(mode=0o700)
    for path in (world.pager_key, world.pager_key.with_name("adres.key")):
        write_private(path, secrets.token_bytes(32))


def _make_settings(world: World, ports: Ports) -> None:
    world.hub_settings.parent.mkdir(parents=True)
    world.hub_settings.write_text(_hub_toml(world, ports), encoding="utf-8")
    for agency in NODES:
        world.node_dir(agency.oin).mkdir(parents=True)
        world.system_dir(agency.oin).mkdir(parents=True)
        world.node_settings(agency.oin).write_text(_node_toml(world, ports, agency), encoding="utf-8")


def _hub_toml(world: World, ports: Ports) -> str:
    hub = world.exchange.hub
    activators = ", ".join(f'"../policy/{name}.key"' for name in _POLICY_KEYS[1:])
    return f"""\
# The hub of a local exchange. Paths are relative to this file; secrets are files.
data_dir = "."
database_url = "sqlite+pysqlite:///{world.hub_database.resolve()}"
registry = "../exchange/registry.json"
trust_anchor = "../exchange/ca/ca.crt"
signing_key = "../exchange/hub/{hub.signing_key.name}"
token_keys = ["../exchange/hub/{hub.token_key.name}"]
log_key = "../exchange/hub/{hub.log_key.name}"
case_keys_dir = "case-keys"
public_url = "https://localhost:{ports.hub}"
traces = "../logs/hub.spans.jsonl"

[listen]
port = {ports.hub}
certificate = "../exchange/hub/{hub.tls_certificate.name}"
key = "../exchange/hub/{hub.tls_key.name}"
client_authority = "../exchange/ca/ca.crt"

[nats]
servers = ["tls://localhost:{ports.nats}"]
credentials = "../nats/hub.creds"
authority = "../exchange/ca/ca.crt"
certificate = "../exchange/hub/{hub.tls_certificate.name}"
key = "../exchange/hub/{hub.tls_key.name}"
{_simulation_toml(world, "..")}
[policy]
opa_port = {ports.opa}
bundle_port = {ports.bundle}
folder = "../policy"
bundle_key = "../policy/bundle.key"
activators = [{activators}]

[alarmering]
call_number = "{CALL_NUMBER}"
address_key = "../alarmering/adres.key"
domains = ["{LOOPBACK}"]

[alarmering.webhook]
key = "../alarmering/{world.pager_key.name}"
authority = "../exchange/ca/ca.crt"
"""


def _node_toml(world: World, ports: Ports, agency: Agency) -> str:
    keys = f"../../exchange/agencies/{agency.oin}"
    files = world.exchange.agency(agency.oin)
    system = f"https://localhost:{ports.systems[agency.oin]}"
    return f"""\
# The node of {agency.name}. Paths are relative to this file; secrets are files.
oin = "{agency.oin}"
data_dir = "."
registry = "../../exchange/registry.json"
trust_anchor = "../../exchange/ca/ca.crt"
signing_key = "{keys}/{files.signing_key.name}"
opening_keys = ["{keys}/{files.sealing_key.name}"]
hub_url = "https://localhost:{ports.hub}"
public_url = "https://localhost:{ports.nodes[agency.oin]}"
identity_provider_keys = "../../systems/{agency.oin}/jwks.json"
identity_provider_issuer = "{system}"
agency_system_url = "{system}/postbak"
traces = "../../logs/{agency.oin}.spans.jsonl"

[listen]
port = {ports.nodes[agency.oin]}
certificate = "{keys}/{files.tls_certificate.name}"
key = "{keys}/{files.tls_key.name}"
client_authority = "../../exchange/ca/ca.crt"

[nats]
servers = ["tls://localhost:{ports.nats}"]
credentials = "../../nats/{agency.oin}.creds"
authority = "../../exchange/ca/ca.crt"
certificate = "{keys}/{files.tls_certificate.name}"
key = "{keys}/{files.tls_key.name}"
{_simulation_toml(world, "../..")}"""


def _simulation_toml(world: World, up: str) -> str:
    return f'\n[simulation]\nclock = "{up}/{world.clock.name}"\n' if world.clock.exists() else ""
