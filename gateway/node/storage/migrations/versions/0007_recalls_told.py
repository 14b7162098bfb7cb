"""What the agency's system knows of copies that were taken back. Of those of before this, it is told after the upgrade.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recalls_in", sa.Column("system_told", sa.Text(), nullable=True))
    op.add_column("recalls_in", sa.Column("system_reference", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("recalls_in", "system_reference")
    op.drop_column("recalls_in", "system_told")
