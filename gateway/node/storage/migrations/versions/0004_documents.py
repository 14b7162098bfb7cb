"""Documents: those of the agency itself, those that go with its copies, and those that received copies name.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_documents",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_own_documents")),
        sa.UniqueConstraint("mac", name=op.f("uq_own_documents_mac")),
    )
    op.create_table(
        "outgoing_documents",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", "field", name=op.f("pk_outgoing_documents")),
    )
    op.create_index(
        op.f("ix_outgoing_documents_state_not_before"), "outgoing_documents", ["state", "not_before"]
    )
    op.create_table(
        "incoming_documents",
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.String(length=24), nullable=False),
        sa.Column("expected_at", sa.String(length=24), nullable=False),
        sa.Column("settled_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("copy_id", "field", name=op.f("pk_incoming_documents")),
    )
    op.create_index(
        op.f("ix_incoming_documents_state_not_before"), "incoming_documents", ["state", "not_before"]
    )


def downgrade() -> None:
    op.drop_table("incoming_documents")
    op.drop_table("outgoing_documents")
    op.drop_table("own_documents")
