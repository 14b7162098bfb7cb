"""Openings in an emergency, the roster by which they are judged, and reports to the hub about them.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.String(length=24), nullable=False),
        sa.Column("ends_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("role", "starts_at", name=op.f("pk_roster")),
    )
    op.create_table(
        "emergency_openings",
        sa.Column("opening_id", sa.Text(), nullable=False),
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.String(length=24), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("opening_id", name=op.f("pk_emergency_openings")),
    )
    op.add_column("outbox", sa.Column("verb", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "verb")
    op.drop_table("emergency_openings")
    op.drop_table("roster")
