"""Recalls: which came first for a copy, what was taken back, and the files of breaches.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy_fates",
        sa.Column("copy_id", sa.String(length=64), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_copy_fates")),
    )
    op.create_table(
        "recalls",
        sa.Column("copy_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("order_jws", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.String(length=24), nullable=False),
        sa.Column("notified_at", sa.String(length=24), nullable=True),
        sa.Column("attestation", sa.Text(), nullable=True),
        sa.Column("attested", sa.Text(), nullable=True),
        sa.Column("attested_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_recalls")),
    )
    op.create_index(
        op.f("ix_recalls_notified_at_decided_at"), "recalls", ["notified_at", "decided_at"], unique=False
    )
    op.create_table(
        "breaches",
        sa.Column("breach_id", sa.String(length=64), nullable=False),
        sa.Column("copy_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("message_type", sa.Text(), nullable=False),
        sa.Column("sender_oin", sa.String(length=64), nullable=False),
        sa.Column("sender_role", sa.Text(), nullable=False),
        sa.Column("recipient_oin", sa.String(length=64), nullable=False),
        sa.Column("recipient_role", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.String(length=24), nullable=False),
        sa.Column("known_at", sa.String(length=24), nullable=False),
        sa.Column("report_by", sa.String(length=24), nullable=False),
        sa.Column("closed_at", sa.String(length=24), nullable=True),
        sa.Column("lapsed_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("breach_id", name=op.f("pk_breaches")),
        sa.UniqueConstraint("copy_id", name=op.f("uq_breaches_copy_id")),
    )
    op.create_index(
        op.f("ix_breaches_lapsed_at_report_by"), "breaches", ["lapsed_at", "report_by"], unique=False
    )
    op.create_index(
        op.f("ix_breaches_sender_oin_sender_role"), "breaches", ["sender_oin", "sender_role"], unique=False
    )
    op.create_table(
        "breach_steps",
        sa.Column("breach_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("breach_id", "position", name=op.f("pk_breach_steps")),
    )


def downgrade() -> None:
    op.drop_table("breach_steps")
    op.drop_table("breaches")
    op.drop_table("recalls")
    op.drop_table("copy_fates")
