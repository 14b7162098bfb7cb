"""Turns a message and its plan into signed bytes: one masked copy per recipient, sealed, and the submission over all.

Runs inside the write that stores the bytes, because numbers, pseudonyms and what was approved must be of one moment.
Only recipients that the agency asked for get a copy, whatever a plan says.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.case import Side
from gateway.domain.clock import rfc3339
from gateway.domain.errors import Cause, Refused
from gateway.domain.identifiers import RoleId, new_id
from gateway.domain.urgency import Urgency
from gateway.node.masks import MaskContext, build_copy
from gateway.node.reader import Reader
from gateway.node.storage import numbers
from gateway.node.storage.database import Connection
from gateway.node.storage.documents import forget_void
from gateway.node.storage.pseudonyms import pseudonym
from gateway.node.storage.rows import SentCopy
from gateway.node.usecases.approved import approved_for
from gateway.node.usecases.contested import note_composed, rests_on_contested
from gateway.node.usecases.documents import note_documents
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.plan import decision_of
from gateway.protocol.canonical import b64u, malformed, sha256_hex
from gateway.protocol.copy import CopyContext, Sealed, seal_copy
from gateway.protocol.envelope import Envelope, source
from gateway.protocol.facts import facts_for_copy, facts_of
from gateway.protocol.plan import Plan, RecipientPlan
from gateway.protocol.registry import Participant
from gateway.protocol.submission import SUBMISSION, CopyDigest, Staff, Submission, SubmissionBody
from gateway.protocol.wire import OinRole
from gateway.web.traces import outgoing_headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The body of a submission, and its copies as they are kept."""

    body: bytes
    copies: tuple[SentCopy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What all copies of one message share."""

    parts: Parts
    connection: Connection
    draft: Draft
    plan: Plan
    envelope: Envelope
    now: datetime


def compose(parts: Parts, connection: Connection, draft: Draft, plan: Plan, now: datetime) -> Composed:
    """Takes a number for each copy.

    Raises Refused when no recipient may have anything, InvalidInput when a recipient has no valid key or an obligation
    is not known here, PayloadTooLarge.
    """
    if (plan.zaak_id, plan.type) != (draft.case_id, draft.message_type):
        raise malformed("plan", "van een ander bericht")
    wanted = _wanted(draft, plan)
    contested = rests_on_contested(connection, draft)
    note_composed(connection, draft, contested=contested, now=now)
    work = _Work(
        parts=parts,
        connection=connection,
        draft=draft,
        plan=plan,
        envelope=_envelope(parts, draft, plan, now, contested=contested),
        now=now,
    )
    forget_void(connection, draft.message_id)
    made = [_copy(work, recipient) for recipient in wanted]
    body = SubmissionBody(
        inzending=parts.signing_key.sign(_submission(work, [one[1] for one in made]), typ=SUBMISSION),
        kopieen=[sealed.copy for sealed, _, _ in made],
    )
    return Composed(body=body.canonical(), copies=tuple(kept for _, _, kept in made))


def _wanted(draft: Draft, plan: Plan) -> list[RecipientPlan]:
    found = [plan.for_recipient(asked.oin, asked.rol) for asked in draft.recipients]
    wanted = [recipient for recipient in found if recipient is not None and recipient.toegestaan]
    if wanted:
        return wanted
    first = next((recipient for recipient in found if recipient is not None), None)
    raise Refused(
        rule="S_geen_leesdoel" if first is None else first.regel,
        article="" if first is None else first.artikel,
        code="geen-ontvanger",
        detail_nl="Geen van de ontvangers mag dit bericht krijgen.",
        detail_en="None of the recipients may have this message.",
        causes=[
            Cause(
                pointer=f"/ontvangers/{index}",
                code=recipient.regel,
                detail_nl=recipient.reden.nl,
                detail_en=recipient.reden.en,
                article=recipient.artikel or None,
            )
            for index, recipient in enumerate(found)
            if recipient is not None
        ],
    )


def _envelope(parts: Parts, draft: Draft, plan: Plan, now: datetime, *, contested: bool) -> Envelope:
    return Envelope(
        id=draft.message_id,
        source=source(parts.oin, parts.system),
        type=draft.type.event_type,
        subject=draft.case_id,
        time=rfc3339(now),
        dataschema=draft.type.schema_uri,
        correlatieid=draft.correlation_id,
        doel=plan.doel,
        urgentie=plan.urgentie,
        traceparent=outgoing_headers().get("traceparent"),
        simulatie=True if parts.registry().simulation else None,
        betwist=True if contested else None,
    )


def _copy(work: _Work, plan: RecipientPlan) -> tuple[Sealed, CopyDigest, SentCopy]:
    """Mask, then seal: nothing that the recipient may not have leaves this function."""
    draft, participant = work.draft, work.parts.registry().participant(plan.oin)
    masked = build_copy(draft.type, draft.content, decision_of(plan), _mask_context(work, plan, participant))
    context = _context(work, plan, participant, masked.content)
    sealed = seal_copy(
        masked.content,
        envelope=work.envelope,
        context=context,
        to=participant.sealing_key(work.now),
        by=work.parts.signing_key,
    )
    note_documents(work.parts, work.connection, draft, masked.content, context.kopie_id)
    digest = CopyDigest(
        kopie_id=context.kopie_id,
        ontvanger=context.ontvanger,
        jws_sha256=sha256_hex(sealed.copy.jws.encode()),
        jwe_sha256=sha256_hex(sealed.copy.jwe.encode()),
    )
    kept = work.parts.own_seal.seal(
        {"inhoud": masked.content, "zout": b64u(sealed.salt)}, belongs_to=f"kopie:{context.kopie_id}"
    )
    row = SentCopy(
        copy_id=context.kopie_id,
        message_id=draft.message_id,
        case_id=draft.case_id,
        oin=plan.oin,
        role=plan.rol,
        purpose=context.doel,
        number=context.afzendernummer,
        unused=json.dumps(context.ongebruikt),
        withheld=json.dumps(masked.verwijderd),
        commitment=sealed.commitment,
        sealed=kept,
        status="wacht",
        status_at=rfc3339(work.now),
    )
    return sealed, digest, row


def _mask_context(work: _Work, plan: RecipientPlan, participant: Participant) -> MaskContext:
    reader = Reader(role=RoleId(plan.rol), side=Side(plan.kant), at=work.now)
    approved = approved_for(
        work.parts, work.connection, work.draft, role=plan.rol, purpose=plan.doel, now=work.now
    )
    return MaskContext(
        reader=reader,
        pseudonym=lambda value: pseudonym(
            work.connection, work.draft.case_id, value, work.parts.database.secret
        ),
        region=participant.municipalities,
        summaries=approved.summaries,
        cleanings=approved.cleanings,
    )


def _context(
    work: _Work, plan: RecipientPlan, participant: Participant, content: dict[str, object]
) -> CopyContext:
    draft, lane = work.draft, (work.draft.case_id, plan.oin, plan.rol)
    return CopyContext(
        afzender=OinRole(oin=work.parts.oin, rol=draft.role),
        ontvanger=OinRole(oin=plan.oin, rol=plan.rol),
        afzender_kid=work.parts.signing_key.kid,
        ontvanger_kid=participant.sealing_key(work.now).kid,
        zaak_id=draft.case_id,
        bericht_id=draft.message_id,
        kopie_id=new_id(),
        type=draft.message_type,
        doel=str(plan.doel),
        doel_afzender=work.plan.doel,
        kant=plan.kant,
        manifest=plan.manifest(),
        verplichtingen=plan.verplichtingen,
        feiten=facts_for_copy(facts_of(draft.type, draft.content), content),
        revisie=work.plan.revisie,
        afzendernummer=numbers.next_number(work.connection, *lane),
        ongebruikt=numbers.unused(work.connection, *lane),
        onderweg=numbers.under_way(
            work.connection,
            *lane,
            message_id=draft.message_id,
            urgent=work.plan.urgentie == Urgency.U0,
        ),
    )


def _submission(work: _Work, digests: Sequence[CopyDigest]) -> Submission:
    draft, plan = work.draft, work.plan
    return Submission(
        aud=work.parts.registry().hub_oin,
        jti=new_id(),
        tijdstip=rfc3339(work.now),
        envelop=work.envelope,
        afzender=Staff(rol=draft.role, medewerker=draft.staff),
        feiten=facts_of(draft.type, draft.content),
        gemeentecode=draft.municipality,
        handeling=plan.handeling or draft.act,
        in_antwoord_op=draft.in_reply_to,
        plan_sha256=plan.plan_sha256,
        revisie=plan.revisie,
        ontvangers=list(draft.recipients),
        kopieen=list(digests),
    )
