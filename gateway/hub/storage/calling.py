"""What the callers read: the alarms that somebody must be called about, with the duty roster and what was done.

On PostgreSQL several relays share the work as they do with the outbox: each takes rows that no other holds, for a
while. On SQLite the one process that owns the file has the only caller.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from gateway.hub.storage.changes import StorageUnavailable
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.hub.storage.clock_tables import alarms
from gateway.hub.storage.duty_rows import AlarmCallingRow, AlarmCallRow, DutyAddressRow
from gateway.hub.storage.duty_tables import alarm_calling, alarm_calls, duty_addresses
from gateway.hub.storage.engine import Engines
from gateway.hub.storage.rows import AssignmentRow, CaseRow, DutyRow
from gateway.hub.storage.selecting import select_all, select_one
from gateway.hub.storage.tables import assignments, cases, duties

RETRY_AFTER_S = 2


def new_alarms(connection: Connection, *, limit: int) -> tuple[AlarmRow, ...]:
    """Alarms that nobody settled and nobody calls about yet, the most urgent and oldest first."""
    query = (
        select(alarms)
        .outerjoin(alarm_calling, alarm_calling.c.alarm_id == alarms.c.alarm_id)
        .where(alarms.c.settled_at.is_(None), alarm_calling.c.alarm_id.is_(None))
        .order_by(alarms.c.urgency, alarms.c.raised_at, alarms.c.alarm_id)
        .limit(limit)
    )
    return select_all(connection, AlarmRow, query)


def take_alarms(engines: Engines, *, now: str, until: str, beyond: str, limit: int) -> list[AlarmRow]:
    """Unsettled alarms that are to be looked at by `now`, the most urgent first; and those that are not to be looked
    at until after `beyond`, which only a clock that was put back can leave. On PostgreSQL they are this caller's until
    `until`. Blocks; raises StorageUnavailable."""
    due = (
        select(alarms)
        .join(alarm_calling, alarm_calling.c.alarm_id == alarms.c.alarm_id)
        .where(
            alarms.c.settled_at.is_(None),
            alarm_calling.c.listed_at.is_(None),
            or_(alarm_calling.c.next_at <= now, alarm_calling.c.next_at > beyond),
        )
        .order_by(alarms.c.urgency, alarms.c.raised_at, alarms.c.alarm_id)
        .limit(limit)
    )
    try:
        if engines.is_sqlite:
            with engines.reading.connect() as connection:
                return list(select_all(connection, AlarmRow, due))
        with engines.writing.begin() as connection:
            found = select_all(connection, AlarmRow, due.with_for_update(skip_locked=True, of=alarm_calling))
            if found:
                mine = alarm_calling.c.alarm_id.in_([row.alarm_id for row in found])
                connection.execute(update(alarm_calling).where(mine).values(next_at=until))
            return list(found)
    except SQLAlchemyError as error:
        raise StorageUnavailable(retry_after_s=RETRY_AFTER_S) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFile:
    """What a call is decided on: the alarm as it is now, its case and who works there, and what was done. `duties` and
    `addresses` are those of the roles that own it, of every agency; the caller tells whose count."""

    alarm: AlarmRow
    case: CaseRow | None
    assignments: tuple[AssignmentRow, ...]
    duties: tuple[DutyRow, ...]
    addresses: tuple[DutyAddressRow, ...]
    calls: tuple[AlarmCallRow, ...]
    calling: AlarmCallingRow | None


def load_alarm(
    connection: Connection, alarm_id: str, *, roles: Collection[str], now: str
) -> AlarmFile | None:
    """The file of an alarm, with who is on duty in `roles` at `now`; None when there is no such alarm."""
    alarm = select_one(connection, AlarmRow, select(alarms).where(alarms.c.alarm_id == alarm_id))
    if alarm is None:
        return None
    of_case = assignments.c.case_id == alarm.case_id
    on_duty = (duties.c.role.in_(roles), duties.c.starts_at <= now, duties.c.ends_at > now)
    return AlarmFile(
        alarm=alarm,
        case=select_one(connection, CaseRow, select(cases).where(cases.c.case_id == alarm.case_id)),
        assignments=select_all(
            connection, AssignmentRow, select(assignments).where(of_case, assignments.c.ended_at.is_(None))
        ),
        duties=select_all(
            connection, DutyRow, select(duties).where(*on_duty).order_by(duties.c.starts_at, duties.c.duty_id)
        ),
        addresses=select_all(
            connection,
            DutyAddressRow,
            select(duty_addresses)
            .where(duty_addresses.c.role.in_(roles))
            .order_by(duty_addresses.c.rank, duty_addresses.c.position),
        ),
        calls=select_all(
            connection,
            AlarmCallRow,
            select(alarm_calls).where(alarm_calls.c.alarm_id == alarm_id).order_by(alarm_calls.c.number),
        ),
        calling=select_one(
            connection, AlarmCallingRow, select(alarm_calling).where(alarm_calling.c.alarm_id == alarm_id)
        ),
    )


def listed_alarms(connection: Connection, *, limit: int) -> tuple[AlarmRow, ...]:
    """The unsettled alarms on the call list, of every agency: the most urgent and oldest first."""
    query = (
        select(alarms)
        .join(alarm_calling, alarm_calling.c.alarm_id == alarms.c.alarm_id)
        .where(alarms.c.settled_at.is_(None), alarm_calling.c.listed_at.is_not(None))
        .order_by(alarms.c.urgency, alarms.c.raised_at, alarms.c.alarm_id)
        .limit(limit)
    )
    return select_all(connection, AlarmRow, query)


def addresses_of(connection: Connection, *, oin: str, roles: Sequence[str]) -> tuple[DutyAddressRow, ...]:
    """The addresses of the agency in those roles, in order of preference."""
    query = (
        select(duty_addresses)
        .where(duty_addresses.c.oin == oin, duty_addresses.c.role.in_(roles))
        .order_by(duty_addresses.c.role, duty_addresses.c.rank, duty_addresses.c.position)
    )
    return select_all(connection, DutyAddressRow, query)


def find_alarm(connection: Connection, alarm_id: str) -> AlarmRow | None:
    """The alarm of that id, whoever it is for; the caller tells who may know."""
    return select_one(connection, AlarmRow, select(alarms).where(alarms.c.alarm_id == alarm_id))
