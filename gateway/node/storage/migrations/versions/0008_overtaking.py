"""Urgent messages pass what waits for room: why a submission waits, and numbers that a recipient must still get.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("held_by", sa.Text(), nullable=True))
    op.create_table(
        "awaited_numbers",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("sender_oin", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("named_by", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "sender_oin", "role", "number", name=op.f("pk_awaited_numbers")),
    )


def downgrade() -> None:
    op.drop_table("awaited_numbers")
    op.drop_column("outbox", "held_by")
