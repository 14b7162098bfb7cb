"""What a node erases of a case when the hub orders it: files, approvals and reasons as well, and nothing of another."""

from datetime import timedelta
from typing import Any

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.domain.retention import kept_until
from gateway.local.registry_file import MUNICIPALITY
from gateway.node.storage.approvals import ApprovalKind, approvals_of
from gateway.node.storage.emergencies import openings_of
from gateway.node.storage.received import find_received
from gateway.node.usecases.approve import Scope, approve_summary
from gateway.node.usecases.emergency import DESTROYED, note_opening, reason_of
from gateway.node.usecases.receive import receive_item
from gateway.protocol.receipt import InboxItem
from gateway.protocol.retention import DESTRUCTION_ORDER, DestructionOrder
from tests.node.makers import KENNISGEVING, Exchange, Node
from tests.node.test_documents import FIELD, MAYOR, WIJKAGENT, extended


async def destroy(exchange: Exchange, node: Node, case_id: str) -> None:
    """The hub orders it, five years from now."""
    closed = exchange.clock.now + timedelta(minutes=1)
    exchange.clock.now = kept_until(closed) + timedelta(minutes=1)
    order = DestructionOrder(
        organisatie=node.parts.oin,
        zaak_id=case_id,
        reden="bewaartermijn",
        artikel="Wth 10(1)",
        gesloten_op=rfc3339(closed),
        besloten_op=rfc3339(exchange.clock.now),
    )
    item = InboxItem(soort="zaakvernietiging", jws=exchange.hub.key.sign(order, typ=DESTRUCTION_ORDER))
    await receive_item(node.parts, item.canonical())


async def test_documents_go_with_the_case_at_both_ends_and_those_of_another_case_stay(
    exchange: Exchange,
) -> None:
    sender, police = exchange.node(MUNICIPALITY), exchange.police
    await extended(exchange)
    await extended(exchange, body=b"%PDF-1.7\nander\n%%EOF\n")
    first, second = exchange.hub.copies
    for node in (sender, police, police):
        await node.receive()
        await node.move_documents()
    files = police.parts.documents
    assert files.incoming(first, FIELD).exists()
    assert files.incoming(second, FIELD).exists()
    own = {path.name for path in files_of(sender)}
    assert len(own) == 2
    copy = await police.parts.database.read(lambda c: find_received(c, first))
    assert copy is not None
    before = exchange.clock.now
    for node in (sender, police):
        exchange.clock.now = before
        await destroy(exchange, node, copy.case_id)
    assert not files.incoming(first, FIELD).exists()
    assert files.incoming(second, FIELD).exists()
    assert len(files_of(sender)) == 1


async def test_approved_texts_and_the_reasons_of_emergencies_go_with_the_case(exchange: Exchange) -> None:
    sender, police = exchange.node(MUNICIPALITY), exchange.police
    copy_id = await extended(exchange)
    await police.receive()
    copy = await police.parts.database.read(lambda c: find_received(c, copy_id))
    assert copy is not None
    for case_id in (copy.case_id, new_id()):
        await approve(exchange, sender, case_id)
    reason = "Verzonnen noodgeval"
    await police.parts.database.write(
        lambda c: note_opening(police.parts, c, WIJKAGENT, copy, kind="hub_weg", reason=reason)
    )
    now, before = rfc3339(exchange.clock.now), exchange.clock.now
    for node in (sender, police):
        exchange.clock.now = before
        await destroy(exchange, node, copy.case_id)
    kept = await sender.parts.database.read(
        lambda c: approvals_of(c, copy.case_id, ApprovalKind.SUMMARY, now)
    )
    assert kept == ()
    (opening,) = await police.parts.database.read(lambda c: openings_of(c, ["politie_wijkagent"]))
    assert (opening.sealed, reason_of(police.parts, opening)) == ("", DESTROYED)


async def approve(exchange: Exchange, node: Node, case_id: str) -> None:
    values: dict[str, Any] = {
        "case_id": case_id,
        "role": "burgemeester",
        "recipient_roles": ["politie_hovj"],
        "purpose": "screening",
        "expires_at": exchange.clock.now + timedelta(days=1),
    }
    category = catalogue().message(KENNISGEVING).field("onderbouwing_gevaar").category
    await approve_summary(
        node.parts, MAYOR, Scope(**values), category, "Een verzonnen samenvatting, zelf geschreven."
    )
    now = rfc3339(exchange.clock.now)
    assert await node.parts.database.read(lambda c: approvals_of(c, case_id, ApprovalKind.SUMMARY, now))


def files_of(node: Node) -> list[Any]:
    """The files of the agency's own documents."""
    return list(node.parts.documents.own("x").parent.iterdir())
