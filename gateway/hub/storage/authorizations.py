"""The Authorization Decision Log as it is stored: one record by its key, and all of them for an export."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from gateway.hub.storage.tables import authorizations

_AT_ONCE = 1000


def stored_authorization(connection: Connection, record_key: str) -> str | None:
    """The record with this key as canonical JSON; None when there is none."""
    found: str | None = connection.execute(
        select(authorizations.c.document).where(authorizations.c.record_key == record_key)
    ).scalar()
    return found


def authorization_lines(connection: Connection) -> Iterator[str]:
    """Every record as one line of JSON, in the order in which they were recorded, read in portions."""
    ordered = select(authorizations.c.document).order_by(
        authorizations.c.recorded_at, authorizations.c.record_key
    )
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(ordered).scalars()
