"""Every table of the hub. Constraints hold what must never be broken, whoever writes."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.hub.storage import rows

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, String(64), primary_key=key, nullable=False)


def _text(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=optional)


def _time(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, String(24), nullable=optional)


def _number(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=False, autoincrement=False)


# What a decision used, by scope (a case, an agency): whoever changes one of its facts raises the version, and whoever
# decided on an older version decides again.
fact_versions = Table("fact_versions", metadata, _text("scope", key=True), _number("version"))

cases = Table(
    "cases",
    metadata,
    _id("case_id", key=True),
    _text("municipality"),
    _text("state"),
    _text("before_suspension", optional=True),
    _time("since"),
    _time("opened_at"),
    _id("opened_by"),
    _text("opened_role"),
)

case_states = Table(
    "case_states",
    metadata,
    _id("case_id", key=True),
    _number("position", key=True),
    _text("state"),
    _time("since"),
    _text("act"),
    _id("cause"),
)

messages = Table(
    "messages",
    metadata,
    _text("source", key=True),
    _id("message_id", key=True),
    _id("case_id"),
    _number("position"),
    _text("message_type"),
    _id("oin"),
    _text("role"),
    _text("staff"),
    Column("in_reply_to", String(64), nullable=True),
    _id("correlation_id"),
    _text("purpose"),
    _text("urgency"),
    _text("act", optional=True),
    _text("facts"),
    _id("decision_id"),
    _time("stated_at"),
    _time("accepted_at"),
    UniqueConstraint("case_id", "position"),
)

copies = Table(
    "copies",
    metadata,
    _id("copy_id", key=True),
    _id("case_id"),
    _text("source"),
    _id("message_id"),
    Column("wrapped", LargeBinary, nullable=False),
    _text("commitment"),
    _text("jws_sha256"),
    _number("sender_number"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id("copy_id", key=True),
    _id("case_id"),
    _text("source"),
    _id("message_id"),
    _id("oin"),
    _text("role"),
    _number("number"),
    _text("urgency"),
    _text("slug"),
    _text("purpose"),
    _text("stamp"),
    _number("progress"),
    _text("outcome", optional=True),
    _time("accepted_at"),
    _time("due_at"),
    _number("republished"),
    UniqueConstraint("case_id", "oin", "role", "number"),
    Index(None, "source", "message_id"),
    Index(None, "progress", "due_at"),
)

withheld = Table(
    "withheld",
    metadata,
    _text("source", key=True),
    _id("message_id", key=True),
    _id("oin", key=True),
    _text("role", key=True),
    _text("rule"),
)

submissions = Table(
    "submissions",
    metadata,
    _text("source", key=True),
    _id("message_id", key=True),
    _number("attempt", key=True),
    _id("jti"),
    _text("body_sha256"),
    _number("status"),
    _text("answer"),
    Column("may_follow", Boolean, nullable=False),
    _text("item_key"),
    _time("received_at"),
    UniqueConstraint("source", "jti"),
)

assignments = Table(
    "assignments",
    metadata,
    _id("assignment_id", key=True),
    _id("case_id"),
    _id("oin"),
    _text("role"),
    _text("staff"),
    _text("side"),
    _text("basis"),
    _time("made_at"),
    _time("ended_at", optional=True),
    Index(None, "case_id", "oin"),
)

duties = Table(
    "duties",
    metadata,
    _id("duty_id", key=True),
    _id("oin"),
    _text("role"),
    _text("staff"),
    _time("starts_at"),
    _time("ends_at"),
    Index(None, "oin", "role", "starts_at"),
)

mandates = Table(
    "mandates",
    metadata,
    _id("mandate_id", key=True),
    _id("oin"),
    _text("role"),
    _text("staff"),
    _text("kind"),
    _time("starts_at"),
    _time("ends_at"),
    Index(None, "oin", "role", "starts_at"),
)

decisions = Table(
    "decisions",
    metadata,
    _id("decision_id", key=True),
    Column("case_id", String(64), nullable=True),
    _text("kind"),
    _text("revision"),
    _text("question"),
    _text("verdict"),
    _time("decided_at"),
)

# The Authorization Decision Log: what systems asked the decision point over AuthZEN.
authorizations = Table(
    "authorizations",
    metadata,
    _id("record_key", key=True),
    _text("document"),
    _time("recorded_at"),
    Index(None, "recorded_at"),
)

outbox = Table(
    "outbox",
    metadata,
    _text("publish_id", key=True),
    _id("oin"),
    _text("subject"),
    Column("copy_id", String(64), nullable=True),
    _text("payload", optional=True),
    _text("urgency"),
    _time("created_at"),
    _number("attempts"),
    _time("not_before"),
    Index(None, "urgency", "created_at"),
)

receipts = Table(
    "receipts",
    metadata,
    _id("copy_id", key=True),
    _text("kind", key=True),
    _text("jws"),
    _text("staff", optional=True),
    _time("received_at"),
)

rejections = Table(
    "rejections",
    metadata,
    _id("copy_id", key=True),
    _text("reason"),
    _text("jws"),
    _time("received_at"),
)

log_head = Table(
    "log_head", metadata, _number("head_id", key=True), Column("frontier", LargeBinary, nullable=False)
)

# `item_key` names the change that wrote the leaf, on its first leaf only; `tree_size` is the size of the log after that
# transaction. Erasure clears salt and body.
log_leaves = Table(
    "log_leaves",
    metadata,
    _number("leaf_index", key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=True),
    Column("body", LargeBinary, nullable=True),
    _text("item_key", optional=True),
    _number("tree_size"),
    UniqueConstraint("item_key"),
)

# Complete subtrees of level 1 and higher; level 0 are the hashes of the leaves.
log_nodes = Table(
    "log_nodes",
    metadata,
    _number("level", key=True),
    _number("node_index", key=True),
    Column("hash", LargeBinary, nullable=False),
)

checkpoints = Table("checkpoints", metadata, _number("size", key=True), _text("note"), _time("signed_at"))

TABLE_OF: dict[type[rows.Row], Table] = {
    rows.CaseRow: cases,
    rows.CaseStateRow: case_states,
    rows.MessageRow: messages,
    rows.CopyRow: copies,
    rows.DeliveryRow: deliveries,
    rows.WithheldRow: withheld,
    rows.SubmissionRow: submissions,
    rows.AssignmentRow: assignments,
    rows.DutyRow: duties,
    rows.MandateRow: mandates,
    rows.DecisionRow: decisions,
    rows.AuthorizationRow: authorizations,
    rows.OutboxRow: outbox,
    rows.ReceiptRow: receipts,
    rows.RejectionRow: rejections,
    rows.CheckpointRow: checkpoints,
}
