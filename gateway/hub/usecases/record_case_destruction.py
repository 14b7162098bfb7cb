"""What an agency's node signed about a case that it had to destroy: that it holds no content of it any more.

Stored as a leaf, once per agency: which case, which agency, and the digest of what it signed.
"""

import logging
from typing import Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Clash, Judgement
from gateway.hub.storage.retention import ordered_at
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.destroy_case import article
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.canonical import malformed, sha256_hex
from gateway.protocol.exchange import Answer
from gateway.protocol.retention import (
    CASE_DESTRUCTION,
    CaseDestruction,
    CaseDestructionAnswer,
    CaseDestructionReport,
)

logger = logging.getLogger(__name__)

NOT_ORDERED: Final = "geen-opdracht-tot-vernietiging"


async def record_case_destruction(parts: Parts, asker: Asker, report: CaseDestructionReport) -> Answer:
    """The same whenever it is asked again. The attestation itself stays at the node.

    Raises InvalidInput for one that is not about the order; NotFound for a case that the asker had not to destroy.
    """
    key, now = asker.participant(parts.registry()).verification_key, parts.clock()
    told = CaseDestruction.parse_bytes(key.verify(report.verklaring, typ=CASE_DESTRUCTION))
    ordered = await parts.reader.read(lambda c: ordered_at(c, told.zaak_id, asker.oin))
    if ordered is None:
        await _audit_refusal(parts, asker)
        raise NotFound
    if (told.organisatie, told.besloten_op) != (asker.oin, ordered):
        raise malformed("verklaring", "hoort niet bij deze opdracht")
    why = Why(rule=f"verklaring:{sha256_hex(report.verklaring.encode())}", article=article())
    written = leaf(EventTag.CASE_DESTRUCTION_ATTESTED, asker, now, why=why, case_id=told.zaak_id)
    try:
        await parts.writer.write(
            Change(
                key=f"zaakvernietiging:{told.zaak_id}:{asker.oin}",
                judge=lambda _: Judgement(),
                leaves=(written,),
            )
        )
    except Clash:
        logger.info("this attestation is on record already")
    return Answer(200, CaseDestructionAnswer(zaak_id=told.zaak_id, besloten_op=ordered).to_json())


async def _audit_refusal(parts: Parts, asker: Asker) -> None:
    """The id that was named is not repeated: nothing proves that it is a case."""
    why = Why(rule=NOT_ORDERED)
    written = leaf(EventTag.ACCESS_REFUSED, asker, parts.clock(), why=why)
    await parts.writer.write(
        Change(key=f"geen-opdracht:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
    )
