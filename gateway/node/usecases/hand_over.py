"""Offers received copies to the agency's system, in order, until it has them; then signs the receipt `functioneel`.

Hand-over first, record after: a crash between the two offers the copy again under the same id, which an adapter keeps
apart. A copy that the system does not take holds up its own case only.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import SchakelError
from gateway.node.masks import withheld
from gateway.node.ports import AgencyAdapter, Delivery, Handed, Mark, Withheld
from gateway.node.storage import documents, received
from gateway.node.storage.corrections import KnownCorrection
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.corrections import known_corrections, marks_of
from gateway.node.usecases.kept import open_kept
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.patience import Patience
from gateway.node.usecases.recalled import attest_in_system, is_recalled
from gateway.node.usecases.receipts import give_receipt
from gateway.node.usecases.tell_recalls import tell_recalls

logger = logging.getLogger(__name__)

IDLE_S = 5.0


class HandOver:
    """The way to one agency's system. Remembers only how long to leave alone what was not taken."""

    def __init__(self, parts: Parts, adapter: AgencyAdapter) -> None:
        self._parts = parts
        self._adapter = adapter
        self._patience = Patience()

    async def hand_over(self) -> int:
        """Offers every copy whose turn it is, and tells of every one that was taken back, once; how many of both the
        system took."""
        now, taken = self._parts.clock(), 0
        for copy, mark in await self._parts.database.read(lambda c: _ready(c, now)):
            if self._patience.is_due(copy.copy_id, now):
                taken += await self._offer(copy, mark)
        return taken + await tell_recalls(self._parts, self._adapter, self._patience)

    async def wait(self) -> None:
        """Returns when a copy came in, or when one that waits may be offered."""
        gap_ends = await self._parts.database.read(received.next_gap_ends)
        ends = [moment for moment in (gap_ends, *self._patience.ends()) if moment is not None]
        future = [seconds for end in ends if (seconds := (end - self._parts.clock()).total_seconds()) > 0]
        await self._parts.to_agency.wait(min([IDLE_S, *future]))

    async def _offer(self, copy: ReceivedCopy, mark: Mark | None) -> bool:
        try:
            if await self._parts.database.read(lambda c: is_recalled(c, copy.copy_id)):
                return False
            corrections = await known_corrections(self._parts, copy)
            delivery = delivery_of(self._parts, copy, mark, corrections)
            if not await self._parts.database.read(lambda c: documents.is_complete(c, copy.copy_id)):
                delivery = replace(delivery, marks=(*delivery.marks, Mark.DOCUMENT_MISSING))
            handed = await self._adapter.deliver(delivery)
        except Exception as error:  # noqa: BLE001 - an adapter is foreign code: whatever it does, nothing is lost
            self._postpone(copy, error)
            return False
        now = self._parts.clock()
        await self._parts.database.write(lambda c: _record(self._parts, c, copy, handed, mark=mark, now=now))
        self._patience.over(copy.copy_id)
        self._parts.to_hub.ring()
        return True

    def _postpone(self, copy: ReceivedCopy, error: Exception) -> None:
        attempt = self._patience.failed(copy.copy_id, self._parts.clock())
        code = error.code if isinstance(error, SchakelError) else type(error).__name__
        logger.warning(
            "the agency's system did not take a copy",
            extra={"copy_id": copy.copy_id, "code": code, "attempt": attempt},
        )


def _ready(connection: Connection, now: datetime) -> list[tuple[ReceivedCopy, Mark | None]]:
    return [
        (copy, mark)
        for copy, mark in received.ready(connection, now)
        if not documents.holds_up(connection, copy, now)
    ]


def delivery_of(
    parts: Parts, copy: ReceivedCopy, mark: Mark | None, corrections: Sequence[KnownCorrection] = ()
) -> Delivery:
    """What the agency's system gets. Raises InvalidInput when the stored copy cannot be opened any more."""
    opened = open_kept(parts, copy)
    left_out = withheld(catalogue().message(copy.message_type), opened.statement.context.manifest)
    return Delivery(
        copy_id=copy.copy_id,
        message_id=copy.message_id,
        case_id=copy.case_id,
        message_type=copy.message_type,
        sender_oin=copy.sender_oin,
        sender_role=copy.sender_role,
        role=copy.role,
        purpose=copy.purpose,
        urgency=copy.urgency,
        sent_at=copy.sent_at,
        content=opened.content,
        withheld=tuple(Withheld(field=each["veld"], rule=each["regel"]) for each in left_out),
        marks=(
            *((Mark.SIMULATION,) if opened.statement.envelop.simulatie else ()),
            *(() if mark is None else (mark,)),
            *marks_of(corrections, contested=bool(opened.statement.envelop.betwist)),
        ),
        corrections=tuple(each.copy_id for each in corrections),
    )


def _record(
    parts: Parts,
    connection: Connection,
    copy: ReceivedCopy,
    handed: Handed,
    *,
    mark: Mark | None,
    now: datetime,
) -> None:
    """A copy that names documents gets the receipt with the last of them (`fetch_documents`)."""
    received.record_hand_over(connection, copy, handed, mark, now)
    if not handed.in_node:
        attest_in_system(parts, connection, copy.copy_id, now)
    if documents.is_complete(connection, copy.copy_id):
        give_receipt(parts, connection, copy, "functioneel", now)
