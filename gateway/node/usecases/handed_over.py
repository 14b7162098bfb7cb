"""The hub tells that a case was handed over to another municipality: kept, and shown to the roles that must know.

An agency that is competent from then on has nothing of the case yet; this is how its people learn that there is one.
"""

import json
import logging
from datetime import datetime

from gateway.domain.clock import rfc3339
from gateway.node.storage.case_handovers import StoredHandover, handovers_for, insert_handover
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.canonical import malformed
from gateway.protocol.case_handover import CASE_HANDOVER, CaseHandover
from gateway.protocol.receipt import InboxItem

logger = logging.getLogger(__name__)


async def take_handover(parts: Parts, item: InboxItem, now: datetime) -> None:
    """The same notice again changes nothing. Raises InvalidInput for one that the hub did not sign for us."""
    told = CaseHandover.parse_bytes(parts.registry().hub_key.verify(item.jws, typ=CASE_HANDOVER))
    if told.organisatie != parts.oin:
        raise malformed("zaakoverdracht", "is voor een andere organisatie")
    row = StoredHandover(
        case_id=told.zaak_id,
        handed_over_at=told.overgedragen_op,
        from_municipality=told.van_gemeente,
        to_municipality=told.naar_gemeente,
        standing=told.positie,
        roles=json.dumps(told.rollen),
        notice_jws=item.jws,
        received_at=rfc3339(now),
    )
    if await parts.database.write(lambda c: insert_handover(c, row)):
        extra = {"case_id": row.case_id, "standing": row.standing}
        logger.warning("a case was handed over to another municipality", extra=extra)


async def case_handovers(parts: Parts, person: Person) -> tuple[StoredHandover, ...]:
    """What the person's roles must know, newest first."""
    return await parts.database.read(lambda c: handovers_for(c, person.roles))
