"""The two types that no person sends: a node's signed receipt and its signed refusal of a copy."""

from collections.abc import Mapping
from typing import Any

from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.protocol.canonical import sha256_hex
from gateway.protocol.receipt import RECEIPT, REJECTION, Receipt, ReceiptBody, Rejection
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import OinRole
from tests.catalogue.exchange import Everybody, agency_of, until
from tests.catalogue.playing import Play, Seen, Sent
from tests.catalogue.story import Scene

RECEIPT_TYPE, REFUSAL_TYPE = "systeem.ontvangst", "systeem.weigering"
NOT_FOUND = "niet-gevonden"


def note_receipts(play: Play, sent: Sent) -> None:
    """The sender's node holds receipts that the recipients' nodes signed, for every copy."""
    node = play.everybody.node(sent.scene.sender)
    for delivery in sent.deliveries:
        assert {"technisch", "functioneel"} <= node.receipts_of(delivery["kopieId"])
    play.seen.sent.add(RECEIPT_TYPE)
    play.seen.received[RECEIPT_TYPE].add(sent.scene.sender)


async def refuse_a_copy(play: Play, scene: Scene, role: str) -> None:
    """A node that lost its key refuses what it cannot open, with a signature; the sender has that on record."""
    everybody = play.everybody
    keys = everybody.node(role).app.parts.opening_keys
    assert isinstance(keys, dict)
    kept = dict(keys)
    keys.clear()
    try:
        sent = await play.send_only(scene, role)
        sender = everybody.node(scene.sender)
        (delivery,) = sent.deliveries
        await until(lambda: sender.status_of(delivery["kopieId"]) == "afgekeurd", lambda: sent)
    finally:
        keys.update(kept)
    play.seen.sent.add(REFUSAL_TYPE)
    play.seen.received[REFUSAL_TYPE].add(scene.sender)


async def refuse_both(everybody: Everybody, seen: Seen, sent: Sent) -> None:
    """Receipt and refusal of a copy that went to somebody else are not found, whoever signs them."""
    stranger, copy_id = "rvdk_raadsonderzoeker", sent.deliveries[0]["kopieId"]
    recipient = OinRole(oin=agency_of(stranger).oin, rol=stranger)
    now = rfc3339(everybody.now)
    receipt = Receipt(
        kopie_id=copy_id,
        bericht_id=sent.message_id,
        zaak_id=new_id(),
        ontvanger=recipient,
        soort="technisch",
        tijdstip=now,
        commitment=sha256_hex(b"geraden"),
    )
    rejection = Rejection(
        kopie_id=copy_id, ontvanger=recipient, reden="geraden", tijdstip=now, bewijs="a.b.c"
    )
    key = everybody.doors.running.world.signing[recipient.oin]
    bodies: Mapping[str, Any] = {
        RECEIPT_TYPE: ReceiptBody(ontvangst=key.sign(receipt, typ=RECEIPT)),
        REFUSAL_TYPE: ReceiptBody(afkeuring=key.sign(rejection, typ=REJECTION)),
    }
    for kind, body in bodies.items():
        answer = await everybody.node(stranger).link.ask(Verb.RECEIPT, body.canonical())
        assert (answer.status, answer.body["code"]) == (404, NOT_FOUND), (kind, answer.body)
        seen.refused[kind].add((Verb.RECEIPT, NOT_FOUND))
