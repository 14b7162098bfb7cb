"""The messages around those that an agency asks about: everything of their cases, with who was sent what."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, exists, or_, select

from gateway.hub.storage.rows import DeliveryRow, MessageRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import deliveries, messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """Messages in the order of acceptance, and their deliveries. The caller tells who may know of which."""

    messages: tuple[MessageRow, ...]
    deliveries: tuple[DeliveryRow, ...]


def load_exchanged(connection: Connection, *, oin: str, message_ids: Sequence[str]) -> Exchanged:
    """What was exchanged in the cases of those messages that this agency sent or was sent."""
    same = (deliveries.c.source == messages.c.source) & (deliveries.c.message_id == messages.c.message_id)
    reached = exists().where(same, deliveries.c.oin == oin)
    cases = (
        select(messages.c.case_id)
        .where(messages.c.message_id.in_(message_ids), or_(messages.c.oin == oin, reached))
        .distinct()
    )
    found = tuple(connection.execute(cases).scalars())
    return Exchanged(
        messages=select_all(
            connection,
            MessageRow,
            select(messages)
            .where(messages.c.case_id.in_(found))
            .order_by(messages.c.case_id, messages.c.position),
        ),
        deliveries=select_all(
            connection, DeliveryRow, select(deliveries).where(deliveries.c.case_id.in_(found))
        ),
    )
