"""Successions of agencies that the hub has acted on.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "successions",
        sa.Column("predecessor", sa.String(length=64), nullable=False),
        sa.Column("stated_at", sa.String(length=64), nullable=False),
        sa.Column("successor", sa.String(length=64), nullable=False),
        sa.Column("since", sa.String(length=24), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("known_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("predecessor", "stated_at", name=op.f("pk_successions")),
    )


def downgrade() -> None:
    op.drop_table("successions")
