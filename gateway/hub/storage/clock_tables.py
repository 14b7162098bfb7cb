"""The tables of legal clocks and of the alarms that they raised.

`record` of a clock is the clock itself; the columns beside it only find it. An alarm exists once, whoever writes: its
id follows from case, clock and step, and a step of a moved end has another name.
"""

from sqlalchemy import Index, Table, UniqueConstraint

from gateway.hub.storage.columns import id_column, metadata, number_column, text_column, time_column

clocks = Table(
    "clocks",
    metadata,
    id_column("case_id", key=True),
    text_column("clock_id", key=True),
    text_column("deadline"),
    text_column("status"),
    time_column("due_at", optional=True),
    time_column("next_at", optional=True),
    text_column("tz_version"),
    text_column("record"),
    Index(None, "next_at"),
)

alarms = Table(
    "alarms",
    metadata,
    id_column("alarm_id", key=True),
    id_column("case_id"),
    text_column("clock_id"),
    text_column("deadline"),
    text_column("step"),
    number_column("round"),
    text_column("urgency"),
    time_column("due_at", optional=True),
    text_column("owner"),
    time_column("raised_at"),
    time_column("settled_at", optional=True),
    text_column("settled_by", optional=True),
    UniqueConstraint("case_id", "clock_id", "step", "round"),
    Index(None, "settled_at", "urgency", "raised_at"),
)
