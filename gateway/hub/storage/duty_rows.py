"""The rows of how a duty is reached, of who took one over, and of what was done about an alarm."""

from dataclasses import dataclass

from gateway.hub.storage.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAddressRow(Row):
    """An address at which the duty of that rank in a role of an agency is reached, whoever has it, from `starts_at` up
    to `ends_at` (None: always, in rows from before there were two). `sealed` is the address, encrypted under the key
    of the hub and bound to `address_id`."""

    address_id: str
    oin: str
    role: str
    rank: int
    position: int
    channel: str
    sealed: bytes
    registered_at: str
    starts_at: str | None = None
    ends_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRow(Row):
    """One person took a duty over from another: for a period (`vervanging`), or with the open work (`overdracht`), of
    which `cases` assignments passed."""

    handover_id: str
    oin: str
    role: str
    kind: str
    from_staff: str
    to_staff: str
    by_staff: str
    starts_at: str
    ends_at: str
    cases: int
    recorded_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCallingRow(Row):
    """Where calling about an alarm stands: when to look again, when it came on the call list, who took it on."""

    alarm_id: str
    next_at: str
    listed_at: str | None
    taken_oin: str | None
    taken_role: str | None
    taken_staff: str | None
    taken_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCallRow(Row):
    """One attempt to reach somebody about an alarm, numbered from 1. `evidence` is the receiving side's own word, or
    why it did not get through; it never holds the address."""

    call_id: str
    alarm_id: str
    number: int
    address_id: str
    oin: str
    role: str
    staff: str
    channel: str
    duty_starts_at: str
    duty_ends_at: str
    called_at: str
    delivered: bool
    permanent: bool
    evidence: str
