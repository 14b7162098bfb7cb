"""Real databases for tests: one PostgreSQL cluster a worker with a fresh database for each test, and SQLite files."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from subprocess import run

import psycopg
from psycopg import sql

from gateway.setup import NotPrepared
from gateway.setup.postgres import find_postgres
from tests.servers import Server, free_port, missing

SUPERUSER = "schakel"
# PostgreSQL refuses to run as root; these users exist on every Linux, in this order of preference.
UNPRIVILEGED_USERS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running PostgreSQL server."""

    port: int
    server: Server

    def url(self, database: str) -> str:
        """SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """URL of a new empty database, dropped at the end whoever is still connected."""
        name = f"test_{token_hex(6)}"
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        address = f"host=127.0.0.1 port={self.port} user={SUPERUSER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def postgres_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server on fresh files; ends the test by `missing` where there is none to run."""
    try:
        programs = find_postgres()
    except NotPrepared as absent:
        missing(str(absent))
    user = _unprivileged_user()
    # Not pytest's own folder: that belongs to root alone, and the server runs as somebody else.
    folder = Path(tempfile.mkdtemp(prefix="schakel-postgres-"))
    try:
        programs = _readable(programs, folder, user)
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        _initialise(programs, data, user)
        port = free_port()
        server = Server(
            command=[programs / "postgres", "-D", data, "-p", str(port), *_SETTINGS, "-k", folder],
            log=folder / "postgres.log",
            is_ready=lambda _: _accepts_queries(port),
            user=user,
        )
        server.start()
        try:
            yield Cluster(port=port, server=server)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# Durability is not what these tests are about; the server itself is never killed by them.
_SETTINGS = ("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "timezone=UTC")


def sqlite_url(path: Path) -> str:
    """SQLAlchemy URL of an SQLite file."""
    return f"sqlite+pysqlite:///{path}"


def _initialise(programs: Path, data: Path, user: str | None) -> None:
    arguments = ["-D", str(data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    done = run(
        [programs / "initdb", *arguments], user=user, capture_output=True, text=True, check=False, cwd="/"
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _accepts_queries(port: int) -> bool:
    try:
        psycopg.connect(
            f"host=127.0.0.1 port={port} user={SUPERUSER} dbname=postgres", connect_timeout=2
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {line.split(":", 1)[0] for line in Path("/etc/passwd").read_text("utf-8").splitlines()}
    usable = [user for user in UNPRIVILEGED_USERS if user in known]
    if not usable:
        missing(f"PostgreSQL does not run as root, and none of {', '.join(UNPRIVILEGED_USERS)} exists")
    return usable[0]


def _readable(programs: Path, folder: Path, user: str | None) -> Path:
    """The programs where `user` can reach them: a wheel in root's own cache is copied."""
    if user is None:
        return programs
    reach = run(["test", "-x", programs / "postgres"], user=user, check=False, cwd="/")
    if reach.returncode == 0:
        return programs
    installation = folder / "programs"
    shutil.copytree(programs.parent, installation)
    return installation / "bin"
