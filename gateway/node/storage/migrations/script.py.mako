"""${message}

Expand, then contract: a release may only add (table, nullable column, index); the one after it may remove what no
release reads any more. A node upgrades its own file at start, so going back one release must work on this schema.
Set HEAD in gateway/node/storage/migrate.py to this revision.
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
