"""What a receipt is judged on: the delivery of its copy, and the clocks of the case that a receipt can touch."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select

from gateway.domain.deadlines import OF_COPIES, taking_on_clock_id
from gateway.domain.identifiers import CopyId
from gateway.domain.urgency import Urgency
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.clock_tables import clocks
from gateway.hub.storage.deliveries import Delivered, load_delivery
from gateway.hub.storage.selecting import select_all

_CLOCKS: Final = (
    select(clocks)
    .where(
        clocks.c.case_id == bindparam("case_id"),
        or_(clocks.c.deadline.not_in(OF_COPIES), clocks.c.clock_id == bindparam("of_copy")),
    )
    .order_by(clocks.c.clock_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownForReceipt:
    """`clocks` are those of the case and the one of this copy, ended ones included."""

    found: Delivered
    clocks: tuple[ClockRow, ...]


def load_for_receipt(connection: Connection, copy_id: str) -> KnownForReceipt | None:
    """The delivery of that copy, whoever it is for, and its clocks, at the same moment."""
    found = load_delivery(connection, copy_id)
    if found is None:
        return None
    of_copy = taking_on_clock_id(CopyId(copy_id), Urgency(found.delivery.urgency))
    touched = select_all(connection, ClockRow, _CLOCKS, case_id=found.delivery.case_id, of_copy=of_copy)
    return KnownForReceipt(found=found, clocks=touched)
