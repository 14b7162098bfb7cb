"""The tables of how a duty is reached, of who took one over, and of what was done about an alarm.

An address is that of a duty, never of a person, and is stored encrypted; calls name it by its id. Nothing here holds a
name or a text.
"""

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, Table, UniqueConstraint

from gateway.hub.storage.columns import id_column, metadata, number_column, text_column, time_column

duty_addresses = Table(
    "duty_addresses",
    metadata,
    id_column("address_id", key=True),
    id_column("oin"),
    text_column("role"),
    number_column("rank"),
    number_column("position"),
    text_column("channel"),
    Column("sealed", LargeBinary, nullable=False),
    time_column("registered_at"),
    time_column("starts_at", optional=True),
    time_column("ends_at", optional=True),
    Index(None, "oin", "role"),
)

duty_handovers = Table(
    "duty_handovers",
    metadata,
    id_column("handover_id", key=True),
    id_column("oin"),
    text_column("role"),
    text_column("kind"),
    text_column("from_staff"),
    text_column("to_staff"),
    text_column("by_staff"),
    time_column("starts_at"),
    time_column("ends_at"),
    number_column("cases"),
    time_column("recorded_at"),
    Index(None, "oin", "recorded_at"),
)

# Where calling stands. A relay that took the row has moved `next_at` ahead: nobody else calls meanwhile.
alarm_calling = Table(
    "alarm_calling",
    metadata,
    id_column("alarm_id", key=True),
    time_column("next_at"),
    time_column("listed_at", optional=True),
    Column("taken_oin", String(64), nullable=True),
    text_column("taken_role", optional=True),
    text_column("taken_staff", optional=True),
    time_column("taken_at", optional=True),
    Index(None, "next_at"),
)

alarm_calls = Table(
    "alarm_calls",
    metadata,
    id_column("call_id", key=True),
    id_column("alarm_id"),
    number_column("number"),
    id_column("address_id"),
    id_column("oin"),
    text_column("role"),
    text_column("staff"),
    text_column("channel"),
    time_column("duty_starts_at"),
    time_column("duty_ends_at"),
    time_column("called_at"),
    Column("delivered", Boolean, nullable=False),
    Column("permanent", Boolean, nullable=False),
    text_column("evidence"),
    UniqueConstraint("alarm_id", "number"),
)
