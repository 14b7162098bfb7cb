"""The database of one process: opened under its rules, read and written through one reader and one writer."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway.hub.storage.engine import Engines, open_engines
from gateway.hub.storage.migrate import migrate, require_schema
from gateway.hub.storage.owner import Ownership
from gateway.hub.storage.reader import Reader
from gateway.hub.storage.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database. `close` commits what waits."""

    engines: Engines
    reader: Reader
    writer: Writer
    ownership: Ownership | None

    def is_alive(self) -> bool:
        """Whether it answers now. Blocks."""
        try:
            with self.engines.reading.connect() as connection:
                return connection.execute(text("SELECT 1")).scalar() == 1
        except SQLAlchemyError:
            return False

    def close(self) -> None:
        self.writer.close()
        self.reader.close()
        self.engines.dispose()
        if self.ownership is not None:
            self.ownership.release()


def open_database(url: str) -> Database:
    """Opens it and starts the writer.

    An SQLite file is owned by this process and brought to the schema of this release; PostgreSQL must be there already
    (`migrate_database`), because several hubs share it. Raises DatabaseInUse, SchemaOutOfDate, ValueError.
    """
    engines = open_engines(url)
    ownership = None if engines.sqlite_file is None else Ownership(engines.sqlite_file)
    try:
        if ownership is not None:
            ownership.acquire()
            migrate(engines.writing)
        require_schema(engines.writing)
    except BaseException:
        engines.dispose()
        if ownership is not None:
            ownership.release()
        raise
    writer = Writer(engines)
    writer.start()
    return Database(engines=engines, reader=Reader(engines), writer=writer, ownership=ownership)


def door_beside(database_file: Path) -> Path:
    """The socket at which the process that owns an SQLite file takes what an operator wants changed."""
    return database_file.with_name(database_file.name + ".beheer")


def migrate_database(url: str) -> None:
    """Brings the schema to that of this release, once, before any hub of it starts."""
    engines = open_engines(url)
    try:
        migrate(engines.writing)
    finally:
        engines.dispose()
