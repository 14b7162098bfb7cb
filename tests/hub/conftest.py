"""A hub with everything real: keys and registry of invented agencies, OPA with the policies, a migrated database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from gateway.hub.policy.bundle import build_bundle
from gateway.hub.policy.server import opa_command
from gateway.hub.policy.signing import PolicyKey
from gateway.local.registry_file import ExchangeFolder, create_exchange
from tests.databases import sqlite_url
from tests.hub.makers import NOW, RunningHub, World, running_hub
from tests.hub.succeeding import merging_world
from tests.servers import Server, answers_http, free_port, program

POLICIES = Path(__file__).parents[2] / "policies"
BUNDLE_NUMBER = 7


HUBS_ON_POSTGRESQL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyServer:
    """The running OPA and the revision it decides with."""

    server: Server
    port: int
    revision: str


@pytest.fixture(scope="session")
def opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyServer]:
    """OPA with the real policies as a signed bundle, as in production; shared by the tests of a worker."""
    yield from start_policy_server(tmp_path_factory.mktemp("opa"))


@pytest.fixture(scope="session")
def simulation_opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyServer]:
    """OPA with the rules of a simulation."""
    yield from start_policy_server(tmp_path_factory.mktemp("opa-simulation"), simulation=True)


def start_policy_server(folder: Path, *, simulation: bool = False) -> Iterator[PolicyServer]:
    key = PolicyKey(ECKey.generate_key("P-256", private=True))
    bundle = build_bundle(
        POLICIES, folder / "bundle.tar.gz", key=key, number=BUNDLE_NUMBER, simulation=simulation
    )
    (folder / "key.pem").write_bytes(key.public_pem())
    port = free_port()
    server = Server(
        command=opa_command(
            program("opa"), bundle=folder / "bundle.tar.gz", public_key=folder / "key.pem", port=port
        ),
        log=folder / "opa.log",
        is_ready=lambda _: answers_http(f"http://127.0.0.1:{port}/health"),
    )
    server.start()
    yield PolicyServer(server=server, port=port, revision=str(bundle.revision))
    server.stop()


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> ExchangeFolder:
    """Keys and registry of the invented agencies."""
    return create_exchange(tmp_path_factory.mktemp("exchange") / "files", now=NOW)


@pytest.fixture(scope="session")
def world(exchange: ExchangeFolder) -> World:
    return World.load(exchange)


@pytest.fixture
async def hub(world: World, opa: PolicyServer, tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub on an SQLite file, without doors: tests ask its desk."""
    async with running_hub(
        world,
        opa_port=opa.port,
        revision=opa.revision,
        database_url=sqlite_url(tmp_path / "hub.db"),
        folder=tmp_path,
    ) as running:
        yield running


@pytest.fixture
async def each_hub(
    world: World, opa: PolicyServer, tmp_path: Path, database_url: str
) -> AsyncIterator[RunningHub]:
    """As `hub`, once on SQLite and once on PostgreSQL."""
    async with running_hub(
        world, opa_port=opa.port, revision=opa.revision, database_url=database_url, folder=tmp_path
    ) as running:
        yield running


@asynccontextmanager
async def hubs_on(
    database_url: str, count: int, world: World, opa: PolicyServer, folder: Path
) -> AsyncIterator[list[RunningHub]]:
    """So many processes' worth of hubs on one database."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                running_hub(
                    world,
                    opa_port=opa.port,
                    revision=opa.revision,
                    database_url=database_url,
                    folder=folder,
                )
            )
            for _ in range(count)
        ]


@pytest.fixture
async def three_hubs(
    world: World, opa: PolicyServer, tmp_path: Path, postgres_url: str
) -> AsyncIterator[list[RunningHub]]:
    """Three hubs on one PostgreSQL."""
    async with hubs_on(postgres_url, HUBS_ON_POSTGRESQL, world, opa, tmp_path) as running:
        yield running


@pytest.fixture
async def hubs(
    world: World, opa: PolicyServer, tmp_path: Path, database_url: str
) -> AsyncIterator[list[RunningHub]]:
    """Three hubs on one PostgreSQL, or the one that an SQLite file may have."""
    count = 1 if database_url.startswith("sqlite") else HUBS_ON_POSTGRESQL
    async with hubs_on(database_url, count, world, opa, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def merging(tmp_path_factory: pytest.TempPathFactory) -> World:
    return merging_world(tmp_path_factory.mktemp("merging") / "files")


@pytest.fixture
async def merger(
    merging: World, opa: PolicyServer, tmp_path: Path, database_url: str
) -> AsyncIterator[RunningHub]:
    """A hub that knows of both successions, once on SQLite and once on PostgreSQL."""
    async with running_hub(
        merging, opa_port=opa.port, revision=opa.revision, database_url=database_url, folder=tmp_path
    ) as running:
        yield running
