"""Every table of the hub. Constraints hold what must never be broken, whoever writes.

Tables of one subject may stand in a module of their own; `TABLE_OF` names them all.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from gateway.hub.storage import rows
from gateway.hub.storage.case_rows import CaseLinkRow, CaseTransferRow
from gateway.hub.storage.case_tables import case_links, case_transfers
from gateway.hub.storage.clock_rows import AlarmRow, ClockRow
from gateway.hub.storage.clock_tables import alarms, clocks
from gateway.hub.storage.columns import id_column, metadata, number_column, text_column, time_column
from gateway.hub.storage.document_rows import DocumentRow
from gateway.hub.storage.document_tables import documents
from gateway.hub.storage.duty_rows import AlarmCallingRow, AlarmCallRow, DutyAddressRow, HandoverRow
from gateway.hub.storage.duty_tables import alarm_calling, alarm_calls, duty_addresses, duty_handovers
from gateway.hub.storage.recall_rows import BreachRow, BreachStepRow, CopyFateRow, RecallRow
from gateway.hub.storage.recall_tables import breach_steps, breaches, copy_fates, recalls
from gateway.hub.storage.register_rows import MandateRow, PilotRow, StatementRow
from gateway.hub.storage.register_tables import mandates, pilots, statements
from gateway.hub.storage.succession_rows import SuccessionRow
from gateway.hub.storage.succession_tables import successions

# What a decision used, by scope (a case, an agency): whoever changes one of its facts raises the version, and whoever
# decided on an older version decides again.
fact_versions = Table("fact_versions", metadata, text_column("scope", key=True), number_column("version"))

cases = Table(
    "cases",
    metadata,
    id_column("case_id", key=True),
    text_column("municipality"),
    text_column("state"),
    text_column("before_suspension", optional=True),
    time_column("since"),
    time_column("opened_at"),
    id_column("opened_by"),
    text_column("opened_role"),
)

case_states = Table(
    "case_states",
    metadata,
    id_column("case_id", key=True),
    number_column("position", key=True),
    text_column("state"),
    time_column("since"),
    text_column("act"),
    id_column("cause"),
    time_column("recorded_at", optional=True),
    Column("dated", Boolean, nullable=True),
    text_column("lapsed_by", optional=True),
)

messages = Table(
    "messages",
    metadata,
    text_column("source", key=True),
    id_column("message_id", key=True),
    id_column("case_id"),
    number_column("position"),
    text_column("message_type"),
    id_column("oin"),
    text_column("role"),
    text_column("staff"),
    Column("in_reply_to", String(64), nullable=True),
    id_column("correlation_id"),
    text_column("purpose"),
    text_column("urgency"),
    text_column("act", optional=True),
    text_column("facts"),
    id_column("decision_id"),
    time_column("stated_at"),
    time_column("accepted_at"),
    UniqueConstraint("case_id", "position"),
)

copies = Table(
    "copies",
    metadata,
    id_column("copy_id", key=True),
    id_column("case_id"),
    text_column("source"),
    id_column("message_id"),
    Column("wrapped", LargeBinary, nullable=False),
    text_column("commitment"),
    text_column("jws_sha256"),
    number_column("sender_number"),
)

# Not stored by its node (2 is Progress.TECHNISCH), nor given up or rejected. As text: a partial index is used only for
# the very words that it was made with.
UNDELIVERED = text("progress < 2 AND outcome IS NULL")

deliveries = Table(
    "deliveries",
    metadata,
    id_column("copy_id", key=True),
    id_column("case_id"),
    text_column("source"),
    id_column("message_id"),
    id_column("oin"),
    text_column("role"),
    number_column("number"),
    text_column("urgency"),
    text_column("slug"),
    text_column("purpose"),
    text_column("stamp"),
    number_column("progress"),
    text_column("outcome", optional=True),
    time_column("accepted_at"),
    time_column("due_at"),
    number_column("republished"),
    UniqueConstraint("case_id", "oin", "role", "number"),
    Index(None, "source", "message_id"),
    Index(None, "progress", "due_at"),
    Index(
        "ix_deliveries_undelivered",
        "oin",
        "urgency",
        sqlite_where=UNDELIVERED,
        postgresql_where=UNDELIVERED,
    ),
)

withheld = Table(
    "withheld",
    metadata,
    text_column("source", key=True),
    id_column("message_id", key=True),
    id_column("oin", key=True),
    text_column("role", key=True),
    text_column("rule"),
)

submissions = Table(
    "submissions",
    metadata,
    text_column("source", key=True),
    id_column("message_id", key=True),
    number_column("attempt", key=True),
    id_column("jti"),
    text_column("body_sha256"),
    number_column("status"),
    text_column("answer"),
    Column("may_follow", Boolean, nullable=False),
    text_column("item_key"),
    time_column("received_at"),
    UniqueConstraint("source", "jti"),
)

assignments = Table(
    "assignments",
    metadata,
    id_column("assignment_id", key=True),
    id_column("case_id"),
    id_column("oin"),
    text_column("role"),
    text_column("staff"),
    text_column("side"),
    text_column("basis"),
    time_column("made_at"),
    time_column("ended_at", optional=True),
    Index(None, "case_id", "oin"),
)

duties = Table(
    "duties",
    metadata,
    id_column("duty_id", key=True),
    id_column("oin"),
    text_column("role"),
    text_column("staff"),
    time_column("starts_at"),
    time_column("ends_at"),
    Column("rank", Integer, nullable=True),
    Index(None, "oin", "role", "starts_at"),
)

decisions = Table(
    "decisions",
    metadata,
    id_column("decision_id", key=True),
    Column("case_id", String(64), nullable=True),
    text_column("kind"),
    text_column("revision"),
    text_column("question"),
    text_column("verdict"),
    time_column("decided_at"),
)

# The Authorization Decision Log: what systems asked the decision point over AuthZEN.
authorizations = Table(
    "authorizations",
    metadata,
    id_column("record_key", key=True),
    text_column("document"),
    time_column("recorded_at"),
    Index(None, "recorded_at"),
)

outbox = Table(
    "outbox",
    metadata,
    text_column("publish_id", key=True),
    id_column("oin"),
    text_column("subject"),
    Column("copy_id", String(64), nullable=True),
    text_column("payload", optional=True),
    text_column("urgency"),
    time_column("created_at"),
    number_column("attempts"),
    time_column("not_before"),
    Index(None, "urgency", "created_at"),
)

receipts = Table(
    "receipts",
    metadata,
    id_column("copy_id", key=True),
    text_column("kind", key=True),
    text_column("jws"),
    text_column("staff", optional=True),
    time_column("received_at"),
)

rejections = Table(
    "rejections",
    metadata,
    id_column("copy_id", key=True),
    text_column("reason"),
    text_column("jws"),
    time_column("received_at"),
)

log_head = Table(
    "log_head", metadata, number_column("head_id", key=True), Column("frontier", LargeBinary, nullable=False)
)

# `item_key` names the change that wrote the leaf, on its first leaf only; `tree_size` is the size of the log after that
# transaction. Erasure clears salt and body.
log_leaves = Table(
    "log_leaves",
    metadata,
    number_column("leaf_index", key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=True),
    Column("body", LargeBinary, nullable=True),
    text_column("item_key", optional=True),
    number_column("tree_size"),
    UniqueConstraint("item_key"),
)

# Complete subtrees of level 1 and higher; level 0 are the hashes of the leaves.
log_nodes = Table(
    "log_nodes",
    metadata,
    number_column("level", key=True),
    number_column("node_index", key=True),
    Column("hash", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints", metadata, number_column("size", key=True), text_column("note"), time_column("signed_at")
)

TABLE_OF: dict[type[rows.Row], Table] = {
    rows.CaseRow: cases,
    rows.CaseStateRow: case_states,
    CaseLinkRow: case_links,
    CaseTransferRow: case_transfers,
    rows.MessageRow: messages,
    rows.CopyRow: copies,
    rows.DeliveryRow: deliveries,
    DocumentRow: documents,
    rows.WithheldRow: withheld,
    rows.SubmissionRow: submissions,
    rows.AssignmentRow: assignments,
    rows.DutyRow: duties,
    MandateRow: mandates,
    StatementRow: statements,
    PilotRow: pilots,
    DutyAddressRow: duty_addresses,
    HandoverRow: duty_handovers,
    AlarmCallingRow: alarm_calling,
    AlarmCallRow: alarm_calls,
    rows.DecisionRow: decisions,
    rows.AuthorizationRow: authorizations,
    rows.OutboxRow: outbox,
    rows.ReceiptRow: receipts,
    rows.RejectionRow: rejections,
    rows.CheckpointRow: checkpoints,
    ClockRow: clocks,
    AlarmRow: alarms,
    CopyFateRow: copy_fates,
    RecallRow: recalls,
    BreachRow: breaches,
    BreachStepRow: breach_steps,
    SuccessionRow: successions,
}
