"""The tables of what happened to a case as a whole. Nothing in them is ever changed or deleted.

That a case goes on in one other case only is judged under the lock of its facts.
"""

from sqlalchemy import Index, Table, UniqueConstraint

from gateway.hub.storage.columns import id_column, metadata, text_column, time_column

case_links = Table(
    "case_links",
    metadata,
    id_column("link_id", key=True),
    id_column("case_id"),
    id_column("other_id"),
    text_column("kind"),
    time_column("made_at"),
    id_column("oin"),
    text_column("role"),
    text_column("staff"),
    UniqueConstraint("case_id", "other_id", "kind"),
    Index(None, "other_id"),
)

case_transfers = Table(
    "case_transfers",
    metadata,
    id_column("transfer_id", key=True),
    id_column("case_id"),
    text_column("from_municipality"),
    text_column("to_municipality"),
    time_column("made_at"),
    id_column("oin"),
    text_column("role"),
    text_column("staff"),
    Index(None, "case_id"),
)
