"""Taking copies back as nodes would, and what came of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from gateway.domain.clock import rfc3339
from gateway.hub.storage.tables import outbox
from gateway.hub.usecases.problem_answers import Reply
from gateway.protocol.copy import CopyContext
from gateway.protocol.recall import DESTRUCTION, RECALL_ORDER, Destruction, RecallOrder
from gateway.protocol.receipt import InboxItem
from tests.hub.asking import decide
from tests.hub.makers import Draft, RunningHub, Sender


def context_for(draft: Draft, role: str) -> CopyContext:
    return next(context for context, _ in draft.copies if context.ontvanger.rol == role)


def recall_question(sender: Sender, draft: Draft, role: str, **changes: Any) -> dict[str, Any]:
    """The signed order of a sender for the copy of that role; `changes` of the order."""
    context = context_for(draft, role)
    values: dict[str, Any] = {
        "aud": sender.hub.world.registry.hub_oin,
        "kopie_id": context.kopie_id,
        "bericht_id": context.bericht_id,
        "zaak_id": context.zaak_id,
        "afzender": context.afzender,
        "ontvanger": context.ontvanger,
        "afzendernummer": context.afzendernummer,
        "reden": "verkeerde_ontvanger",
        "tijdstip": rfc3339(sender.hub.hands.now),
    }
    token = sender.hub.world.signing[sender.oin].sign(RecallOrder(**(values | changes)), typ=RECALL_ORDER)
    return {"soort": "terughalen", "opdracht": token, "door": _who(sender)}


async def take_back(sender: Sender, draft: Draft, role: str, **changes: Any) -> Reply:
    return await decide(sender, recall_question(sender, draft, role, **changes))


def destruction_question(recipient: Sender, draft: Draft, outcome: str) -> dict[str, Any]:
    """What the node of the recipient attests about its copy."""
    context = context_for(draft, recipient.role)
    told = Destruction(
        kopie_id=context.kopie_id,
        bericht_id=context.bericht_id,
        zaak_id=context.zaak_id,
        ontvanger=context.ontvanger,
        uitkomst=outcome,  # type: ignore[arg-type]  # a test may attest what no node would
        tijdstip=rfc3339(recipient.hub.hands.now),
    )
    token = recipient.hub.world.signing[recipient.oin].sign(told, typ=DESTRUCTION)
    return {"soort": "vernietiging", "verklaring": token}


async def files_of(sender: Sender) -> list[Mapping[str, Any]]:
    """The breach files that this person may see."""
    reply = await decide(sender, {"soort": "datalekken", "door": _who(sender)})
    assert reply.answer.status == 200, reply.answer.body
    return list(reply.answer.body["datalekken"])


async def take_step(sender: Sender, breach_id: str, step: str, reason: str | None = None) -> Reply:
    question = {"soort": "datalekstap", "datalekId": breach_id, "stap": step, "reden": reason}
    return await decide(sender, question | {"door": _who(sender)})


async def waiting_for(hub: RunningHub, oin: str) -> list[str]:
    """What the outbox holds for an agency: the kinds of items, `kopie` for a copy."""
    rows = await hub.store.reader.read(
        lambda c: c.execute(select(outbox.c.payload, outbox.c.copy_id).where(outbox.c.oin == oin)).all()
    )
    return sorted(
        "kopie" if row.copy_id else InboxItem.parse_bytes(row.payload.encode()).soort for row in rows
    )


def _who(person: Sender) -> dict[str, str]:
    return {"rol": person.role, "medewerker": person.staff}
