"""What was said about messages afterwards: corrections that came in, and recalls in both directions.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrections_in",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("sender_oin", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_corrections_in")),
    )
    op.create_index(op.f("ix_corrections_in_corrects"), "corrections_in", ["corrects"], unique=False)
    op.create_table(
        "recalls_in",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("sender_oin", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("order_jws", sa.Text(), nullable=False),
        sa.Column("decision_jws", sa.Text(), nullable=False),
        sa.Column("attestation", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_recalls_in")),
    )
    op.create_index(op.f("ix_recalls_in_case_id_role"), "recalls_in", ["case_id", "role"], unique=False)
    op.create_table(
        "recalls_out",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("breach_id", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.String(length=24), nullable=False),
        sa.Column("attestation", sa.Text(), nullable=True),
        sa.Column("attested", sa.Text(), nullable=True),
        sa.Column("attested_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_recalls_out")),
    )
    op.create_index(op.f("ix_recalls_out_message_id"), "recalls_out", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_table("recalls_out")
    op.drop_table("recalls_in")
    op.drop_table("corrections_in")
