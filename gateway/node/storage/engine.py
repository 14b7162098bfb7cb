"""SQLite under the rules that were measured for it: WAL, synchronous FULL, BEGIN IMMEDIATE, readers that cannot write.

A deferred transaction that becomes a writing one fails as locked, and SQLAlchemy's default transactions lose updates
silently; that is why the kind of transaction is chosen here and nowhere else.
"""

from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

READERS: Final = 2
BUSY_TIMEOUT_MS: Final = 2000


def open_engine(path: Path, mode: Literal["IMMEDIATE", "DEFERRED"]) -> Engine:
    """An engine whose transactions begin with `mode`; DEFERRED ones can only read. No connection is made yet."""
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=0,
    )
    pragmas = (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",  # what was erased does not stay in free pages
        f"query_only = {'OFF' if mode == 'IMMEDIATE' else 'ON'}",
    )

    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 would begin transactions of its own, deferred and late
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(f"BEGIN {mode}")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine
