"""Brings the schema to the revision of this release, and refuses to serve on any other.

Alembic is loaded only when there is something to do: it costs most of a second at every start.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text

HEAD: Final = "0013"
_FOLDER: Final = Path(__file__).parent / "migrations"


class SchemaOutOfDate(Exception):
    """The database has another schema than this release; the message says which, and what to run."""


def current_revision(engine: Engine) -> str | None:
    """The revision of the schema; None for an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def migrate(engine: Engine) -> None:
    """Upgrades to HEAD in one transaction. Nothing happens when it is there already."""
    if current_revision(engine) == HEAD:
        return
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)


def require_schema(engine: Engine) -> None:
    """Raises SchemaOutOfDate unless the schema is that of this release."""
    found = current_revision(engine)
    if found != HEAD:
        raise SchemaOutOfDate(f"the schema is at {found}, this release needs {HEAD}: run `schakel migrate`")
