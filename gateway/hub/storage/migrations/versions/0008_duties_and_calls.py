"""How a duty is reached, who took one over, and what was done about an alarm.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("duties", sa.Column("rank", sa.Integer(), nullable=True))

    op.create_table(
        "duty_addresses",
        sa.Column("address_id", sa.String(length=64), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("registered_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_duty_addresses")),
    )
    op.create_index(op.f("ix_duty_addresses_oin_role"), "duty_addresses", ["oin", "role"], unique=False)

    op.create_table(
        "duty_handovers",
        sa.Column("handover_id", sa.String(length=64), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_staff", sa.Text(), nullable=False),
        sa.Column("to_staff", sa.Text(), nullable=False),
        sa.Column("by_staff", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.String(length=24), nullable=False),
        sa.Column("ends_at", sa.String(length=24), nullable=False),
        sa.Column("cases", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("handover_id", name=op.f("pk_duty_handovers")),
    )
    op.create_index(
        op.f("ix_duty_handovers_oin_recorded_at"), "duty_handovers", ["oin", "recorded_at"], unique=False
    )

    op.create_table(
        "alarm_calling",
        sa.Column("alarm_id", sa.String(length=64), nullable=False),
        sa.Column("next_at", sa.String(length=24), nullable=False),
        sa.Column("listed_at", sa.String(length=24), nullable=True),
        sa.Column("taken_oin", sa.String(length=64), nullable=True),
        sa.Column("taken_role", sa.Text(), nullable=True),
        sa.Column("taken_staff", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarm_calling")),
    )
    op.create_index(op.f("ix_alarm_calling_next_at"), "alarm_calling", ["next_at"], unique=False)

    op.create_table(
        "alarm_calls",
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("alarm_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address_id", sa.String(length=64), nullable=False),
        sa.Column("oin", sa.String(length=64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("duty_starts_at", sa.String(length=24), nullable=False),
        sa.Column("duty_ends_at", sa.String(length=24), nullable=False),
        sa.Column("called_at", sa.String(length=24), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_alarm_calls")),
        sa.UniqueConstraint("alarm_id", "number", name=op.f("uq_alarm_calls_alarm_id_number")),
    )


def downgrade() -> None:
    op.drop_table("alarm_calls")
    op.drop_table("alarm_calling")
    op.drop_table("duty_handovers")
    op.drop_table("duty_addresses")
    op.drop_column("duties", "rank")
