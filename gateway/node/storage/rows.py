"""Rows as values, with the same members as their columns. No SQLAlchemy object leaves the storage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message of ours. `sealed` holds its original, `body` the signed bytes of its present submission;
    `attempt` counts the bodies that came before, which are void."""

    message_id: str
    case_id: str
    message_type: str
    role: str
    staff: str
    urgency: str
    state: str
    request_mac: str
    sealed: str
    plan: str
    body: bytes
    attempt: int
    answer_status: int | None
    answer: str | None
    created_at: str
    answered_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCopy:
    """One recipient's copy of a message of ours; `sealed` holds its content and salt until the case is closed."""

    copy_id: str
    message_id: str
    case_id: str
    oin: str
    role: str
    purpose: str
    number: int
    unused: str
    withheld: str
    commitment: str
    sealed: str
    status: str
    status_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCopy:
    """A copy that was verified and stored. `number` is the hub's count, `item` what came, still sealed."""

    copy_id: str
    message_id: str
    case_id: str
    message_type: str
    sender_oin: str
    sender_role: str
    role: str
    purpose: str
    urgency: str
    number: int
    commitment: str
    item: bytes
    sent_at: str
    received_at: str
    handed_over_at: str | None = None
    reference: str | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An item that was refused, with the report that was signed about it, if it could be named."""

    item_sha256: str
    copy_id: str | None
    case_id: str | None
    role: str | None
    number: int | None
    reason: str
    item: bytes
    rejection: str | None
    received_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOut:
    """A receipt that this node signed."""

    copy_id: str
    kind: str
    jws: str
    staff: str | None
    made_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptIn:
    """A receipt that a recipient signed for a copy of ours."""

    copy_id: str
    kind: str
    jws: str
    staff: str | None
    stated_at: str
    received_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingNumber:
    """A number of a sender's own count that never came. `reported_at` is set once somebody was told."""

    case_id: str
    sender_oin: str
    role: str
    number: int
    noticed_at: str
    due_at: str
    reported_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """Something for the hub: the submission of `message_id`, or `body` under `verb`, a receipt or rejection if None.

    `held_by` says why a submission waits when an urgent one may pass it."""

    item_id: int
    case_id: str
    message_id: str | None
    copy_id: str | None
    body: bytes | None
    verb: str | None
    attempts: int
    not_before: str
    created_at: str
    held_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a person approved. `subject` is the category of a summary, or `<type>/<field>` of a cleaned field."""

    approval_id: str
    case_id: str
    kind: str
    subject: str
    sealed: str
    made_at: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyOpening:
    """A copy that was opened without assignment (`breekglas`) or without the hub (`hub_weg`), to be reviewed."""

    opening_id: str
    copy_id: str
    case_id: str
    role: str
    staff: str
    purpose: str
    kind: str
    sealed: str
    opened_at: str
    reviewed_by: str | None
    reviewed_at: str | None
