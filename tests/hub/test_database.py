"""The database itself: one owner, one schema, readers that cannot write."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from gateway.hub.storage import migrate as migration
from gateway.hub.storage.columns import metadata
from gateway.hub.storage.engine import open_engines
from gateway.hub.storage.migrate import SchemaOutOfDate, migrate, require_schema
from gateway.hub.storage.owner import DatabaseInUse, Ownership
from gateway.hub.storage.tables import fact_versions
from tests.databases import sqlite_url

FOLDER = Path(migration.__file__).parent / "migrations"


def test_migrations_lead_to_exactly_the_tables_of_the_code(database_url: str) -> None:
    engines = open_engines(database_url)
    with pytest.raises(SchemaOutOfDate):
        require_schema(engines.writing)
    migrate(engines.writing)
    migrate(engines.writing)
    require_schema(engines.writing)
    with engines.writing.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engines.dispose()


def test_head_names_the_newest_migration() -> None:
    assert ScriptDirectory(str(FOLDER)).get_heads() == [migration.HEAD]


def test_a_reading_connection_cannot_write(database_url: str) -> None:
    engines = open_engines(database_url)
    migrate(engines.writing)
    with engines.reading.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(insert(fact_versions), {"scope": "x", "version": 1})
    engines.dispose()


def test_sqlite_runs_under_the_measured_rules(tmp_path: Path) -> None:
    engines = open_engines(sqlite_url(tmp_path / "hub.db"))
    with engines.writing.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "query_only")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "query_only": 0}
    engines.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_a_database_that_cannot_keep_its_promises_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"SQLite file or PostgreSQL"):
        open_engines(url)


def test_a_second_owner_of_the_file_refuses_to_start(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gateway.hub.storage.owner import Ownership\n"
        "Ownership(Path(sys.argv[1])).acquire(); print('held', flush=True); sys.stdin.read()"
    )
    file = tmp_path / "hub.db"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DatabaseInUse, match=str(holder.pid)):
            Ownership(file).acquire()
        holder.kill()
    with Ownership(file), pytest.raises(DatabaseInUse):
        Ownership(file).acquire()
    Ownership(file).acquire()
