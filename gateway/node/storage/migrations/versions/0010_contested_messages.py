"""Messages of which the accuracy is contested: the mark travels along with what rests on them.

Expand, then contract: see ../script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contested_messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_contested_messages")),
    )
    op.create_index(op.f("ix_contested_messages_case_id"), "contested_messages", ["case_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_contested_messages_case_id"), table_name="contested_messages")
    op.drop_table("contested_messages")
