"""Whether everything arrives that a sender numbered for us: what is missing was perhaps dropped by the hub.

A missing number is noticed when a later one comes. It may still be under way (U0 overtakes), so somebody is told only
after `due_at`. Numbers that the sender names as unused are not missing. Those that he names as under way he had not
brought to the hub yet: they are awaited, however long that takes, until a later copy comes that does not name them.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from gateway.domain.clock import rfc3339
from gateway.domain.urgency import ACK_WITHIN, Urgency
from gateway.node.storage.rows import MissingNumber
from gateway.node.storage.selecting import select_all
from gateway.node.storage.tables import awaited_numbers, missing_numbers, sender_lanes

MOST_AT_ONCE: Final = (
    200  # a jump beyond this is a fault of the sender; naming every number of it helps nobody
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One count of one sender: copies of a case for one of our roles."""

    case_id: str
    sender_oin: str
    role: str

    def of(self, table: Table) -> ColumnElement[bool]:
        """The rows of this count in a table."""
        c = table.c
        return (c.case_id == self.case_id) & (c.sender_oin == self.sender_oin) & (c.role == self.role)


def note_number(
    connection: Connection,
    lane: Lane,
    number: int,
    *,
    unused: Collection[int],
    under_way: Collection[int] | None,
    urgency: str,
    now: datetime,
) -> None:
    """This number came and those in `unused` will never come; what else lies between it and the highest before is
    missing from now on, but for what is `under_way`. None: this says nothing about what is."""
    query = select(sender_lanes.c.highest).where(lane.of(sender_lanes))
    highest = int(connection.execute(query).scalar() or 0)
    for table in (missing_numbers, awaited_numbers):
        connection.execute(delete(table).where(lane.of(table), table.c.number.in_([number, *unused])))
    missing = [] if under_way is None else _no_longer_awaited(connection, lane, number, under_way)
    if number > highest:
        between = [each for each in range(highest + 1, number)[-MOST_AT_ONCE:] if each not in set(unused)]
        awaited = set(under_way or ())
        missing += [each for each in between if each not in awaited]
        for each in awaited.intersection(between):
            row = {**asdict(lane), "number": each, "named_by": number}
            connection.execute(insert(awaited_numbers), row)
        _raise_highest(connection, lane, number)
    due = rfc3339(now + ACK_WITHIN[Urgency(urgency)])
    for each in missing:
        noticed = MissingNumber(
            **asdict(lane), number=each, noticed_at=rfc3339(now), due_at=due, reported_at=None
        )
        connection.execute(insert(missing_numbers).prefix_with("OR IGNORE"), asdict(noticed))


def _no_longer_awaited(
    connection: Connection, lane: Lane, number: int, under_way: Collection[int]
) -> list[int]:
    """What earlier copies named as under way and this later one does not: it was brought to the hub, and did not come.

    An earlier copy than the one that named them last says nothing about them.
    """
    table = awaited_numbers
    older = lane.of(table) & (table.c.named_by < number)
    awaited = set(connection.execute(select(table.c.number).where(older)).scalars())
    still = awaited.intersection(under_way)
    connection.execute(update(table).where(older, table.c.number.in_(still)).values(named_by=number))
    connection.execute(delete(table).where(older, table.c.number.in_(awaited - still)))
    return sorted(awaited - still)


def _raise_highest(connection: Connection, lane: Lane, number: int) -> None:
    statement = upsert(sender_lanes).values(**asdict(lane), highest=number)
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
