"""Rules and fixtures that every test shares. Servers are real; see tests/README.md."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import settings

from tests.databases import Cluster, postgres_cluster, sqlite_url
from tests.servers import Server, free_port, nats_server, opa_server, plain_nats_config
from tests.skip_guard import (
    pytest_configure,
    pytest_sessionfinish,
    pytest_terminal_summary,
)

__all__ = ["pytest_configure", "pytest_sessionfinish", "pytest_terminal_summary"]

# Time on a shared machine says nothing about a property. In CI a failure must come back in the next run.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

REAL_FIXTURES = frozenset({"nats_url", "start_nats", "start_opa", "postgres", "postgres_url"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that takes a real server is marked so by the fixture it asks for, and cannot forget it."""
    for item in items:
        if isinstance(item, pytest.Function) and REAL_FIXTURES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.real)


class StartNats(Protocol):
    """Starts a nats-server of the test's own and gives it with its port."""

    def __call__(self, config: Callable[[Path, int], str] = ...) -> tuple[Server, int]: ...


class StartOpa(Protocol):
    """Starts an OPA of the test's own with these arguments and gives it with its port."""

    def __call__(self, *arguments: str | Path) -> tuple[Server, int]: ...


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A nats-server with JetStream and one account, shared by the tests of a worker: name streams apart."""
    folder = tmp_path_factory.mktemp("nats")
    port = free_port()
    server = nats_server(folder, port=port, config=plain_nats_config(folder, port))
    server.start()
    yield f"nats://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def start_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartNats]:
    """`start_nats(config)`: `config(folder, port)` gives the configuration text; plain when left out."""
    servers: list[Server] = []

    def start(config: Callable[[Path, int], str] = plain_nats_config) -> tuple[Server, int]:
        folder = tmp_path_factory.mktemp("nats")
        port = free_port()
        server = nats_server(folder, port=port, config=config(folder, port))
        servers.append(server)
        server.start()
        return server, port

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def start_opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartOpa]:
    """`start_opa("--bundle", path)` or `start_opa(folder)`: an OPA on loopback with what it loads."""
    servers: list[Server] = []

    def start(*arguments: str | Path) -> tuple[Server, int]:
        port = free_port()
        server = opa_server(tmp_path_factory.mktemp("opa"), arguments, port=port)
        servers.append(server)
        server.start()
        return server, port

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The PostgreSQL server of this worker."""
    with postgres_cluster() as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """SQLAlchemy URL of an empty PostgreSQL database of this test's own."""
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy URL of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "schakel.db")
    url: str = request.getfixturevalue("postgres_url")
    return url
