"""The rows of legal clocks and of the alarms that they raised."""

from dataclasses import dataclass

from gateway.hub.storage.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow(Row):
    """One clock of a case, running or ended. `record` is the whole clock as JSON (`clock_record`); the other members
    say where it stands, so that it can be found. `next_at` is when something must happen, None for never: it may be
    earlier than needed, never later."""

    case_id: str
    clock_id: str
    deadline: str
    status: str
    due_at: str | None
    next_at: str | None
    tz_version: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow(Row):
    """An alarm step of a clock that was reached, written once, in the transaction that found it.

    `owner` is JSON: `oin` (None: whoever is assigned or on duty in one of `roles`), `roles`, and `also`, the roles that
    are told beside the owner. `due_at` is the end of the clock, None when it has none. It is settled when its duty was
    done, its clock fell away, or somebody took it on: `settled_by` says what or who."""

    alarm_id: str
    case_id: str
    clock_id: str
    deadline: str
    step: str
    round: int
    urgency: str
    due_at: str | None
    owner: str
    raised_at: str
    settled_at: str | None
    settled_by: str | None
