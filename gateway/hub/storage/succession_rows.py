"""Successions that this hub knows, as rows, and how they are read."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.hub.storage.rows import Row
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.succession_tables import successions


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionRow(Row):
    """One agency takes the place of another from `since` on, by the predecessor's signed `statement`."""

    predecessor: str
    stated_at: str
    successor: str
    since: str
    statement: str
    known_at: str


def known_successions(connection: Connection) -> tuple[SuccessionRow, ...]:
    """Every succession that was ever known; of one predecessor the last statement comes last."""
    return select_all(connection, SuccessionRow, select(successions).order_by(successions.c.stated_at))
