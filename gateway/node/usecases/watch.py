"""Says when a number of a sender never came: the hub may have dropped a message, and somebody must ask the sender."""

import logging

from gateway.node.storage.sender_numbers import report_missing
from gateway.node.usecases.parts import Parts

logger = logging.getLogger(__name__)


async def report_gaps(parts: Parts) -> int:
    """Each missing number once; how many were reported now. People see them under `signalen`."""
    found = await parts.database.write(lambda c: report_missing(c, parts.clock()))
    for missing in found:
        logger.error(
            "a copy that its sender numbered never came",
            extra={"case_id": missing.case_id, "oin": missing.sender_oin, "sequence": missing.number},
        )
    return len(found)
