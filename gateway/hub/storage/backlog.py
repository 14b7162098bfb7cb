"""How much waits for an agency: copies that were accepted and that its node has not reported as stored.

Counted from an index that holds nothing else, so that it costs as much as waits, not as much as was ever sent.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from gateway.domain.urgency import Urgency
from gateway.hub.storage.tables import UNDELIVERED, deliveries


@dataclass(frozen=True, slots=True)
class Line:
    """One of the two lines of an agency's mail: U0, or the rest."""

    oin: str
    urgent: bool


_URGENT: Final = (deliveries.c.urgency == Urgency.U0.value).label("urgent")
_WAITING: Final = (
    select(deliveries.c.oin, _URGENT, func.count().label("waiting"))
    .where(UNDELIVERED, deliveries.c.oin.in_(bindparam("oins", expanding=True)))
    .group_by(deliveries.c.oin, _URGENT)
)


def waiting_copies(connection: Connection, oins: Collection[str]) -> dict[Line, int]:
    """Undelivered copies of these agencies by line; a line that is not named has none."""
    if not oins:
        return {}
    found = connection.execute(_WAITING, {"oins": sorted(set(oins))})
    return {Line(row.oin, bool(row.urgent)): row.waiting for row in found}
