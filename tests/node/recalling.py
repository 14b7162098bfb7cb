"""Taking a copy back from a node: the order of its sender and the hub's decision, each with the key that is theirs."""

from gateway.domain.clock import rfc3339
from gateway.local.registry_file import Agency
from gateway.node.storage.recalls import RecallIn, find_recall_in
from gateway.protocol.canonical import sha256_hex
from gateway.protocol.recall import (
    DESTRUCTION,
    RECALL_DECISION,
    RECALL_ORDER,
    Destruction,
    Outcome,
    RecallDecision,
    RecallOrder,
)
from gateway.protocol.receipt import InboxItem
from tests.node.makers import Exchange, Node


def take_back(exchange: Exchange, sender: Agency, copy_id: str, *, outcome: Outcome = "teruggehaald") -> None:
    """Puts the recall of a copy into the inbox of its recipient."""
    hub = exchange.hub
    context = next(
        statement.context
        for received in hub.accepted.values()
        for statement in received.statements
        if statement.context.kopie_id == copy_id
    )
    order = RecallOrder(
        aud=exchange.registry.hub_oin,
        kopie_id=copy_id,
        bericht_id=context.bericht_id,
        zaak_id=context.zaak_id,
        afzender=context.afzender,
        ontvanger=context.ontvanger,
        afzendernummer=context.afzendernummer,
        reden="verkeerde_ontvanger",
        tijdstip=rfc3339(exchange.clock()),
    )
    signed = exchange.node(sender).parts.signing_key.sign(order, typ=RECALL_ORDER)
    decision = RecallDecision(
        kopie_id=copy_id,
        bericht_id=context.bericht_id,
        zaak_id=context.zaak_id,
        ontvanger=context.ontvanger,
        volgnummer=1,
        soort=outcome,
        opdracht_sha256=sha256_hex(signed.encode()),
        besloten_op=rfc3339(exchange.clock()),
    )
    item = InboxItem(soort="terughaling", stempel=hub.key.sign(decision, typ=RECALL_DECISION), jws=signed)
    hub.inbox(context.ontvanger.oin).put(item.canonical())


async def recall_of(node: Node, copy_id: str) -> RecallIn:
    found = await node.parts.database.read(lambda c: find_recall_in(c, copy_id))
    assert found is not None
    return found


async def attested(exchange: Exchange, node: Node, copy_id: str) -> Destruction:
    """What the recipient's node signed about the copy, verified as the sender's node would."""
    key = exchange.registry.participant(node.parts.oin).verification_key
    return Destruction.parse_bytes(key.verify((await recall_of(node, copy_id)).attestation, typ=DESTRUCTION))
