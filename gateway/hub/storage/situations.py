"""Everything that a decision about one case may look at, read in one transaction.

The same queries run for a case that does not exist, so that the time of an answer does not tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.hub.storage import rows
from gateway.hub.storage.changes import agency_scope, case_scope
from gateway.hub.storage.clock_reading import legal_clocks
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.deliveries import Outcome
from gateway.hub.storage.register_rows import MandateRow, PilotRow, StatementRow
from gateway.hub.storage.registers import (
    mandates_of_holder,
    municipality_scope,
    pilots_in,
    statements_in_case,
)
from gateway.hub.storage.selecting import select_all, select_one
from gateway.hub.storage.tables import (
    assignments,
    case_states,
    cases,
    deliveries,
    duties,
    fact_versions,
    messages,
)


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery in the case: which agency and role got which message."""

    oin: str
    role: str
    message_id: str
    outcome: str | None

    @property
    def is_recalled(self) -> bool:
        """The sender took the copy back before anybody opened it: this recipient does not have it any more."""
        return self.outcome == Outcome.RECALLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The case (None: unknown) and what is on record around it.

    Messages are in the order of acceptance; clocks of copies are left out. Duties are those of the asking agency that
    hold now; mandates are those of its people, statements those of the case and pilots those of its municipality,
    whether they hold or not.
    `versions` are those of the case, of that agency and of the municipality, at the same moment.
    """

    case_id: str
    case: rows.CaseRow | None
    states: tuple[rows.CaseStateRow, ...]
    sent: tuple[rows.MessageRow, ...]
    received: tuple[Received, ...]
    assignments: tuple[rows.AssignmentRow, ...]
    duties: tuple[rows.DutyRow, ...]
    roster: tuple[
        rows.DutyRow, ...
    ]  # also those that ended since the case was opened: a past act asks for them
    clocks: tuple[ClockRow, ...]
    mandates: tuple[MandateRow, ...]
    statements: tuple[StatementRow, ...]
    pilots: tuple[PilotRow, ...]
    versions: Mapping[str, int]


def load_situation(
    connection: Connection, *, case_id: str, oin: str, now: str, opening_in: str | None = None
) -> Situation:
    """The situation of a case as the agency `oin` acts in it at `now` (RFC 3339 text). `opening_in` is the
    municipality of a case that the message at hand opens."""
    case = select_one(connection, rows.CaseRow, select(cases).where(cases.c.case_id == case_id))
    municipality = (opening_in or "") if case is None else case.municipality
    scopes = (case_scope(case_id), agency_scope(oin), municipality_scope(municipality))
    versions = connection.execute(select(fact_versions).where(fact_versions.c.scope.in_(scopes)))
    return Situation(
        case_id=case_id,
        case=case,
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
            select(deliveries.c.oin, deliveries.c.role, deliveries.c.message_id, deliveries.c.outcome).where(
                deliveries.c.case_id == case_id
            ),
        ),
        assignments=select_all(
            connection,
            rows.AssignmentRow,
            select(assignments).where(assignments.c.case_id == case_id).order_by(assignments.c.made_at),
        ),
        clocks=legal_clocks(connection, case_id),
        duties=load_duties(connection, oin=oin, now=now),
        roster=load_duties(connection, oin=oin, now=now, since=now if case is None else case.opened_at),
        mandates=mandates_of_holder(connection, oin),
        statements=statements_in_case(connection, case_id),
        pilots=pilots_in(connection, municipality),
        versions=dict.fromkeys(scopes, 0) | {row.scope: row.version for row in versions},
    )


def load_duties(
    connection: Connection, *, oin: str, now: str, since: str | None = None
) -> tuple[rows.DutyRow, ...]:
    """Who of the agency is on duty at `now`, or was at some time since `since`."""
    held = (duties.c.oin == oin, duties.c.starts_at <= now, duties.c.ends_at > min(since or now, now))
    return select_all(connection, rows.DutyRow, select(duties).where(*held))
