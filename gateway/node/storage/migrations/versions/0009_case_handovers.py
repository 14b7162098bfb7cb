"""Cases that were handed over to another municipality.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_handovers",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("handed_over_at", sa.String(length=24), nullable=False),
        sa.Column("from_municipality", sa.Text(), nullable=False),
        sa.Column("to_municipality", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("notice_jws", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "handed_over_at", name=op.f("pk_case_handovers")),
    )


def downgrade() -> None:
    op.drop_table("case_handovers")
