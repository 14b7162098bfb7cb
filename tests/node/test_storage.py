"""The node's file: one schema, one owner, readers that cannot write, and seals that hold."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text

from gateway.domain.errors import Conflict, InvalidInput, Unavailable
from gateway.node.storage import migrate as migration
from gateway.node.storage import numbers
from gateway.node.storage.database import Connection, Database
from gateway.node.storage.engine import open_engine
from gateway.node.storage.migrate import migrate
from gateway.node.storage.own_seal import OwnSeal
from gateway.node.storage.tables import metadata, sequence_numbers
from gateway.protocol.keys import OpeningKey
from tests.protocol.makers import new_key

FOLDER = Path(migration.__file__).parent / "migrations"


def test_migrations_lead_to_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "node.db", "IMMEDIATE")
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_head_names_the_newest_migration() -> None:
    assert ScriptDirectory(str(FOLDER)).get_heads() == [migration.HEAD]


async def test_the_file_runs_under_the_measured_rules_and_is_for_its_owner_only(tmp_path: Path) -> None:
    database = Database(tmp_path / "node.db")

    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "secure_delete", "query_only")
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1, 0]
    assert await database.read(pragmas) == ["wal", 2, 1, 1]
    assert {oct((tmp_path / name).stat().st_mode & 0o777) for name in ("node.db", "node.db.secret")} == {
        "0o600"
    }
    database.close()


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    database = Database(tmp_path / "node.db")
    row = {"case_id": "x", "oin": "x", "role": "x", "last": 1}
    with pytest.raises(Unavailable):
        await database.read(lambda c: c.execute(insert(sequence_numbers), row))
    database.close()


async def test_what_raises_in_a_write_is_rolled_back_whole(tmp_path: Path) -> None:
    database = Database(tmp_path / "node.db")

    def half(connection: Connection) -> None:
        numbers.next_number(connection, "zaak", "oin", "rol")
        raise Conflict

    with pytest.raises(Conflict):
        await database.write(half)
    assert await database.write(lambda c: numbers.next_number(c, "zaak", "oin", "rol")) == 1
    assert await database.write(lambda c: numbers.next_number(c, "zaak", "oin", "rol")) == 2
    assert await database.write(lambda c: numbers.next_number(c, "zaak", "oin", "andere")) == 1
    database.close()


async def test_the_secret_outlives_a_restart(tmp_path: Path) -> None:
    first = Database(tmp_path / "node.db")
    first.close()
    second = Database(tmp_path / "node.db")
    assert second.secret == first.secret
    second.close()


def keys(*pems: bytes) -> dict[str, OpeningKey]:
    made = [OpeningKey.from_pem(pem) for pem in pems]
    return {key.kid: key for key in made}


def test_an_own_seal_opens_with_an_older_key_and_for_its_own_place_only() -> None:
    old, new = new_key(), new_key()
    value = {"inhoud": ["verzonnen", 1, True, None]}
    sealed = OwnSeal(keys(old)).seal(value, belongs_to="bericht:1")
    renewed = OwnSeal(keys(new, old))
    assert renewed.open(sealed, belongs_to="bericht:1") == value
    with pytest.raises(InvalidInput):
        renewed.open(sealed, belongs_to="bericht:2")
    with pytest.raises(InvalidInput):
        OwnSeal(keys(new)).open(sealed, belongs_to="bericht:1")
    with pytest.raises(InvalidInput):
        renewed.open(sealed[:-4] + "AAAA", belongs_to="bericht:1")


def test_a_node_without_a_key_does_not_start() -> None:
    with pytest.raises(ValueError, match="opening key"):
        OwnSeal({})
