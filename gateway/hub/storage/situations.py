"""Everything that a decision about one case may look at, read in one transaction.

The same queries run for a case that does not exist, so that the time of an answer does not tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from gateway.hub.storage import rows
from gateway.hub.storage.case_links import Ties, load_ties
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
    """A delivery in the case: which agency and role got which message. What its sender took back before anybody opened
    it is none: that recipient keeps no part in the case by it."""

    oin: str
    role: str
    message_id: str


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
    # Also the duties that ended since the case was opened: an act of the past asks for them.
    roster: tuple[rows.DutyRow, ...]
    clocks: tuple[ClockRow, ...]
    mandates: tuple[MandateRow, ...]
    statements: tuple[StatementRow, ...]
    pilots: tuple[PilotRow, ...]
    ties: Ties
    versions: Mapping[str, int]


_CASE: Final[BindParameter[str]] = bindparam("case_id")
_VERSIONS: Final = select(fact_versions).where(fact_versions.c.scope.in_(bindparam("scopes", expanding=True)))
_OF_CASE: Final = select(cases).where(cases.c.case_id == _CASE)
_STATES: Final = select(case_states).where(case_states.c.case_id == _CASE).order_by(case_states.c.position)
_SENT: Final = select(messages).where(messages.c.case_id == _CASE).order_by(messages.c.position)
_RECEIVED: Final = select(deliveries.c.oin, deliveries.c.role, deliveries.c.message_id).where(
    deliveries.c.case_id == _CASE,
    or_(deliveries.c.outcome.is_(None), deliveries.c.outcome != Outcome.RECALLED.value),
)
_ASSIGNED: Final = select(assignments).where(assignments.c.case_id == _CASE).order_by(assignments.c.made_at)
_HELD: Final = select(duties).where(
    duties.c.oin == bindparam("oin"),
    duties.c.starts_at <= bindparam("now"),
    duties.c.ends_at > bindparam("since"),
)


def load_situation(
    connection: Connection, *, case_id: str, oin: str, now: str, opening_in: str | None = None
) -> Situation:
    """The situation of a case as the agency `oin` acts in it at `now` (RFC 3339 text). `opening_in` is the
    municipality of a case that the message at hand opens."""
    case = select_one(connection, rows.CaseRow, _OF_CASE, case_id=case_id)
    municipality = (opening_in or "") if case is None else case.municipality
    scopes = (case_scope(case_id), agency_scope(oin), municipality_scope(municipality))
    versions = connection.execute(_VERSIONS, {"scopes": scopes})
    roster = load_duties(connection, oin=oin, now=now, since=now if case is None else case.opened_at)
    ties = load_ties(connection, case_id)
    return Situation(
        case_id=case_id,
        case=case,
        states=select_all(connection, rows.CaseStateRow, _STATES, case_id=case_id),
        sent=select_all(connection, rows.MessageRow, _SENT, case_id=case_id),
        received=select_all(connection, Received, _RECEIVED, case_id=case_id),
        assignments=select_all(connection, rows.AssignmentRow, _ASSIGNED, case_id=case_id),
        clocks=legal_clocks(connection, case_id),
        duties=tuple(duty for duty in roster if duty.ends_at > now),
        roster=roster,
        mandates=mandates_of_holder(connection, oin),
        statements=statements_in_case(connection, case_id),
        pilots=pilots_in(connection, municipality),
        ties=ties,
        versions=dict(ties.versions)
        | dict.fromkeys(scopes, 0)
        | {row.scope: row.version for row in versions},
    )


def load_duties(
    connection: Connection, *, oin: str, now: str, since: str | None = None
) -> tuple[rows.DutyRow, ...]:
    """Who of the agency is on duty at `now`, or was at some time since `since`."""
    return select_all(connection, rows.DutyRow, _HELD, oin=oin, now=now, since=min(since or now, now))
