"""From when until when an address reaches a duty.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("duty_addresses", sa.Column("starts_at", sa.String(length=24), nullable=True))
    op.add_column("duty_addresses", sa.Column("ends_at", sa.String(length=24), nullable=True))


def downgrade() -> None:
    op.drop_column("duty_addresses", "ends_at")
    op.drop_column("duty_addresses", "starts_at")
