"""${message}

Expand, then contract. A release may only add (table, nullable column, index); the release after it, when no older
process runs any more, may remove. Two releases always run side by side during a rollout, so each migration must work
under the code before and after it. No rewrite of a large table in one statement, no lock that lasts: fill new columns
in batches, outside the migration. Set HEAD in gateway/hub/storage/migrate.py to this revision.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
