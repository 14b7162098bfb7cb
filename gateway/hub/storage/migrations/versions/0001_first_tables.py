"""The first tables of the hub.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignments",
        sa.Column("assignment_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=24), nullable=False),
        sa.Column("ended_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_case_id_oin"), "assignments", ["case_id", "oin"], unique=False)

    op.create_table(
        "case_states",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=24), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_case_states")),
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("before_suspension", sa.Text(), nullable=True),
        sa.Column("since", sa.String(length=24), nullable=False),
        sa.Column("opened_at", sa.String(length=24), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "copies",
        sa.Column("copy_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("jws_sha256", sa.Text(), nullable=False),
        sa.Column("sender_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_copies")),
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
    )
    op.create_table(
        "deliveries",
        sa.Column("copy_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("progress", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=False),
        sa.Column("republished", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "case_id", "oin", "role", "number", name=op.f("uq_deliveries_case_id_oin_role_number")
        ),
    )
    op.create_index(op.f("ix_deliveries_progress_due_at"), "deliveries", ["progress", "due_at"], unique=False)
    op.create_index(
        op.f("ix_deliveries_source_message_id"), "deliveries", ["source", "message_id"], unique=False
    )

    op.create_table(
        "duties",
        sa.Column("duty_id", sa.String(length=64), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.String(length=24), nullable=False),
        sa.Column("ends_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("duty_id", name=op.f("pk_duties")),
    )
    op.create_index(
        op.f("ix_duties_oin_role_starts_at"), "duties", ["oin", "role", "starts_at"], unique=False
    )

    op.create_table(
        "fact_versions",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_fact_versions")),
    )
    op.create_table(
        "log_head",
        sa.Column("head_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("head_id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "log_leaves",
        sa.Column("leaf_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("item_key", sa.Text(), nullable=True),
        sa.Column("tree_size", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_log_leaves")),
        sa.UniqueConstraint("item_key", name=op.f("uq_log_leaves_item_key")),
    )
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "node_index", name=op.f("pk_log_nodes")),
    )
    op.create_table(
        "mandates",
        sa.Column("mandate_id", sa.String(length=64), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.String(length=24), nullable=False),
        sa.Column("ends_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("mandate_id", name=op.f("pk_mandates")),
    )
    op.create_index(
        op.f("ix_mandates_oin_role_starts_at"), "mandates", ["oin", "role", "starts_at"], unique=False
    )

    op.create_table(
        "messages",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_type", sa.Text(), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.String(length=64), nullable=True),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("stated_at", sa.String(length=24), nullable=False),
        sa.Column("accepted_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("source", "message_id", name=op.f("pk_messages")),
        sa.UniqueConstraint("case_id", "position", name=op.f("uq_messages_case_id_position")),
    )
    op.create_table(
        "outbox",
        sa.Column("publish_id", sa.Text(), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("copy_id", sa.String(length=64), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("not_before", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("publish_id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_urgency_created_at"), "outbox", ["urgency", "created_at"], unique=False)

    op.create_table(
        "receipts",
        sa.Column("copy_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", "kind", name=op.f("pk_receipts")),
    )
    op.create_table(
        "rejections",
        sa.Column("copy_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_rejections")),
    )
    op.create_table(
        "submissions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("jti", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("may_follow", sa.Boolean(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("source", "message_id", "attempt", name=op.f("pk_submissions")),
        sa.UniqueConstraint("source", "jti", name=op.f("uq_submissions_source_jti")),
    )
    op.create_table(
        "withheld",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "message_id", "oin", "role", name=op.f("pk_withheld")),
    )
    # The head of an empty log (audit.tree.Frontier of size 0): appending locks this row, so it must exist.
    head = sa.table("log_head", sa.column("head_id", sa.Integer), sa.column("frontier", sa.LargeBinary))
    op.bulk_insert(head, [{"head_id": 1, "frontier": bytes(8)}])


def downgrade() -> None:
    raise NotImplementedError("the first revision is left by dropping the database")
