"""Receipts, rejections and who is assigned by taking a copy on."""

from datetime import timedelta

from sqlalchemy import select

from gateway.domain.clock import rfc3339
from gateway.hub.storage.tables import assignments, deliveries, outbox, receipts
from gateway.protocol.receipt import REJECTION, InboxItem, ReceiptBody, Rejection
from gateway.protocol.subjects import Verb
from tests.hub.asking import duty
from tests.hub.makers import GEM, POL, VT, RunningHub, Sender, notify_police, open_case


def hovj(hub: RunningHub, staff: str = "pol-0007") -> Sender:
    return hub.node(POL, "politie_hovj", staff)


async def progress_of(hub: RunningHub, role: str) -> list[tuple[int, str | None]]:
    return await hub.store.reader.read(
        lambda c: [
            (row.progress, row.outcome)
            for row in c.execute(select(deliveries).where(deliveries.c.role == role))
        ]
    )


async def test_receipts_move_a_delivery_forward_and_reach_the_sender(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    sent = await notify_police(case)
    police = hovj(each_hub)
    for kind, staff, progress in (
        ("functioneel", None, 3),
        ("technisch", None, 3),
        ("geopend", "pol-0007", 4),
    ):
        reply = await each_hub.ask(Verb.RECEIPT, POL, police.receipt(sent, kind, staff=staff))
        assert reply.answer.status == 200, reply.answer.body
        assert await progress_of(each_hub, "politie_hovj") == [(progress, None)]
    waiting = await each_hub.store.reader.read(
        lambda c: c.execute(select(outbox).where(outbox.c.oin == VT, outbox.c.copy_id.is_(None))).all()
    )
    assert {InboxItem.parse_bytes(row.payload.encode()).soort for row in waiting} == {"ontvangst"}
    assert {row.subject for row in waiting} == {f"schakel.v1.inbox.{VT}.U1.systeem-ontvangst"}
    assert len(waiting) == 3


async def test_a_second_receipt_of_a_kind_changes_nothing_and_is_answered_alike(hub: RunningHub) -> None:
    sent = await notify_police(await open_case(hub))
    body = hovj(hub).receipt(sent, "technisch")
    first = await hub.ask(Verb.RECEIPT, POL, body)
    hub.hands.pass_time(timedelta(minutes=1))
    second = await hub.ask(Verb.RECEIPT, POL, hovj(hub).receipt(sent, "technisch"))
    assert first.answer == second.answer
    count = await hub.store.reader.read(lambda c: len(c.execute(select(receipts)).all()))
    assert count == 1


async def test_whoever_is_on_duty_is_assigned_by_taking_the_copy_on(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    sent = await notify_police(case)
    police = hovj(each_hub)
    refused = await each_hub.ask(Verb.RECEIPT, POL, police.receipt(sent, "aanvaard", staff="pol-0007"))
    assert refused.answer.status == 403
    assert refused.answer.body["regel"] == "G06_niet_toegewezen"
    assert (await duty(police)).answer.status == 200
    for _ in range(2):
        accepted = await each_hub.ask(Verb.RECEIPT, POL, police.receipt(sent, "aanvaard", staff="pol-0007"))
        assert accepted.answer.status == 200
    on_case = await each_hub.store.reader.read(
        lambda c: c.execute(select(assignments.c.staff).where(assignments.c.oin == POL)).scalars().all()
    )
    assert on_case == ["pol-0007"]


async def test_a_receipt_for_another_agencys_copy_is_not_found(hub: RunningHub) -> None:
    """Tenant crossing: the same answer as for a copy that does not exist."""
    sent = await notify_police(await open_case(hub))
    police = hovj(hub)
    context = next(c for c, _ in sent.copies if c.ontvanger.rol == "politie_hovj")
    thief = hub.node(GEM, "politie_hovj", "gem-0001")
    stolen = await hub.ask(Verb.RECEIPT, GEM, thief.receipt(sent, "technisch", of=POL))
    unknown = await hub.ask(
        Verb.RECEIPT, GEM, thief.receipt(sent, "technisch", of=POL, kopie_id="0" * 8 + context.kopie_id[8:])
    )
    assert stolen.answer.status == unknown.answer.status == 404
    assert stolen.answer.to_bytes() == unknown.answer.to_bytes()
    assert await progress_of(hub, "politie_hovj") == [(0, None)]
    assert police.oin == POL


async def test_a_receipt_signed_by_another_or_about_something_else_is_refused(hub: RunningHub) -> None:
    sent = await notify_police(await open_case(hub))
    police = hovj(hub)
    other_key = hub.node(GEM, "politie_hovj", "x").receipt(sent, "technisch", of=POL)
    assert (await hub.ask(Verb.RECEIPT, POL, other_key)).answer.status == 400
    for changes in (
        {"commitment": "0" * 64},
        {"zaak_id": "00000000-0000-4000-8000-000000000000"},
        {"tijdstip": rfc3339(hub.hands.now + timedelta(hours=1))},
    ):
        reply = await hub.ask(Verb.RECEIPT, POL, police.receipt(sent, "technisch", **changes))
        assert reply.answer.status == 400, changes
    named = police.receipt(sent, "geopend", staff="Jan Jansen met een spatie")
    assert (await hub.ask(Verb.RECEIPT, POL, named)).answer.status == 400
    assert await progress_of(hub, "politie_hovj") == [(0, None)]


async def test_a_rejection_with_the_senders_signature_ends_the_delivery(each_hub: RunningHub) -> None:
    sent = await notify_police(await open_case(each_hub))
    context, sealed = next(c for c in sent.copies if c[0].ontvanger.rol == "politie_wijkagent")

    def rejection(evidence: str, reason: str) -> bytes:
        body = Rejection(
            kopie_id=context.kopie_id,
            ontvanger=context.ontvanger,
            reden=reason,
            tijdstip=rfc3339(each_hub.hands.now),
            bewijs=evidence,
        )
        return ReceiptBody(afkeuring=each_hub.world.signing[POL].sign(body, typ=REJECTION)).canonical()

    other = next(s for c, s in sent.copies if c.ontvanger.rol == "politie_hovj")
    for body in (
        rejection(other.copy.jws, "manifest_gebroken"),
        rejection(sealed.copy.jws, "In het veld stond dat Piet er woont"),
    ):
        assert (await each_hub.ask(Verb.RECEIPT, POL, body)).answer.status == 400
    for _ in range(2):
        reply = await each_hub.ask(Verb.RECEIPT, POL, rejection(sealed.copy.jws, "manifest_gebroken"))
        assert reply.answer.body == {"kopieId": context.kopie_id, "status": "afgekeurd"}
    assert await progress_of(each_hub, "politie_wijkagent") == [(0, "afgekeurd")]
