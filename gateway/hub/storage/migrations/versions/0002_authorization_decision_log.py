"""The Authorization Decision Log: what systems asked the decision point over AuthZEN.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authorizations",
        sa.Column("record_key", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("record_key", name=op.f("pk_authorizations")),
    )
    op.create_index(op.f("ix_authorizations_recorded_at"), "authorizations", ["recorded_at"], unique=False)


def downgrade() -> None:
    op.drop_table("authorizations")
