"""The roster of the agency, and what was opened in an emergency."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select, update

from gateway.node.storage.rows import EmergencyOpening
from gateway.node.storage.selecting import select_all, select_one
from gateway.node.storage.tables import duty_roster, emergency_openings


def put_on_roster(connection: Connection, *, role: str, staff: str, starts_at: str, ends_at: str) -> None:
    """Replaces whatever overlaps in the role, as the hub does."""
    table = duty_roster.c
    overlaps = (table.role == role) & (table.starts_at < ends_at) & (table.ends_at > starts_at)
    connection.execute(delete(duty_roster).where(overlaps))
    connection.execute(
        insert(duty_roster), {"role": role, "staff": staff, "starts_at": starts_at, "ends_at": ends_at}
    )


def replace_roster(connection: Connection, rows: Sequence[Mapping[str, str]], *, now: str) -> None:
    """The whole roster from `now` on, as the hub has it; what ended before stays."""
    connection.execute(delete(duty_roster).where(duty_roster.c.ends_at > now))
    if rows:
        connection.execute(insert(duty_roster), [dict(row) for row in rows])


def is_on_duty(connection: Connection, *, role: str, staff: str, now: str) -> bool:
    """Whether the last roster has this person on duty in the role now."""
    table = duty_roster.c
    query = select(table.staff).where(
        table.role == role, table.staff == staff, table.starts_at <= now, table.ends_at > now
    )
    return connection.execute(query).first() is not None


def insert_opening(connection: Connection, opening: EmergencyOpening) -> None:
    connection.execute(insert(emergency_openings), asdict(opening))


def openings_of(connection: Connection, roles: Collection[str]) -> tuple[EmergencyOpening, ...]:
    """What was opened in an emergency in these roles: first what nobody reviewed, oldest first."""
    table = emergency_openings.c
    query = select(emergency_openings).where(table.role.in_(roles))
    return select_all(
        connection, EmergencyOpening, query.order_by(table.reviewed_at.is_not(None), table.opened_at)
    )


def find_opening(connection: Connection, opening_id: str) -> EmergencyOpening | None:
    table = emergency_openings.c
    return select_one(
        connection, EmergencyOpening, select(emergency_openings).where(table.opening_id == opening_id)
    )


def record_review(connection: Connection, opening_id: str, *, staff: str, now: str) -> None:
    """The first review counts."""
    table = emergency_openings.c
    connection.execute(
        update(emergency_openings)
        .where(table.opening_id == opening_id, table.reviewed_at.is_(None))
        .values(reviewed_by=staff, reviewed_at=now)
    )
