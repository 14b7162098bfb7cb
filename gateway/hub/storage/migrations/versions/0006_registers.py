"""The registers that decisions rest on: mandates per municipality, statements in a case, pilots.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NEW_IN_MANDATES = {
    "municipality": sa.Text(),
    "given_by": sa.String(length=64),
    "given_staff": sa.Text(),
    "registered_at": sa.String(length=24),
    "jws": sa.Text(),
    "revoked_at": sa.String(length=24),
    "revoked_staff": sa.Text(),
}


def upgrade() -> None:
    for name, kind in _NEW_IN_MANDATES.items():
        op.add_column("mandates", sa.Column(name, kind, nullable=True))
    op.create_index(op.f("ix_mandates_given_by"), "mandates", ["given_by"], unique=False)

    op.create_table(
        "statements",
        sa.Column("statement_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("to_oin", sa.String(length=64), nullable=True),
        sa.Column("to_role", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.String(length=24), nullable=False),
        sa.Column("ends_at", sa.String(length=24), nullable=False),
        sa.Column("registered_at", sa.String(length=24), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.String(length=24), nullable=True),
        sa.Column("revoked_staff", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_statements")),
    )
    op.create_index(op.f("ix_statements_case_id"), "statements", ["case_id"], unique=False)

    op.create_table(
        "pilots",
        sa.Column("pilot_id", sa.String(length=64), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("simulation", sa.Boolean(), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.String(length=24), nullable=False),
        sa.Column("ends_at", sa.String(length=24), nullable=False),
        sa.Column("registered_at", sa.String(length=24), nullable=False),
        sa.Column("revoked_at", sa.String(length=24), nullable=True),
        sa.Column("revoked_staff", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("pilot_id", name=op.f("pk_pilots")),
    )
    op.create_index(
        op.f("ix_pilots_municipality_starts_at"), "pilots", ["municipality", "starts_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("pilots")
    op.drop_table("statements")
    op.drop_index(op.f("ix_mandates_given_by"), table_name="mandates")
    for name in _NEW_IN_MANDATES:
        op.drop_column("mandates", name)
