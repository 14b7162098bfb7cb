"""Duty rosters of an agency, the open work of its people, and the versions of what they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.hub.storage.changes import agency_scope, case_scope
from gateway.hub.storage.rows import AssignmentRow, DutyRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import assignments, duties, fact_versions


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


def agency_roster(connection: Connection, *, oin: str, begin: str, end: str) -> tuple[DutyRow, ...]:
    """Every duty of the agency between two moments, by start."""
    within = (duties.c.oin == oin, duties.c.starts_at < end, duties.c.ends_at > begin)
    query = select(duties).where(*within).order_by(duties.c.starts_at, duties.c.role, duties.c.duty_id)
    return select_all(connection, DutyRow, query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The roster of a role, what one person has open in it, and the versions of both, at one moment."""

    roster: tuple[DutyRow, ...]
    work: tuple[AssignmentRow, ...]
    versions: Mapping[str, int]


def load_work(connection: Connection, *, oin: str, role: str, staff: str) -> Work:
    """What a person of the agency would hand over in that role."""
    work = _open_assignments(connection, oin=oin, role=role, staff=staff)
    scopes = {agency_scope(oin), *(case_scope(each.case_id) for each in work)}
    found = connection.execute(select(fact_versions).where(fact_versions.c.scope.in_(scopes)))
    return Work(
        roster=load_roster(connection, oin=oin, role=role),
        work=work,
        versions=dict.fromkeys(scopes, 0) | {row.scope: row.version for row in found},
    )


def _open_assignments(
    connection: Connection, *, oin: str, role: str, staff: str
) -> tuple[AssignmentRow, ...]:
    mine = (assignments.c.oin == oin, assignments.c.role == role, assignments.c.staff == staff)
    query = select(assignments).where(*mine, assignments.c.ended_at.is_(None)).order_by(assignments.c.made_at)
    return select_all(connection, AssignmentRow, query)
