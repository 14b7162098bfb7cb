"""An agency registers an agreement or a consent in a case.

Who may give which one, and what it covers, is the table of gateway.domain.registers. The case must be there for the
agency, and the person must work on it or be on duty for it; otherwise it does not exist. Only the decision of the
burgemeester may be registered after the fact, by a day at most: an act that was announced at night is judged by what
was decided then, and everything else counts from its registration.
"""

from datetime import datetime, timedelta
from typing import Final

from audit.body import Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import CategoryId, PurposeId, RoleId
from gateway.domain.registers import DECISIONS, About, StatementKind, statement_kinds
from gateway.hub.storage.changes import Change, Judgement, case_scope
from gateway.hub.storage.register_rows import StatementRow
from gateway.hub.storage.registers import find_statement
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor, is_on_case, is_on_duty
from gateway.hub.usecases.deciding import can_see
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.registering import (
    NOT_ON_CASE,
    WRONG_MUNICIPALITY,
    WRONG_ROLE,
    Validity,
    audit_refusal,
    id_taken,
    refusal,
    validity,
)
from gateway.hub.usecases.settling import load_record
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.canonical import malformed
from gateway.protocol.exchange import Answer
from gateway.protocol.register_questions import STATEMENT, CaseStatement, StatementQuestion
from gateway.protocol.registry import Registry

LONGEST: Final = timedelta(days=366)
BACK: Final = timedelta(days=1)
INVISIBLE: Final = "zaak-niet-zichtbaar"


async def record_statement(parts: Parts, asker: Asker, question: StatementQuestion) -> Answer:
    """The statement as it is on record now. Raises InvalidInput, NotFound, Refused, Conflict, Moved."""
    registry, now = parts.registry(), parts.clock()
    agency = asker.participant(registry)
    stated = CaseStatement.parse_bytes(agency.verification_key.verify(question.verklaring, typ=STATEMENT))
    if stated.aud != registry.hub_oin:
        raise malformed("aud", "niet voor deze hub")
    require_own_role(agency, stated.door)
    kind = _checked_kind(registry, stated, now)
    record = await load_record(parts, asker, stated.zaak_id)
    actor = Actor(agency=agency, role=stated.door.rol, staff=stated.door.medewerker)
    if not (record.exists and can_see(record, actor)):
        await audit_refusal(parts, asker, stated.door, INVISIBLE, "", case_id=stated.zaak_id)
        raise NotFound
    rule = _refused_by(record, actor, kind)
    if rule is not None:
        await audit_refusal(parts, asker, stated.door, rule, kind.article, case_id=stated.zaak_id)
        raise refusal(rule, kind.article)
    earlier = await parts.reader.read(lambda c: find_statement(c, stated.verklaring_id))
    if earlier is not None:
        if earlier.jws != question.verklaring or earlier.oin != asker.oin:
            raise id_taken()
        return Answer(200, statement_view(earlier))
    back = BACK if kind.about is About.DECISION else timedelta(0)
    held = validity(stated.van, stated.tot, now, longest=LONGEST, back=back)
    row = _row(stated, asker, held, question.verklaring, rfc3339(now))
    written = leaf(
        EventTag.STATEMENT_MADE,
        asker,
        now,
        role=stated.door.rol,
        staff=stated.door.medewerker,
        why=Why(rule=kind.kind, article=kind.article),
        case_id=row.case_id,
    )
    await parts.writer.write(_change(row, record, written))
    return Answer(200, statement_view(row))


def _checked_kind(registry: Registry, stated: CaseStatement, now: datetime) -> StatementKind:
    """The kind, with exactly the members that it asks for. Raises InvalidInput."""
    kind = statement_kinds().get(stated.soort)
    if kind is None:
        raise malformed("soort", f"een van {', '.join(statement_kinds())}")
    disclosure = (stated.ontvanger, stated.categorie, stated.doelen or None)
    asked: dict[About, tuple[object, ...]] = {
        About.DISCLOSURE: disclosure,
        About.DECISION: (stated.besluit,),
        About.COMMISSION: (stated.opdrachtnemer,),
    }
    for about, members in asked.items():
        if any((member is not None) is not (about is kind.about) for member in members):
            raise malformed("soort", f"een verklaring over een {kind.about} heeft andere onderdelen")
    if kind.about is About.DISCLOSURE:
        _check_disclosure(registry, kind, stated, now)
    if kind.about is About.DECISION and stated.besluit not in DECISIONS:
        raise malformed("besluit", f"een van {', '.join(DECISIONS)}")
    if kind.about is About.COMMISSION and _agency_kind(registry, stated.opdrachtnemer, now) != "reclassering":
        raise malformed("opdrachtnemer", "geen reclassering")
    return kind


def _check_disclosure(registry: Registry, kind: StatementKind, stated: CaseStatement, now: datetime) -> None:
    if CategoryId(stated.categorie or "") not in kind.categories:
        raise malformed("categorie", f"een van {', '.join(kind.categories)}")
    if any(PurposeId(purpose) not in catalogue().purposes for purpose in stated.doelen):
        raise malformed("doelen", "een onbekend doel")
    role = catalogue().roles.get(RoleId(stated.ontvanger.rol if stated.ontvanger else ""))
    to = _agency_kind(registry, stated.ontvanger.oin if stated.ontvanger else None, now)
    if role is None or to not in role.agencies:
        raise malformed("ontvanger", "geen deelnemer in die rol")


def _agency_kind(registry: Registry, oin: str | None, now: datetime) -> str | None:
    found = registry.participants.get(oin or "")
    return None if found is None or found.is_succeeded(now) else found.kind


def _refused_by(record: CaseRecord, actor: Actor, kind: StatementKind) -> str | None:
    if RoleId(actor.role) not in kind.roles:
        return WRONG_ROLE
    if actor.role == "burgemeester" and not actor.agency.is_competent(record.municipality or "", record.at):
        return WRONG_MUNICIPALITY
    return None if is_on_case(record, actor) or is_on_duty(record, actor) else NOT_ON_CASE


def _row(stated: CaseStatement, asker: Asker, held: Validity, jws: str, now: str) -> StatementRow:
    to = stated.ontvanger
    return StatementRow(
        statement_id=stated.verklaring_id,
        case_id=stated.zaak_id,
        kind=stated.soort,
        oin=asker.oin,
        role=stated.door.rol,
        staff=stated.door.medewerker,
        to_oin=stated.opdrachtnemer if to is None else to.oin,
        to_role=None if to is None else to.rol,
        category=stated.categorie,
        purposes=" ".join(sorted(set(stated.doelen))),
        decision=stated.besluit,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        registered_at=now,
        jws=jws,
        revoked_at=None,
        revoked_staff=None,
    )


def _change(row: StatementRow, record: CaseRecord, written: Leaf) -> Change:
    return Change(
        key=f"verklaring:{row.statement_id}",
        judge=lambda _: Judgement(inserts=(row,)),
        leaves=(written,),
        reads=record.situation.versions,
        touches=frozenset({case_scope(row.case_id)}),
    )


def statement_view(row: StatementRow) -> dict[str, object]:
    """The entry as the agency that stated it, and the one that it is about, may see it."""
    return {
        "verklaringId": row.statement_id,
        "zaakId": row.case_id,
        "soort": row.kind,
        "door": {"oin": row.oin, "rol": row.role},
        "ontvanger": None if row.to_oin is None else {"oin": row.to_oin, "rol": row.to_role},
        "categorie": row.category,
        "doelen": row.purposes.split(),
        "besluit": row.decision,
        "van": row.starts_at,
        "tot": row.ends_at,
        "vastgelegdOp": row.registered_at,
        "ingetrokkenOp": row.revoked_at,
    }
