"""Sends a message: plan, mask, seal, sign, store, submit.

(1) The same request again gets its first result. (2) Ask for a plan. (3) In one transaction: compose the copies, store
the signed bytes, put them in the outbox. (4) Submit at once, unless something older of the case still waits.
What the hub answers is recorded by `submit`. Once (3) is done the message goes, also when this process dies.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.clock import rfc3339
from gateway.domain.errors import Cause, Conflict
from gateway.node.storage import outbox, sent
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import SentMessage
from gateway.node.storage.sent import SentState
from gateway.node.usecases.compose import compose
from gateway.node.usecases.corrections import addressed
from gateway.node.usecases.documents import require_documents
from gateway.node.usecases.draft import Draft, draft_of, original_of
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.plan import plan_message
from gateway.node.usecases.proof_of_service import check_service, service_remarks, with_digest
from gateway.node.usecases.submit import submit_stored
from gateway.protocol.canonical import canonical
from gateway.protocol.plan import Plan

OWN_TRY: Final = timedelta(seconds=30)
"""So long the outbox leaves a new submission to whoever stored it; longer than a hub takes to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Stored and signed. `is_waiting` while the hub has not answered; `remarks` are for its writer."""

    message_id: str
    case_id: str
    is_waiting: bool
    remarks: tuple[Cause, ...]


async def send_message(parts: Parts, person: Person, draft: Draft) -> Sent:
    """Returns after the hub's answer, or with `is_waiting` when it cannot be had now: the message then goes by itself.

    Raises InvalidInput, Refused, NotFound, Conflict, PlanStale (the plan changed twice) and Unavailable when not even a
    plan can be had: then nothing was stored.
    """
    person.require_role(draft.role)
    mac = _request_mac(parts, draft)
    earlier = await parts.database.read(lambda c: sent.find_message(c, draft.message_id))
    if earlier is None:
        draft = await with_digest(parts, await addressed(parts, person, draft))
        plan = await plan_message(parts, draft)  # (2)
        await require_documents(parts, draft)
        await check_service(parts, draft)
        earlier = await parts.database.write(
            lambda c: _store(parts, c, draft, plan, mac=mac, now=parts.clock())
        )  # (3)
    if not hmac.compare_digest(earlier.request_mac, mac):  # (1)
        raise Conflict(
            code="bericht-id-hergebruikt",
            detail_nl="Onder dit bericht-id is eerder een ander bericht verstuurd.",
            detail_en="Another message was sent under this message id before.",
        )
    is_answered = await submit_stored(parts, earlier.message_id)  # (4)
    return Sent(
        message_id=earlier.message_id,
        case_id=earlier.case_id,
        is_waiting=not is_answered,
        remarks=service_remarks(draft_of(parts, earlier)),
    )


def _store(
    parts: Parts, connection: Connection, draft: Draft, plan: Plan, *, mac: str, now: datetime
) -> SentMessage:
    """The stored message: this one, or one that came first under the same id."""
    found = sent.find_message(connection, draft.message_id)
    if found is not None:
        return found
    composed = compose(parts, connection, draft, plan, now)
    message = SentMessage(
        message_id=draft.message_id,
        case_id=draft.case_id,
        message_type=draft.message_type,
        role=draft.role,
        staff=draft.staff,
        urgency=plan.urgentie,
        state=SentState.WAITING,
        request_mac=mac,
        sealed=parts.own_seal.seal(draft.to_json(), belongs_to=original_of(draft.message_id)),
        plan=plan.canonical().decode(),
        body=composed.body,
        attempt=0,
        answer_status=None,
        answer=None,
        created_at=rfc3339(now),
        answered_at=None,
    )
    sent.insert_message(connection, message, composed.copies)
    outbox.put_submission(
        connection, case_id=draft.case_id, message_id=draft.message_id, now=now, after=now + OWN_TRY
    )
    return message


def _request_mac(parts: Parts, draft: Draft) -> str:
    """Tells whether a request is the same again. Keyed, so that nobody can test a guess at the content with it.

    Without the case id where the message opens the case: then the node drew it.
    """
    request = draft.to_json() | ({"case_id": ""} if draft.municipality is not None else {})
    return hmac.new(parts.database.secret, canonical(request), hashlib.sha256).hexdigest()
