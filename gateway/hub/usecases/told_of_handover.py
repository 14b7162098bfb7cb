"""Who is told that a case was handed over, in which roles, and the items for their inboxes. Pure.

Told are the agencies that are competent for the new dwelling, which must take the case up, and every agency that takes
part in it: an agency that got nothing would not know that there is a case. Nobody else hears of it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from gateway.domain.clock import rfc3339
from gateway.hub.storage.case_rows import CaseTransferRow
from gateway.hub.storage.rows import OutboxRow
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.parts import Parts
from gateway.protocol.case_handover import CASE_HANDOVER, CaseHandover, Standing
from gateway.protocol.receipt import InboxItem
from gateway.protocol.subjects import RECEIPT_SLUG, inbox_subject

_TAKE_UP: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "gemeente": ("gemeente_jurist", "burgemeester"),
        "politie": ("politie_hovj",),
        "veilig_thuis": ("vt_procescoordinator",),
    }
)
"""By kind of agency that every dwelling must have: who answers for a case there."""
MUST_BE_THERE: Final = tuple(_TAKE_UP)
URGENCY: Final = "U1"


def notices(
    parts: Parts, record: CaseRecord, transfer: CaseTransferRow, now: datetime
) -> Iterator[OutboxRow]:
    """One item per agency, ordered by OIN. `record` is the case before the handover."""
    registry = parts.registry()
    before, after = transfer.from_municipality, transfer.to_municipality
    taking_part = _taking_part(record)
    for oin, agency in sorted(registry.participants.items()):
        is_there = agency.kind in MUST_BE_THERE and agency.is_competent(after, now)
        if not is_there and oin not in taking_part:
            continue
        lost = agency.is_competent(before, now) and not agency.is_competent(after, now)
        gets = is_there and not agency.is_competent(before, now)
        standing: Standing = "bevoegd" if gets else "niet_meer_bevoegd" if lost else "betrokken"
        notice = CaseHandover(
            organisatie=oin,
            zaak_id=transfer.case_id,
            van_gemeente=before,
            naar_gemeente=after,
            positie=standing,
            rollen=sorted({*taking_part.get(oin, ()), *(_TAKE_UP[agency.kind] if is_there else ())}),
            overgedragen_op=transfer.made_at,
        )
        yield _item(parts, transfer, notice, now)


def _taking_part(record: CaseRecord) -> dict[str, set[str]]:
    """The roles of each agency in which it works on the case, or sent or got something in it."""
    situation, found = record.situation, dict[str, set[str]]()
    pairs = [(each.oin, each.role) for each in record.active_assignments()]
    pairs += [(each.oin, each.role) for each in situation.received]
    pairs += [(each.oin, each.role) for each in situation.sent]
    for oin, role in pairs:
        found.setdefault(record.heir(oin), set()).add(role)
    return found


def _item(parts: Parts, transfer: CaseTransferRow, notice: CaseHandover, now: datetime) -> OutboxRow:
    signed = parts.signing_key.sign(notice, typ=CASE_HANDOVER)
    return OutboxRow(
        publish_id=f"{transfer.transfer_id}.{notice.organisatie}.zaakoverdracht",
        oin=notice.organisatie,
        subject=inbox_subject(notice.organisatie, URGENCY, RECEIPT_SLUG),
        copy_id=None,
        payload=InboxItem(soort="zaakoverdracht", jws=signed).canonical().decode(),
        urgency=URGENCY,
        created_at=rfc3339(now),
        attempts=0,
        not_before=rfc3339(now),
    )
