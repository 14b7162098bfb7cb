"""The node's file: one schema, one owner, readers that cannot write, and seals that hold."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text

from gateway.domain.clock import rfc3339
from gateway.domain.errors import Conflict, InvalidInput, Unavailable
from gateway.node.storage import migrate as migration
from gateway.node.storage import numbers, outbox, sent
from gateway.node.storage.database import Connection, Database
from gateway.node.storage.engine import open_engine
from gateway.node.storage.migrate import migrate
from gateway.node.storage.own_seal import OwnSeal
from gateway.node.storage.rows import SentMessage
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


@pytest.mark.parametrize(
    ("urgencies", "longest"),
    [
        (["U2"], outbox.LAST_RETRY),
        (["U0"], outbox.LAST_URGENT_RETRY),
        (["U2", "U0"], outbox.LAST_URGENT_RETRY),
    ],
    ids=["ordinary", "urgent", "urgent_behind_ordinary"],
)
async def test_the_pause_after_a_busy_hub_is_short_while_something_urgent_waits(
    tmp_path: Path, urgencies: list[str], longest: timedelta
) -> None:
    """An older message of its case goes first, so its pause is that of the urgent one behind it."""
    database, now = Database(tmp_path / "node.db"), datetime(2026, 3, 1, 1, 10, tzinfo=UTC)

    def fail_often(connection: Connection) -> str | None:
        for place, urgency in enumerate(urgencies):
            sent.insert_message(connection, waiting_message(f"bericht-{place}", urgency), [])
            outbox.put_submission(
                connection, case_id="zaak", message_id=f"bericht-{place}", now=now, after=now
            )
        for _ in range(12):
            urgent = sent.urgent_waits(connection, "zaak")
            outbox.later(connection, now=now, message_id="bericht-0", urgent=urgent)
        return outbox.next_due(connection)

    assert await database.write(fail_often) == rfc3339(now + longest)
    database.close()


def waiting_message(message_id: str, urgency: str) -> SentMessage:
    return SentMessage(
        message_id=message_id,
        case_id="zaak",
        message_type="melding.zorg",
        role="vt_medewerker",
        staff="vt-0001",
        urgency=urgency,
        state=sent.SentState.WAITING,
        request_mac="mac",
        sealed="verzegeld",
        plan="{}",
        body=b"body",
        attempt=0,
        answer_status=None,
        answer=None,
        created_at="2026-03-01T01:10:00.000Z",
        answered_at=None,
    )


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
