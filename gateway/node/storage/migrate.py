"""Brings the node's file to the schema of this release. Alembic is loaded only when there is something to do."""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text

HEAD: Final = "0010"
_FOLDER: Final = Path(__file__).parent / "migrations"


def current_revision(engine: Engine) -> str | None:
    """The revision of the schema; None for an empty file."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def migrate(engine: Engine) -> None:
    """Upgrades to HEAD in one transaction; nothing happens when it is there. A newer schema is an error of Alembic."""
    if current_revision(engine) == HEAD:
        return
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
