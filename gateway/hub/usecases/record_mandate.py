"""The burgemeester registers a mandate of his municipality.

Wth 3(1), Awb 10:3: only the burgemeester, only of the municipality itself, only to a hulpofficier van justitie of a
police force that works there, in writing (the giver's node signs it), and not for the time before it was on file.
There is no sub-mandate: nobody but the burgemeester can write here.
"""

from datetime import datetime, timedelta
from typing import Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.errors import InvalidInput, Refused
from gateway.domain.identifiers import AgencyKind
from gateway.domain.registers import MANDATE_GIVER, MANDATE_HOLDER
from gateway.hub.storage.changes import Change, Judgement, agency_scope
from gateway.hub.storage.register_rows import MandateRow
from gateway.hub.storage.registers import find_mandate
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.proposal import check_staff
from gateway.hub.usecases.registering import (
    WRONG_HOLDER,
    WRONG_MUNICIPALITY,
    WRONG_ROLE,
    Validity,
    audit_refusal,
    id_taken,
    refusal,
    validity,
)
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.canonical import malformed
from gateway.protocol.exchange import Answer
from gateway.protocol.register_questions import MANDATE, Mandate, MandateQuestion
from gateway.protocol.registry import Registry

ARTICLE: Final = "Wth 3(1); Awb 10:3"
LONGEST: Final = timedelta(
    days=5 * 366
)  # a mandate that everybody forgot must not hold for ever: a design choice


async def record_mandate(parts: Parts, asker: Asker, question: MandateQuestion) -> Answer:
    """The mandate as it is on record now. Raises InvalidInput, Refused, Conflict, Moved."""
    registry, now = parts.registry(), parts.clock()
    giver = asker.participant(registry)
    mandate = Mandate.parse_bytes(giver.verification_key.verify(question.mandaat, typ=MANDATE))
    if mandate.aud != registry.hub_oin:
        raise malformed("aud", "niet voor deze hub")
    require_own_role(giver, mandate.door)
    check_staff(mandate.houder)
    rule = _refused_by(registry, asker, mandate, now)
    if rule is not None:
        await audit_refusal(parts, asker, mandate.door, rule, ARTICLE)
        raise refusal(rule, ARTICLE)
    earlier = await parts.reader.read(lambda c: find_mandate(c, mandate.mandaat_id))
    if earlier is not None:
        if earlier.jws != question.mandaat or earlier.given_by != asker.oin:
            raise id_taken()
        return Answer(200, mandate_view(earlier))
    held = validity(mandate.van, mandate.tot, now, longest=LONGEST, back=timedelta(0))
    row = _row(mandate, asker, held, question.mandaat, rfc3339(now))
    written = leaf(
        EventTag.MANDATE_CHANGED,
        asker,
        now,
        role=mandate.door.rol,
        staff=mandate.door.medewerker,
        why=Why(rule=f"mandaat_{mandate.soort}", article=ARTICLE),
    )
    await parts.writer.write(
        Change(
            key=f"mandaat:{row.mandate_id}",
            judge=lambda _: Judgement(inserts=(row,)),
            leaves=(written,),
            touches=frozenset({agency_scope(row.oin)}),
        )
    )
    return Answer(200, mandate_view(row))


def _refused_by(registry: Registry, asker: Asker, mandate: Mandate, now: datetime) -> str | None:
    if mandate.door.rol != MANDATE_GIVER:
        return WRONG_ROLE
    if not asker.participant(registry).is_competent(mandate.gemeentecode, now):
        return WRONG_MUNICIPALITY
    try:
        holder = registry.participant(mandate.houder_oin)
        require_own_role(holder, mandate.houder)
    except (InvalidInput, Refused):
        return WRONG_HOLDER
    fits = mandate.houder.rol == MANDATE_HOLDER and AgencyKind(holder.kind) == "politie"
    return None if fits and holder.is_competent(mandate.gemeentecode, now) else WRONG_HOLDER


def _row(mandate: Mandate, asker: Asker, held: Validity, jws: str, now: str) -> MandateRow:
    return MandateRow(
        mandate_id=mandate.mandaat_id,
        oin=mandate.houder_oin,
        role=mandate.houder.rol,
        staff=mandate.houder.medewerker,
        kind=mandate.soort,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        municipality=mandate.gemeentecode,
        given_by=asker.oin,
        given_staff=mandate.door.medewerker,
        registered_at=now,
        jws=jws,
        revoked_at=None,
        revoked_staff=None,
    )


def mandate_view(row: MandateRow) -> dict[str, object]:
    """The entry as its giver and its holder's agency may see it."""
    return {
        "mandaatId": row.mandate_id,
        "gemeentecode": row.municipality,
        "soort": row.kind,
        "houder": {"oin": row.oin, "rol": row.role, "medewerker": row.staff},
        "gegevenDoor": row.given_by,
        "van": row.starts_at,
        "tot": row.ends_at,
        "vastgelegdOp": row.registered_at,
        "ingetrokkenOp": row.revoked_at,
    }
