"""First tables of a node.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_case_id_kind"), "approvals", ["case_id", "kind"], unique=False)
    op.create_table(
        "lanes",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("passed", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "role", name=op.f("pk_lanes")),
    )
    op.create_table(
        "missing_numbers",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("sender_oin", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("noticed_at", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=False),
        sa.Column("reported_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "sender_oin", "role", "number", name=op.f("pk_missing_numbers")),
    )
    op.create_table(
        "outbox",
        sa.Column("item_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("copy_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("not_before", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_message_id"), "outbox", ["message_id"], unique=False)
    op.create_index(op.f("ix_outbox_not_before"), "outbox", ["not_before"], unique=False)
    op.create_table(
        "pseudonyms",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("value_mac", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "value_mac", name=op.f("pk_pseudonyms")),
    )
    op.create_table(
        "quarantine",
        sa.Column("item_sha256", sa.Text(), nullable=False),
        sa.Column("copy_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.Column("rejection", sa.Text(), nullable=True),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("item_sha256", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_case_id_role"), "quarantine", ["case_id", "role"], unique=False)
    op.create_table(
        "receipts_in",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("stated_at", sa.String(length=24), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", "kind", name=op.f("pk_receipts_in")),
    )
    op.create_table(
        "receipts_out",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("made_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", "kind", name=op.f("pk_receipts_out")),
    )
    op.create_table(
        "received_copies",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("message_type", sa.Text(), nullable=False),
        sa.Column("sender_oin", sa.Text(), nullable=False),
        sa.Column("sender_role", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.String(length=24), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.Column("handed_over_at", sa.String(length=24), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_received_copies")),
        sa.UniqueConstraint("case_id", "role", "number", name=op.f("uq_received_copies_case_id_role_number")),
    )
    op.create_index(
        op.f("ix_received_copies_handed_over_at_urgency"),
        "received_copies",
        ["handed_over_at", "urgency"],
        unique=False,
    )
    op.create_table(
        "sender_lanes",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("sender_oin", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("highest", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "sender_oin", "role", name=op.f("pk_sender_lanes")),
    )
    op.create_table(
        "sent_copies",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("oin", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unused", sa.Text(), nullable=False),
        sa.Column("withheld", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_sent_copies")),
        sa.UniqueConstraint(
            "case_id", "oin", "role", "number", name=op.f("uq_sent_copies_case_id_oin_role_number")
        ),
    )
    op.create_index(op.f("ix_sent_copies_message_id"), "sent_copies", ["message_id"], unique=False)
    op.create_table(
        "sent_messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("message_type", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request_mac", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer_status", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("answered_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_sent_messages")),
    )
    op.create_index(op.f("ix_sent_messages_case_id"), "sent_messages", ["case_id"], unique=False)
    op.create_table(
        "sequence_numbers",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("oin", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "oin", "role", name=op.f("pk_sequence_numbers")),
    )
    op.create_table(
        "unused_numbers",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("oin", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "oin", "role", "number", name=op.f("pk_unused_numbers")),
    )


def downgrade() -> None:
    op.drop_table("unused_numbers")
    op.drop_table("sequence_numbers")
    op.drop_index(op.f("ix_sent_messages_case_id"), table_name="sent_messages")
    op.drop_table("sent_messages")
    op.drop_index(op.f("ix_sent_copies_message_id"), table_name="sent_copies")
    op.drop_table("sent_copies")
    op.drop_table("sender_lanes")
    op.drop_index(op.f("ix_received_copies_handed_over_at_urgency"), table_name="received_copies")
    op.drop_table("received_copies")
    op.drop_table("receipts_out")
    op.drop_table("receipts_in")
    op.drop_index(op.f("ix_quarantine_case_id_role"), table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_table("pseudonyms")
    op.drop_index(op.f("ix_outbox_not_before"), table_name="outbox")
    op.drop_index(op.f("ix_outbox_message_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("missing_numbers")
    op.drop_table("lanes")
    op.drop_index(op.f("ix_approvals_case_id_kind"), table_name="approvals")
    op.drop_table("approvals")
