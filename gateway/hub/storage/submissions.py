"""Remembered answers: what was said to earlier bodies of one message, and what is taken already."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from gateway.hub.storage.changes import Placement
from gateway.hub.storage.log_reading import placements
from gateway.hub.storage.rows import SubmissionRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import copies, submissions


def earlier_bodies(connection: Connection, source: str, message_id: str) -> tuple[SubmissionRow, ...]:
    """Every body that came under this identity, in order of arrival."""
    return select_all(
        connection,
        SubmissionRow,
        select(submissions)
        .where(submissions.c.source == source, submissions.c.message_id == message_id)
        .order_by(submissions.c.attempt),
    )


def placement_of(connection: Connection, item_key: str) -> Placement:
    """Where the leaf of a committed submission stands. Raises KeyError when there is none."""
    return placements(connection, [item_key])[item_key]


def is_jti_used(connection: Connection, source: str, jti: str) -> bool:
    return (
        connection.execute(
            select(submissions.c.jti).where(submissions.c.source == source, submissions.c.jti == jti)
        ).first()
        is not None
    )


def are_copies_known(connection: Connection, copy_ids: Sequence[str]) -> bool:
    """Whether one of these copies was accepted before, from whomever."""
    return (
        connection.execute(select(copies.c.copy_id).where(copies.c.copy_id.in_(copy_ids))).first() is not None
    )
