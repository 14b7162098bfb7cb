"""The table of the successions that this hub has acted on. Nothing in it is ever changed or deleted: another statement
of the same predecessor is another row."""

from sqlalchemy import Table

from gateway.hub.storage.columns import id_column, metadata, text_column, time_column

successions = Table(
    "successions",
    metadata,
    id_column("predecessor", key=True),
    id_column("stated_at", key=True),
    id_column("successor"),
    time_column("since"),
    text_column("statement"),
    time_column("known_at"),
)
