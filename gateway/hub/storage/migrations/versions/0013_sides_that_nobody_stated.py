"""Opening a case and taking a message on recorded the side neutraal, which nobody had stated.

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.

An older process reads `onbekend` as it reads neutraal. Only what nobody stated changes: a few rows of a case.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_assignments = sa.table("assignments", sa.column("side", sa.Text()), sa.column("basis", sa.Text()))


def upgrade() -> None:
    op.execute(_assignments.update().where(_unstated("neutraal")).values(side="onbekend"))


def downgrade() -> None:
    op.execute(_assignments.update().where(_unstated("onbekend")).values(side="neutraal"))


def _unstated(side: str) -> sa.ColumnElement[bool]:
    return sa.and_(_assignments.c.basis != "toewijzing", _assignments.c.side == side)
