"""Cases that were handed over to another municipality, as the hub told this agency."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from gateway.node.storage.selecting import select_all
from gateway.node.storage.tables import case_handovers


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHandover:
    """`roles` is the JSON list of who must know; `standing` is what this agency is in the case from then on."""

    case_id: str
    handed_over_at: str
    from_municipality: str
    to_municipality: str
    standing: str
    roles: str
    notice_jws: str
    received_at: str


def insert_handover(connection: Connection, handover: StoredHandover) -> bool:
    """False when it is known."""
    statement = insert(case_handovers).prefix_with("OR IGNORE")
    return connection.execute(statement, asdict(handover)).rowcount == 1


def handovers_for(connection: Connection, roles: Collection[str]) -> tuple[StoredHandover, ...]:
    """Those that one of these roles must know, newest first."""
    query = select(case_handovers).order_by(case_handovers.c.handed_over_at.desc(), case_handovers.c.case_id)
    found = select_all(connection, StoredHandover, query)
    return tuple(each for each in found if not set(json.loads(each.roles)).isdisjoint(roles))
