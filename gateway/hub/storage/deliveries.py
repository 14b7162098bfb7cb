"""Where copies are: the delivery of one copy with its message, and all deliveries of one message or case."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, select

from gateway.hub.storage.rows import CopyRow, DeliveryRow, MessageRow, ReceiptRow, RejectionRow, WithheldRow
from gateway.hub.storage.selecting import select_all, select_one
from gateway.hub.storage.tables import copies, deliveries, messages, receipts, rejections, withheld


class Progress(IntEnum):
    """How far a copy came. It never goes back; the names are those of DeliveryStatus."""

    WACHT = 0
    GEPUBLICEERD = 1
    TECHNISCH = 2
    FUNCTIONEEL = 3
    GEOPEND = 4
    AANVAARD = 5


class Outcome(StrEnum):
    """How the delivery of a copy ended other than by being taken on."""

    REJECTED = "afgekeurd"
    DEAD = "dood"
    RECALLED = "teruggehaald"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A delivery with the message it belongs to and what came back for it."""

    delivery: DeliveryRow
    message: MessageRow
    commitment: str
    jws_sha256: str
    receipts: tuple[ReceiptRow, ...]
    rejection: RejectionRow | None


_ID: Final[BindParameter[str]] = bindparam("copy_id")
_DELIVERY: Final = select(deliveries).where(deliveries.c.copy_id == _ID)
_COPY: Final = select(copies).where(copies.c.copy_id == _ID)
_RECEIPTS: Final = select(receipts).where(receipts.c.copy_id == _ID)
_REJECTION: Final = select(rejections).where(rejections.c.copy_id == _ID)
_MESSAGE: Final = select(messages).where(
    messages.c.source == bindparam("source"), messages.c.message_id == bindparam("message_id")
)


def load_delivery(connection: Connection, copy_id: str) -> Delivered | None:
    """The delivery of that copy, whoever it is for; the caller tells who may know."""
    delivery = select_one(connection, DeliveryRow, _DELIVERY, copy_id=copy_id)
    if delivery is None:
        return None
    message = select_one(
        connection, MessageRow, _MESSAGE, source=delivery.source, message_id=delivery.message_id
    )
    copy = load_copy(connection, copy_id)
    if message is None or copy is None:
        raise LookupError(f"the delivery {copy_id} has no message or copy")
    return Delivered(
        delivery=delivery,
        message=message,
        commitment=copy.commitment,
        jws_sha256=copy.jws_sha256,
        receipts=select_all(connection, ReceiptRow, _RECEIPTS, copy_id=copy_id),
        rejection=select_one(connection, RejectionRow, _REJECTION, copy_id=copy_id),
    )


def load_copy(connection: Connection, copy_id: str) -> CopyRow | None:
    return select_one(connection, CopyRow, _COPY, copy_id=copy_id)


def deliveries_in_case(connection: Connection, case_id: str) -> tuple[DeliveryRow, ...]:
    """Every delivery in the case, per recipient in the order of its numbers; the caller tells who may know."""
    return select_all(
        connection,
        DeliveryRow,
        select(deliveries)
        .where(deliveries.c.case_id == case_id)
        .order_by(deliveries.c.oin, deliveries.c.role, deliveries.c.number),
    )


def withheld_of_senders(
    connection: Connection, case_id: str, oins: Collection[str]
) -> tuple[WithheldRow, ...]:
    """The listed recipients of the messages of these agencies in the case that got no copy."""
    same = (messages.c.source == withheld.c.source) & (messages.c.message_id == withheld.c.message_id)
    return select_all(
        connection,
        WithheldRow,
        select(withheld)
        .join(messages, same)
        .where(messages.c.case_id == case_id, messages.c.oin.in_(oins))
        .order_by(messages.c.position, withheld.c.oin, withheld.c.role),
    )
