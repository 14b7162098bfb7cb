"""Connections to the database, under the rules that were measured for it.

SQLite: WAL, synchronous FULL, one writing connection whose transactions are BEGIN IMMEDIATE, short reads on
connections that cannot write. A deferred transaction that upgrades itself to a write fails as locked, and default
transactions of SQLAlchemy lose updates silently. PostgreSQL: the same two engines; a lock that is not had within a
second is given up, so that one stalled transaction never holds up the log.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

BUSY_TIMEOUT_MS: Final = 2000  # the writer of this process; other processes are kept out by `owner`
LOCK_TIMEOUT_MS: Final = 1000
IDLE_TIMEOUT_MS: Final = 5000
CONNECT_TIMEOUT_S: Final = 5
READERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """One engine that writes, used by one thread, and one that reads, used by up to READERS threads."""

    url: URL
    writing: Engine
    reading: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def sqlite_file(self) -> Path | None:
        """The database file, None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def dispose(self) -> None:
        self.reading.dispose()
        self.writing.dispose()


def open_engines(database_url: str) -> Engines:
    """Engines for `sqlite+pysqlite:///<file>` or `postgresql+psycopg://...`; no connection is made yet.

    Raises ValueError for anything else, an SQLite database in memory included: it would be lost.
    """
    url = make_url(database_url)
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return Engines(url=url, writing=_sqlite(url, "IMMEDIATE"), reading=_sqlite(url, "DEFERRED"))
        case "postgresql":
            return Engines(url=url, writing=_postgresql(url), reading=_postgresql_reading(url))
    raise ValueError("the database is an SQLite file or PostgreSQL (postgresql+psycopg://)")


def _sqlite(url: URL, mode: str) -> Engine:
    engine = create_engine(url, poolclass=QueuePool, pool_size=READERS, max_overflow=0)
    pragmas = [
        f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA secure_delete = ON",  # what was erased is not left behind in free pages
        f"PRAGMA query_only = {'OFF' if mode == 'IMMEDIATE' else 'ON'}",
    ]

    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 would begin transactions of its own, deferred and late
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(f"BEGIN {mode}")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _postgresql(url: URL, **options: Any) -> Engine:
    settings = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS}"
    return create_engine(
        url,
        pool_size=READERS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"options": settings, "connect_timeout": CONNECT_TIMEOUT_S},
        **options,
    )


def _postgresql_reading(url: URL) -> Engine:
    """Repeatable read: all queries of one use case see the same state, as they do in SQLite."""
    return _postgresql(
        url, isolation_level="REPEATABLE READ", execution_options={"postgresql_readonly": True}
    )
