"""Tells the agency's system of copies that were taken back, until it says that it knows.

Told is of every copy that came in, also of one that was not handed over: the answer to a hand-over may have been lost,
and then only the system knows that it has the copy. When it says so, what this node attested is not true any more: it
attests again, the sender gets a breach file, and the system is told of that as well. Nobody is told of a copy that
never came in.
"""

import logging

from gateway.domain.errors import SchakelError
from gateway.node.ports import AgencyAdapter, Noted, RecallKind, RecallNotice
from gateway.node.storage import recalls
from gateway.node.storage.database import Connection
from gateway.node.storage.recalls import RecallIn
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.patience import Patience
from gateway.node.usecases.recalled import attest_in_system

logger = logging.getLogger(__name__)


async def tell_recalls(parts: Parts, adapter: AgencyAdapter, patience: Patience) -> int:
    """Offers every notice that is due, once; how many the system took."""
    now, told = parts.clock(), 0
    for recall, copy in await parts.database.read(recalls.untold):
        notice = _notice(recall, copy)
        if patience.is_due(notice.notice_id, now):
            told += await _tell(parts, adapter, patience, notice)
    return told


def _notice(recall: RecallIn, copy: ReceivedCopy) -> RecallNotice:
    return RecallNotice(
        kind=RecallKind.BREACH if recall.is_breach else RecallKind.TAKEN_BACK,
        copy_id=copy.copy_id,
        message_id=copy.message_id,
        case_id=copy.case_id,
        message_type=copy.message_type,
        sender_oin=copy.sender_oin,
        sender_role=copy.sender_role,
        role=copy.role,
        reference=copy.reference,
        taken_back_at=recall.received_at,
    )


async def _tell(parts: Parts, adapter: AgencyAdapter, patience: Patience, notice: RecallNotice) -> bool:
    try:
        noted = await adapter.recall(notice)
    except Exception as error:  # noqa: BLE001 - an adapter is foreign code: whatever it does, nothing is lost
        attempt = patience.failed(notice.notice_id, parts.clock())
        code = error.code if isinstance(error, SchakelError) else type(error).__name__
        logger.warning(
            "the agency's system does not know yet that a copy was taken back",
            extra={"copy_id": notice.copy_id, "code": code, "attempt": attempt},
        )
        return False
    await parts.database.write(lambda c: _record(parts, c, notice, noted))
    patience.over(notice.notice_id)
    parts.to_hub.ring()
    return True


def _record(parts: Parts, connection: Connection, notice: RecallNotice, noted: Noted) -> None:
    """Told and attested in one transaction; the breach that follows from it is told in the next round."""
    recalls.record_told(connection, notice.copy_id, kind=notice.kind, reference=noted.reference)
    if noted.was_here:
        attest_in_system(parts, connection, notice.copy_id, parts.clock())
