"""Everything that a decision about one case may look at, read in one transaction.

The same queries run for a case that does not exist, so that the time of an answer does not tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.hub.storage import rows
from gateway.hub.storage.changes import agency_scope, case_scope
from gateway.hub.storage.selecting import select_all, select_one
from gateway.hub.storage.tables import (
    assignments,
    case_states,
    cases,
    deliveries,
    duties,
    fact_versions,
    mandates,
    messages,
)


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery in the case: which agency and role got which message."""

    oin: str
    role: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The case (None: unknown) and what is on record around it.

    Messages are in the order of acceptance. Duties and mandates are those of the asking agency that hold
    now; `versions` are those of the case and of that agency, at the same moment.
    """

    case_id: str
    case: rows.CaseRow | None
    states: tuple[rows.CaseStateRow, ...]
    sent: tuple[rows.MessageRow, ...]
    received: tuple[Received, ...]
    assignments: tuple[rows.AssignmentRow, ...]
    duties: tuple[rows.DutyRow, ...]
    mandates: tuple[rows.MandateRow, ...]
    versions: Mapping[str, int]


def load_situation(connection: Connection, *, case_id: str, oin: str, now: str) -> Situation:
    """The situation of a case as the agency `oin` acts in it at `now` (RFC 3339 text)."""
    scopes = (case_scope(case_id), agency_scope(oin))
    versions = connection.execute(select(fact_versions).where(fact_versions.c.scope.in_(scopes)))
    return Situation(
        case_id=case_id,
        case=select_one(connection, rows.CaseRow, select(cases).where(cases.c.case_id == case_id)),
        states=select_all(
            connection,
            rows.CaseStateRow,
            select(case_states).where(case_states.c.case_id == case_id).order_by(case_states.c.position),
        ),
        sent=select_all(
            connection,
            rows.MessageRow,
            select(messages).where(messages.c.case_id == case_id).order_by(messages.c.position),
        ),
        received=select_all(
            connection,
            Received,
            select(deliveries.c.oin, deliveries.c.role, deliveries.c.message_id).where(
                deliveries.c.case_id == case_id
            ),
        ),
        assignments=select_all(
            connection,
            rows.AssignmentRow,
            select(assignments).where(assignments.c.case_id == case_id).order_by(assignments.c.made_at),
        ),
        duties=load_duties(connection, oin=oin, now=now),
        mandates=select_all(
            connection,
            rows.MandateRow,
            select(mandates).where(
                mandates.c.oin == oin, mandates.c.starts_at <= now, mandates.c.ends_at > now
            ),
        ),
        versions=dict.fromkeys(scopes, 0) | {row.scope: row.version for row in versions},
    )


def load_duties(connection: Connection, *, oin: str, now: str) -> tuple[rows.DutyRow, ...]:
    """Who of the agency is on duty at `now`."""
    return select_all(
        connection,
        rows.DutyRow,
        select(duties).where(duties.c.oin == oin, duties.c.starts_at <= now, duties.c.ends_at > now),
    )
