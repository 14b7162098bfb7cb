"""Cases that were destroyed because the term for which they are kept is over.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destroyed_cases",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("order_jws", sa.Text(), nullable=False),
        sa.Column("attestation", sa.Text(), nullable=False),
        sa.Column("destroyed_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_destroyed_cases")),
    )


def downgrade() -> None:
    op.drop_table("destroyed_cases")
