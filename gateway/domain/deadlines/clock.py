"""One running clock of a case, the message that may touch it, and what that message changed.

A clock keeps the zone and the version of the time zone rules by which its end was worked out, so that an end that new
rules would move can be found and worked out again (design.md 11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from gateway.domain.clock import LOCAL, parse_time, rfc3339
from gateway.domain.identifiers import CaseId, CopyId, MessageId, Oin, RoleId, StaffRef

TERM_OVER: Final = "termijn"
"""`ended_by` of a clock that reached its end."""
CASE_CLOSED: Final = "zaak_gesloten"
"""`ended_by` of a clock that was still running when the case was closed."""
FOLLOWED: Final = "volgt"
"""`ended_by` of a clock that fell away because the term of the clock it follows was over."""


class ClockStatus(StrEnum):
    """Where a clock is.

    LOPEND runs. GESTOPT: the duty was done. VERLOPEN: its term is over. VERVALLEN: there is nothing left to watch.
    """

    LOPEND = "lopend"
    GESTOPT = "gestopt"
    VERLOPEN = "verlopen"
    VERVALLEN = "vervallen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One recipient of a message: an agency in a role."""

    oin: Oin
    role: RoleId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent:
    """An accepted message as the clocks see it: its case facts and its envelope, never its content.

    A receipt is an event of message systeem.ontvangst whose sender is the agency that received the copy, with the
    facts bericht_id, soort and tijdstip; `role` is the role that the copy was addressed to. `in_place_of` are the
    agencies whose place the sender took: what they had to do it does."""

    case_id: CaseId
    message_id: MessageId
    message: str
    sender: Oin
    facts: Mapping[str, object]
    recipients: tuple[Party, ...] = ()
    answers: MessageId | None = None
    copy_id: CopyId | None = None
    role: RoleId | None = None
    in_place_of: frozenset[Oin] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose duty it is. With `oin`: that agency, on duty in one of `roles` if these are given. Without: whoever is
    assigned to the case in one of `roles`, else on duty in it at the competent agency."""

    oin: Oin | None
    roles: tuple[RoleId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time that somebody gave: when, why, and who."""

    at: datetime
    reason: str
    oin: Oin
    staff: StaffRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock. `anchor_at` is the fact it is counted from; `opened_at` when the hub registered it; `due_at` None
    means that it has no end of its own. `causes` are the messages that started it, the first one first. `groups`
    are the groups of agencies that ought to be told; without a `party` nobody in it was addressed. `waits_for`: of
    each of these sets of roles somebody at the party must still say that he was told; without one anybody there.
    `round` counts how often the end was moved or the duty handed over, so that alarms of a moved end, or of a task
    that is somebody else's now, are alarms of their own. `pilot_count` is the number of a pilot, in units of the term,
    that stands in place of the law's; in a simulation only (domain.md 2.5). `started_by` sent what started it;
    `corrected` is the kind of correction by which that agency took it back."""

    case_id: CaseId
    clock_id: str
    deadline: str
    causes: tuple[MessageId, ...]
    subject: MessageId | CopyId | None
    party: Oin | None
    groups: tuple[str, ...]
    owner: Owner
    anchor_at: datetime
    opened_at: datetime
    due_at: datetime | None
    due_stated: bool
    armed: bool
    waits_for: tuple[tuple[RoleId, ...], ...] = ()
    round: int = 0
    check_at: datetime | None = None
    status: ClockStatus = ClockStatus.LOPEND
    ended_at: datetime | None = None
    ended_by: str | None = None
    zone: str = field(default=LOCAL.key)
    tz_version: str
    pilot_count: int | None = None
    started_by: Oin | None = None
    corrected: str | None = None
    extensions: tuple[Extension, ...] = ()

    @property
    def running(self) -> bool:
        """Whether it is still to be watched."""
        return self.status is ClockStatus.LOPEND

    @property
    def done_late(self) -> bool:
        """Whether the duty was done after its end."""
        return (
            self.status is ClockStatus.GESTOPT
            and self.due_at is not None
            and self.ended_at is not None
            and self.ended_at > self.due_at
        )

    @property
    def due_local(self) -> str | None:
        """The end on the clock on the wall with its offset, as people are told it."""
        return None if self.due_at is None else self.due_at.astimezone(LOCAL).isoformat(timespec="seconds")

    def overdue(self, now: datetime) -> bool:
        """Whether the duty is still open while its end has been reached."""
        return self.running and self.due_at is not None and self.due_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChanges:
    """What a message or the passing of time did to the clocks of a case.

    `started` are new rows; `changed` replace the row of the same clock_id, the ended ones among them.
    """

    started: tuple[Clock, ...] = ()
    changed: tuple[Clock, ...] = ()

    @property
    def ended(self) -> tuple[Clock, ...]:
        """The clocks among both that no longer run."""
        return tuple(clock for clock in (*self.started, *self.changed) if not clock.running)


def clock_record(clock: Clock) -> dict[str, Any]:
    """The clock as a plain JSON object, for one column of storage."""
    return {
        "case_id": clock.case_id,
        "clock_id": clock.clock_id,
        "deadline": clock.deadline,
        "causes": list(clock.causes),
        "subject": clock.subject,
        "party": clock.party,
        "groups": list(clock.groups),
        "owner": {"oin": clock.owner.oin, "roles": list(clock.owner.roles)},
        "anchor_at": rfc3339(clock.anchor_at),
        "opened_at": rfc3339(clock.opened_at),
        "due_at": _text(clock.due_at),
        "due_stated": clock.due_stated,
        "armed": clock.armed,
        "waits_for": [list(roles) for roles in clock.waits_for],
        "round": clock.round,
        "check_at": _text(clock.check_at),
        "status": clock.status.value,
        "ended_at": _text(clock.ended_at),
        "ended_by": clock.ended_by,
        "zone": clock.zone,
        "tz_version": clock.tz_version,
        **({} if clock.pilot_count is None else {"pilot_count": clock.pilot_count}),
        "started_by": clock.started_by,
        "corrected": clock.corrected,
        "extensions": [
            {"at": rfc3339(each.at), "reason": each.reason, "oin": each.oin, "staff": each.staff}
            for each in clock.extensions
        ],
    }


def clock_from_record(record: Mapping[str, Any]) -> Clock:
    """The clock in such an object. Raises: KeyError, TypeError or InvalidValue for anything else."""
    owner = record["owner"]
    return Clock(
        **{
            **record,
            "causes": tuple(map(MessageId, record["causes"])),
            "groups": tuple(record["groups"]),
            "owner": Owner(oin=owner["oin"], roles=tuple(map(RoleId, owner["roles"]))),
            "waits_for": tuple(tuple(map(RoleId, roles)) for roles in record.get("waits_for", ())),
            "extensions": tuple(
                Extension(**{**each, "at": parse_time(each["at"])}) for each in record.get("extensions", ())
            ),
            "anchor_at": parse_time(record["anchor_at"]),
            "opened_at": parse_time(record["opened_at"]),
            "due_at": _moment(record["due_at"]),
            "check_at": _moment(record["check_at"]),
            "ended_at": _moment(record["ended_at"]),
            "status": ClockStatus(record["status"]),
        }
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def _moment(text: object) -> datetime | None:
    return None if text is None else parse_time(text)
