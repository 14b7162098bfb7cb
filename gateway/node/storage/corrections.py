"""What senders said afterwards about their messages. A correction counts for the copies of its own sender, in its own
case and role, whichever of the two came first."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, and_, insert, select

from gateway.node.storage.rows import ReceivedCopy
from gateway.node.storage.selecting import select_all
from gateway.node.storage.tables import corrections_in, receipts_out, received_copies


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionIn:
    """A correction of the message `corrects`; `kind` is its soort, `copy_id` our copy of the correction."""

    copy_id: str
    message_id: str
    corrects: str
    case_id: str
    sender_oin: str
    role: str
    kind: str
    received_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCorrection:
    """A correction of the copy `original`; `taken_on` once a person accepted it."""

    original: str
    copy_id: str
    kind: str
    received_at: str
    taken_on: bool


def insert_correction(connection: Connection, correction: CorrectionIn) -> None:
    """Nothing happens when it is known."""
    connection.execute(insert(corrections_in).prefix_with("OR IGNORE"), asdict(correction))


def corrections_of(connection: Connection, copies: Collection[ReceivedCopy]) -> tuple[KnownCorrection, ...]:
    """The corrections of these copies, oldest first."""
    told, held = corrections_in.c, received_copies.c
    same = and_(
        told.corrects == held.message_id,
        told.sender_oin == held.sender_oin,
        told.case_id == held.case_id,
        told.role == held.role,
    )
    accepted = and_(receipts_out.c.copy_id == told.copy_id, receipts_out.c.kind == "aanvaard")
    query = (
        select(
            held.copy_id.label("original"),
            told.copy_id,
            told.kind,
            told.received_at,
            receipts_out.c.kind.is_not(None).label("taken_on"),
        )
        .select_from(corrections_in.join(received_copies, same).outerjoin(receipts_out, accepted))
        .where(held.copy_id.in_([copy.copy_id for copy in copies]))
        .order_by(told.received_at, told.copy_id)
    )
    return select_all(connection, KnownCorrection, query)
