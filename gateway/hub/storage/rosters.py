"""Duty rosters of an agency, and the version of what they are."""

from sqlalchemy import Connection, select

from gateway.hub.storage.rows import DutyRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import duties, fact_versions


def load_roster(connection: Connection, *, oin: str, role: str) -> tuple[DutyRow, ...]:
    """Every duty in that role, also those that ended, by start."""
    return select_all(
        connection,
        DutyRow,
        select(duties).where(duties.c.oin == oin, duties.c.role == role).order_by(duties.c.starts_at),
    )


def scope_version(connection: Connection, scope: str) -> int:
    """The version of the facts in a scope; 0 before the first."""
    found = connection.execute(select(fact_versions.c.version).where(fact_versions.c.scope == scope))
    return found.scalar() or 0
