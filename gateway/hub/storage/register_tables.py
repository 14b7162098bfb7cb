"""The tables of the registers that decisions rest on: mandates, statements about a case, pilots per municipality.

Nothing is deleted or changed but the end of validity: who registered what and when stays on record.
"""

from sqlalchemy import Boolean, Column, Index, String, Table, Text

from gateway.hub.storage.columns import id_column, metadata, text_column, time_column

# The columns after `ends_at` came later and may be empty in the database; a row without them never counts.
mandates = Table(
    "mandates",
    metadata,
    id_column("mandate_id", key=True),
    id_column("oin"),
    text_column("role"),
    text_column("staff"),
    text_column("kind"),
    time_column("starts_at"),
    time_column("ends_at"),
    text_column("municipality", optional=True),
    Column("given_by", String(64), nullable=True),
    text_column("given_staff", optional=True),
    time_column("registered_at", optional=True),
    text_column("jws", optional=True),
    time_column("revoked_at", optional=True),
    text_column("revoked_staff", optional=True),
    Index(None, "oin", "role", "starts_at"),
    Index(None, "given_by"),
)

statements = Table(
    "statements",
    metadata,
    id_column("statement_id", key=True),
    id_column("case_id"),
    text_column("kind"),
    id_column("oin"),
    text_column("role"),
    text_column("staff"),
    Column("to_oin", String(64), nullable=True),
    text_column("to_role", optional=True),
    text_column("category", optional=True),
    text_column("purposes"),
    text_column("decision", optional=True),
    time_column("starts_at"),
    time_column("ends_at"),
    time_column("registered_at"),
    text_column("jws"),
    time_column("revoked_at", optional=True),
    text_column("revoked_staff", optional=True),
    Index(None, "case_id"),
)

pilots = Table(
    "pilots",
    metadata,
    id_column("pilot_id", key=True),
    text_column("municipality"),
    text_column("region"),
    Column("flags", Text, nullable=False),
    Column("simulation", Boolean, nullable=False),
    id_column("oin"),
    text_column("staff"),
    time_column("starts_at"),
    time_column("ends_at"),
    time_column("registered_at"),
    time_column("revoked_at", optional=True),
    text_column("revoked_staff", optional=True),
    Index(None, "municipality", "starts_at"),
)
