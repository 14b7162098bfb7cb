"""Several people can be on duty in one role at the same time.

Expand, then contract: see ../script.py.mako. The next release drops `roster`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_roster",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.String(length=24), nullable=False),
        sa.Column("ends_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("role", "staff", "starts_at", name=op.f("pk_duty_roster")),
    )
    op.execute(
        "INSERT INTO duty_roster (role, staff, starts_at, ends_at)"
        " SELECT role, staff, starts_at, ends_at FROM roster"
    )


def downgrade() -> None:
    op.drop_table("duty_roster")
