"""Whether everything arrives that a sender numbered for us: what is missing was perhaps dropped by the hub.

A missing number is noticed when a later one comes. It may still be under way (U0 overtakes), so somebody is told only
after `due_at`. Numbers that the sender names as unused are not missing.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from gateway.domain.clock import rfc3339
from gateway.domain.urgency import ACK_WITHIN, Urgency
from gateway.node.storage.rows import MissingNumber
from gateway.node.storage.selecting import select_all
from gateway.node.storage.tables import missing_numbers, sender_lanes

MOST_AT_ONCE: Final = (
    200  # a jump beyond this is a fault of the sender; naming every number of it helps nobody
)


def note_number(
    connection: Connection,
    *,
    case_id: str,
    sender_oin: str,
    role: str,
    number: int,
    unused: Collection[int],
    urgency: str,
    now: datetime,
) -> None:
    """This number came, these will never come; what lies between it and the highest before is missing from now on."""
    lane = sender_lanes.c
    here = (lane.case_id == case_id) & (lane.sender_oin == sender_oin) & (lane.role == role)
    highest = int(connection.execute(select(lane.highest).where(here)).scalar() or 0)
    gone = missing_numbers.c
    same = (gone.case_id == case_id) & (gone.sender_oin == sender_oin) & (gone.role == role)
    connection.execute(delete(missing_numbers).where(same, gone.number.in_([number, *unused])))
    if number <= highest:
        return
    between = range(highest + 1, number)
    missing = [each for each in between[-MOST_AT_ONCE:] if each not in set(unused)]
    for each in missing:
        row = MissingNumber(
            case_id=case_id,
            sender_oin=sender_oin,
            role=role,
            number=each,
            noticed_at=rfc3339(now),
            due_at=rfc3339(now + ACK_WITHIN[Urgency(urgency)]),
            reported_at=None,
        )
        connection.execute(insert(missing_numbers), asdict(row))
    statement = upsert(sender_lanes).values(case_id=case_id, sender_oin=sender_oin, role=role, highest=number)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["case_id", "sender_oin", "role"], set_={"highest": number}
        )
    )


def report_missing(connection: Connection, now: datetime) -> tuple[MissingNumber, ...]:
    """The numbers whose time is over and that nobody was told of yet; they count as reported from now on."""
    gone = missing_numbers.c
    over = (gone.reported_at.is_(None)) & (gone.due_at <= rfc3339(now))
    found = select_all(connection, MissingNumber, select(missing_numbers).where(over))
    if found:
        connection.execute(update(missing_numbers).where(over).values(reported_at=rfc3339(now)))
    return found


def reported(connection: Connection, roles: Collection[str]) -> tuple[MissingNumber, ...]:
    """What is missing and was reported, for the people in these roles, oldest first."""
    gone = missing_numbers.c
    query = select(missing_numbers).where(gone.reported_at.is_not(None), gone.role.in_(roles))
    return select_all(connection, MissingNumber, query.order_by(gone.noticed_at, gone.number))
