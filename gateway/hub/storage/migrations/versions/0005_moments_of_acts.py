"""Acts of a case keep when they took place beside when they were registered.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_states", sa.Column("recorded_at", sa.String(length=24), nullable=True))
    op.add_column("case_states", sa.Column("dated", sa.Boolean(), nullable=True))
    op.add_column("case_states", sa.Column("lapsed_by", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("case_states", "lapsed_by")
    op.drop_column("case_states", "dated")
    op.drop_column("case_states", "recorded_at")
