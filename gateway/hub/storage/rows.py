"""The rows of the database as values: what judges return and what queries give back.

One class per table with the same members as its columns (a test holds them equal). Times are RFC 3339 text in UTC
with milliseconds, which sorts as time; documents are canonical JSON text. No row holds content: sealed copies are
bytes that the hub cannot open.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of some table. Tables of one subject may stand in a module of their own, with their rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow(Row):
    """A case and where it stands. `since` is when it came into this state."""

    case_id: str
    municipality: str
    state: str
    before_suspension: str | None
    since: str
    opened_at: str
    opened_by: str
    opened_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStateRow(Row):
    """One state in the life of a case, numbered from 1 in the order of registration; `cause` is the message or
    decision that led to it.

    `since` is when the act took place, `recorded_at` when it was registered (None in rows from before there were two).
    Not `dated`: the act states no time of its own. `lapsed_by` is the cause that showed that an end which the clock
    told did not take place then.
    """

    case_id: str
    position: int
    state: str
    since: str
    act: str
    cause: str
    recorded_at: str | None = None
    dated: bool | None = None
    lapsed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow(Row):
    """An accepted message, without its content. `facts` are its case facts as JSON, signed by its sender. `position`
    orders the messages of a case, whatever the clock said."""

    source: str
    message_id: str
    case_id: str
    position: int
    message_type: str
    oin: str
    role: str
    staff: str
    in_reply_to: str | None
    correlation_id: str
    purpose: str
    urgency: str
    act: str | None
    facts: str
    decision_id: str
    stated_at: str
    accepted_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow(Row):
    """A sealed copy, wrapped under the key of its case; `jws_sha256` names it in the stamp."""

    copy_id: str
    case_id: str
    source: str
    message_id: str
    wrapped: bytes
    commitment: str
    jws_sha256: str
    sender_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow(Row):
    """Where a copy is. `number` counts per case and recipient from 1 without gaps; `progress` only ever grows
    (`Progress`); `outcome` is set when the copy was rejected or given up. Without a technical receipt at `due_at` it
    is published again, which was done `republished` times."""

    copy_id: str
    case_id: str
    source: str
    message_id: str
    oin: str
    role: str
    number: int
    urgency: str
    slug: str
    purpose: str
    stamp: str
    progress: int
    outcome: str | None
    accepted_at: str
    due_at: str
    republished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldRow(Row):
    """A listed recipient that gets no copy (`vervallen`), and the rule that says so."""

    source: str
    message_id: str
    oin: str
    role: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRow(Row):
    """The remembered answer to one body: the same bytes always get it again.

    `attempt` counts the bodies under one (source, message id) from 0; a next one may come only after an answer that
    is `superseded`-able. An accepted answer is stored without its proof, which follows from the log.
    """

    source: str
    message_id: str
    attempt: int
    jti: str
    body_sha256: str
    status: int
    answer: str
    may_follow: bool
    item_key: str
    received_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow(Row):
    """One person of one agency works on one case, from `made_at` to `ended_at` (None: still)."""

    assignment_id: str
    case_id: str
    oin: str
    role: str
    staff: str
    side: str
    basis: str
    made_at: str
    ended_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow(Row):
    """One person is on duty in a role of an agency, from `starts_at` up to `ends_at`. Of several at once the one with
    the smallest `rank` is called first; None is 0."""

    duty_id: str
    oin: str
    role: str
    staff: str
    starts_at: str
    ends_at: str
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow(Row):
    """A decision that can be replayed: the revision, the content-free question, and the verdict."""

    decision_id: str
    case_id: str | None
    kind: str
    revision: str
    question: str
    verdict: str
    decided_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRow(Row):
    """One record of the Authorization Decision Log, as the standard writes it; `record_key` is trace id and span id."""

    record_key: str
    document: str
    recorded_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow(Row):
    """Something to publish to an agency's inbox. A copy is unwrapped when it is published; a receipt is carried in
    `payload`. Published rows are deleted."""

    publish_id: str
    oin: str
    subject: str
    copy_id: str | None
    payload: str | None
    urgency: str
    created_at: str
    attempts: int
    not_before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow(Row):
    """A signed receipt of a recipient's node; each kind once per copy."""

    copy_id: str
    kind: str
    jws: str
    staff: str | None
    received_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionRow(Row):
    """A signed report that a copy could not be opened or broke its manifest."""

    copy_id: str
    reason: str
    jws: str
    received_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRow(Row):
    """The signed checkpoint of a head, once per size; cosignatures of witnesses are added to the note."""

    size: int
    note: str
    signed_at: str
