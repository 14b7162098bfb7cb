"""Legal clocks of a case, and the alarms that they raised.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clocks",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("clock_id", sa.Text(), nullable=False),
        sa.Column("deadline", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=True),
        sa.Column("next_at", sa.String(length=24), nullable=True),
        sa.Column("tz_version", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "clock_id", name=op.f("pk_clocks")),
    )
    op.create_index(op.f("ix_clocks_next_at"), "clocks", ["next_at"], unique=False)
    op.create_table(
        "alarms",
        sa.Column("alarm_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("clock_id", sa.Text(), nullable=False),
        sa.Column("deadline", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.String(length=24), nullable=False),
        sa.Column("settled_at", sa.String(length=24), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarms")),
        sa.UniqueConstraint(
            "case_id", "clock_id", "step", "round", name=op.f("uq_alarms_case_id_clock_id_step_round")
        ),
    )
    op.create_index(
        op.f("ix_alarms_settled_at_urgency_raised_at"),
        "alarms",
        ["settled_at", "urgency", "raised_at"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("alarms")
    op.drop_table("clocks")
