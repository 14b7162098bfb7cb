"""The rows of recalls and of breach files."""

from dataclasses import dataclass

from gateway.hub.storage.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFateRow(Row):
    """What came first for a copy: `geopend` or `teruggehaald`. Written once and never changed."""

    copy_id: str
    fate: str
    decided_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallRow(Row):
    """A copy that its sender took back. `notice` is the inbox item for the recipient, `role` and `staff` are who took
    it back."""

    copy_id: str
    case_id: str
    outcome: str
    reason: str
    order_jws: str
    notice: str
    role: str
    staff: str
    decided_at: str
    notified_at: str | None
    attestation: str | None
    attested: str | None
    attested_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachRow(Row):
    """A breach file. `fields` is JSON; `lapsed_at` is when it was noticed that `report_by` had passed undecided."""

    breach_id: str
    copy_id: str
    case_id: str
    message_id: str
    message_type: str
    sender_oin: str
    sender_role: str
    recipient_oin: str
    recipient_role: str
    cause: str
    reason: str
    fields: str
    happened_at: str
    known_at: str
    report_by: str
    closed_at: str | None
    lapsed_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachStepRow(Row):
    """A step in a breach file, numbered from 1."""

    breach_id: str
    position: int
    step: str
    reason: str | None
    role: str
    staff: str
    taken_at: str
