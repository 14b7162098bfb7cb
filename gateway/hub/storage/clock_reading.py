"""Clocks and alarms as they are stored: those of a case, and which cases ask for attention.

For an account of every clock of a case or of the whole database, see `clock_account`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import OF_COPIES, AlarmKey, Clock, ClockStatus, clock_from_record, clock_record
from gateway.domain.identifiers import CaseId
from gateway.hub.storage.changes import case_scope
from gateway.hub.storage.clock_rows import AlarmRow, ClockRow
from gateway.hub.storage.clock_tables import alarms, clocks
from gateway.hub.storage.rows import CaseRow
from gateway.hub.storage.selecting import select_all, select_one
from gateway.hub.storage.tables import case_states, cases, fact_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClocks:
    """A case as its clocks see it: where it stands, every clock that may still matter, and the alarms that went off.

    Ended clocks of copies are left out. `states` counts the states in the life of the case; `version` is that of its
    facts, at the same moment.
    """

    case_id: CaseId
    case: CaseRow | None
    states: int
    rows: tuple[ClockRow, ...]
    fired: frozenset[AlarmKey]
    version: int


def clock_of(row: ClockRow) -> Clock:
    """The clock in its row."""
    return clock_from_record(json.loads(row.record))


def row_of(clock: Clock, next_at: str | None) -> ClockRow:
    """The row of the clock, to be looked at again at `next_at`."""
    return ClockRow(
        case_id=clock.case_id,
        clock_id=clock.clock_id,
        deadline=clock.deadline,
        status=clock.status.value,
        due_at=None if clock.due_at is None else rfc3339(clock.due_at),
        next_at=next_at,
        tz_version=clock.tz_version,
        record=json.dumps(clock_record(clock), separators=(",", ":"), sort_keys=True),
    )


_LEGAL: Final = (
    select(clocks)
    .where(clocks.c.case_id == bindparam("case_id"), clocks.c.deadline.not_in(OF_COPIES))
    .order_by(clocks.c.clock_id)
)


def legal_clocks(connection: Connection, case_id: str) -> tuple[ClockRow, ...]:
    """The clocks of the case that messages can touch, ended ones included."""
    return select_all(connection, ClockRow, _LEGAL, case_id=case_id)


def running_clocks(connection: Connection, case_id: str) -> tuple[ClockRow, ...]:
    """Every clock of the case that runs, those of copies included."""
    return select_all(
        connection,
        ClockRow,
        select(clocks)
        .where(clocks.c.case_id == case_id, clocks.c.status == ClockStatus.LOPEND)
        .order_by(clocks.c.clock_id),
    )


def all_clocks(connection: Connection, case_id: str) -> tuple[ClockRow, ...]:
    """Every clock of the case, those of copies included, running and ended."""
    return select_all(
        connection, ClockRow, select(clocks).where(clocks.c.case_id == case_id).order_by(clocks.c.clock_id)
    )


def find_clock(connection: Connection, case_id: str, clock_id: str) -> ClockRow | None:
    """One clock of the case."""
    return select_one(
        connection,
        ClockRow,
        select(clocks).where(clocks.c.case_id == case_id, clocks.c.clock_id == clock_id),
    )


def alarms_of_case(connection: Connection, case_id: str) -> tuple[AlarmRow, ...]:
    """Every alarm that went off in the case, oldest first."""
    return select_all(
        connection,
        AlarmRow,
        select(alarms).where(alarms.c.case_id == case_id).order_by(alarms.c.raised_at, alarms.c.alarm_id),
    )


def load_case_clocks(connection: Connection, case_id: str) -> CaseClocks:
    """What the watch needs to attend to one case."""
    legal = legal_clocks(connection, case_id)
    copies = [row for row in running_clocks(connection, case_id) if row.deadline in OF_COPIES]
    fired = connection.execute(select(alarms.c.clock_id, alarms.c.step).where(alarms.c.case_id == case_id))
    return CaseClocks(
        case_id=CaseId(case_id),
        case=select_one(connection, CaseRow, select(cases).where(cases.c.case_id == case_id)),
        states=connection.execute(
            select(func.count()).select_from(case_states).where(case_states.c.case_id == case_id)
        ).scalar_one(),
        rows=(*legal, *copies),
        fired=frozenset(AlarmKey(CaseId(case_id), row.clock_id, row.step) for row in fired),
        version=connection.execute(
            select(fact_versions.c.version).where(fact_versions.c.scope == case_scope(case_id))
        ).scalar()
        or 0,
    )


def cases_due(connection: Connection, *, now: str, limit: int) -> tuple[CaseId, ...]:
    """Cases with a clock that asks for attention at `now` (RFC 3339 text), the longest waiting first."""
    waiting = (
        select(clocks.c.case_id, func.min(clocks.c.next_at).label("since"))
        .where(clocks.c.next_at <= now)
        .group_by(clocks.c.case_id)
        .order_by("since")
        .limit(limit)
    )
    return _case_ids(row.case_id for row in connection.execute(waiting))


def cases_reckoned_otherwise(connection: Connection, *, tz_version: str, limit: int) -> tuple[CaseId, ...]:
    """Cases with a running clock that was worked out by another version of the time zone rules."""
    other = (
        select(clocks.c.case_id)
        .where(clocks.c.status == ClockStatus.LOPEND, clocks.c.tz_version != tz_version)
        .distinct()
        .limit(limit)
    )
    return _case_ids(row.case_id for row in connection.execute(other))


def _case_ids(found: Iterable[str]) -> tuple[CaseId, ...]:
    return tuple(map(CaseId, found))
