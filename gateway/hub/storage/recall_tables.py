"""The tables of copies that were taken back, and of the breaches that were found doing so.

`copy_fates` says of a copy which of two things came first: a person was allowed to open it, or its sender took it back.
One row per copy, so that of an opening and a recall at the same moment exactly one is written.
"""

from sqlalchemy import Index, Table, UniqueConstraint

from gateway.hub.storage.columns import id_column, metadata, number_column, text_column, time_column

copy_fates = Table(
    "copy_fates",
    metadata,
    id_column("copy_id", key=True),
    text_column("fate"),
    time_column("decided_at"),
)

# `order_jws` is the sender's, `attestation` the recipient's; `notified_at` is when the recipient was first told.
recalls = Table(
    "recalls",
    metadata,
    id_column("copy_id", key=True),
    id_column("case_id"),
    text_column("outcome"),
    text_column("reason"),
    text_column("order_jws"),
    text_column("notice"),
    text_column("role"),
    text_column("staff"),
    time_column("decided_at"),
    time_column("notified_at", optional=True),
    text_column("attestation", optional=True),
    text_column("attested", optional=True),
    time_column("attested_at", optional=True),
    Index(None, "notified_at", "decided_at"),
)

# Of what was seen: names and categories of fields as JSON, never content.
breaches = Table(
    "breaches",
    metadata,
    id_column("breach_id", key=True),
    id_column("copy_id"),
    id_column("case_id"),
    id_column("message_id"),
    text_column("message_type"),
    id_column("sender_oin"),
    text_column("sender_role"),
    id_column("recipient_oin"),
    text_column("recipient_role"),
    text_column("cause"),
    text_column("reason"),
    text_column("fields"),
    time_column("happened_at"),
    time_column("known_at"),
    time_column("report_by"),
    time_column("closed_at", optional=True),
    time_column("lapsed_at", optional=True),
    UniqueConstraint("copy_id"),
    Index(None, "sender_oin", "sender_role"),
    Index(None, "lapsed_at", "report_by"),
)

breach_steps = Table(
    "breach_steps",
    metadata,
    id_column("breach_id", key=True),
    number_column("position", key=True),
    text_column("step"),
    text_column("reason", optional=True),
    text_column("role"),
    text_column("staff"),
    time_column("taken_at"),
)
