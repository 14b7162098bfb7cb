"""What was accepted reaches the inbox: also when NATS was away, once per copy, and again without a receipt."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.checkpoint import open_checkpoint
from audit.note import VerifierKey
from gateway.domain.clock import rfc3339
from gateway.hub.messaging.publishing import ALONE_BELOW, Outgoing, Published, publish
from gateway.hub.storage.outbox import claim
from gateway.hub.storage.tables import checkpoints, deliveries, outbox
from gateway.protocol.stamp import STAMP, Stamp
from gateway.protocol.subjects import Verb
from tests.hub.conftest import PolicyServer
from tests.hub.doors import OpenDoors, open_doors
from tests.hub.makers import (
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    VT,
    RunningHub,
    notify_police,
    open_case,
)
from tests.nats.exchange import kept, stored

pytestmark = pytest.mark.real


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path, database_url: str) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=database_url
    ) as found:
        yield found


async def waiting(hub: RunningHub) -> int:
    found = await hub.store.reader.read(
        lambda c: c.execute(select(func.count()).select_from(outbox)).scalar()
    )
    return found or 0


async def until_empty(hub: RunningHub) -> None:
    """Waits until nothing is left to publish. The hub runs in this loop, so it is asked again and again."""
    async with asyncio.timeout(60):
        while await waiting(hub):  # noqa: ASYNC110 - a query, for which nobody sets an event
            await asyncio.sleep(0.02)


async def test_copies_arrive_stamped_and_receipts_come_back(doors: OpenDoors) -> None:
    case = await open_case(doors.running)
    sent = await notify_police(case)
    items = await doors.inbox(POL, urgent=False, count=3)
    hub_key = doors.running.world.registry.hub_key
    stamps = [Stamp.parse_bytes(hub_key.verify(item["stempel"], typ=STAMP)) for item in items]
    arrived = {stamp.kopie_id for stamp in stamps if stamp.bericht_id == sent.message_id}
    assert arrived == {context.kopie_id for context, _ in sent.copies}
    originals = {s.copy.jws: s.copy.jwe for _, s in sent.copies}
    for item in items:
        if item["jws"] in originals:
            assert item["jwe"] == originals[item["jws"]]
    await until_empty(doors.running)
    police = doors.running.node(POL, "politie_hovj", "pol-0007")
    assert (await doors.over_nats(Verb.RECEIPT, POL, police.receipt(sent, "technisch"))).status == 200
    (receipt,) = await doors.inbox(VT, urgent=False, count=1)
    assert receipt["soort"] == "ontvangst"


async def test_an_urgent_copy_has_a_line_of_its_own(doors: OpenDoors) -> None:
    case = await open_case(doors.running)
    facts = KENNISGEVING_FACTS | {"spoedeisendheid": "nu"}
    await case.vt.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")])
    (item,) = await doors.inbox(POL, urgent=True, count=1)
    assert item["soort"] == "kopie"


async def test_with_nats_away_messages_are_accepted_and_arrive_later(doors: OpenDoors) -> None:
    case = await open_case(doors.running)
    await until_empty(doors.running)
    doors.nats.server.kill()
    sent = [await notify_police(case)]
    facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}
    sent += [await case.vt.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")]) for _ in range(3)]
    assert await waiting(doors.running) == 5
    doors.nats.server.start()
    doors.running.hands.pass_time(timedelta(minutes=5))
    await until_empty(doors.running)
    items = await doors.inbox(POL, urgent=False, count=6)
    hub_key = doors.running.world.registry.hub_key
    arrived = [Stamp.parse_bytes(hub_key.verify(item["stempel"], typ=STAMP)) for item in items]
    numbers = sorted(s.volgnummer for s in arrived if s.ontvanger.rol == "politie_hovj")
    assert numbers == [1, 2, 3, 4]
    assert {s.bericht_id for s in arrived} == {m.message_id for m in sent} | {case.request.message_id}


async def test_many_waiting_copies_go_in_batches_and_each_once(doors: OpenDoors) -> None:
    case = await open_case(doors.running)
    await notify_police(case)
    await until_empty(doors.running)
    await doors.inbox(POL, urgent=False, count=3)
    doors.nats.server.kill()
    facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}
    for _ in range(20):
        await case.vt.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")])
    doors.nats.server.start()
    doors.running.hands.pass_time(timedelta(minutes=5))
    await until_empty(doors.running)
    found = [each for each in await kept(doors.nats) if f".{POL}." in each.subject]
    assert len({each.publish_id for each in found}) == len(found) == 20
    assert Counter(each.batch for each in found if each.batch).total() >= ALONE_BELOW


@pytest.mark.parametrize("known", [Published.STORED, Published.IN_DOUBT])
async def test_a_relay_whose_claim_ran_out_while_it_published_changes_nothing_any_more(
    doors: OpenDoors, known: Published
) -> None:
    """Slow, not dead: another one published and recorded meanwhile, and the node may have answered."""
    relay, hub, slow = doors.hub.relay, doors.running, timedelta(minutes=1)
    assert relay is not None
    case = await open_case(hub)
    await until_empty(hub)
    await doors.inbox(GEM, urgent=False, count=1)
    doors.nats.server.kill()
    sent = await notify_police(case)
    end = rfc3339(hub.hands.now + slow)
    mine = await asyncio.to_thread(
        claim, hub.store.engines, now=end, until=end, urgent_until=end, limit=len(sent.copies)
    )
    assert {each.row.copy_id for each in mine} == {context.kopie_id for context, _ in sent.copies}
    doors.nats.server.start()
    hub.hands.pass_time(slow * 5)
    await until_empty(hub)
    police = hub.node(POL, "politie_hovj", "pol-0007")
    assert (await doors.over_nats(Verb.RECEIPT, POL, police.receipt(sent, "technisch"))).status == 200
    await until_empty(hub)
    before = await standings(hub)
    ready = [message for message in map(relay._outgoing, mine) if isinstance(message, Outgoing)]
    async with doors.nats.hub() as client:
        assert [each.published for each in await publish(client, ready)] == [Published.STORED] * len(mine)
        subjects = dict(await stored(client))
    assert sum(count for subject, count in subjects.items() if f".{POL}.U1." in subject) == len(mine)
    await relay._record([(each, known) for each in mine], hub.hands.now)
    assert await standings(hub) == before
    assert await waiting(hub) == 0


async def standings(hub: RunningHub) -> list[tuple[str, int, str | None]]:
    """How far each copy is."""
    query = select(deliveries.c.copy_id, deliveries.c.progress, deliveries.c.outcome)
    rows = await hub.store.reader.read(lambda c: c.execute(query.order_by(deliveries.c.copy_id)).all())
    return [(row.copy_id, row.progress, row.outcome) for row in rows]


async def test_a_copy_without_a_technical_receipt_is_published_again_and_then_not_any_more(
    doors: OpenDoors,
) -> None:
    case = await open_case(doors.running)
    await until_empty(doors.running)
    (first,) = await doors.inbox(GEM, urgent=False, count=1)
    doors.running.hands.pass_time(timedelta(hours=9))
    assert doors.hub.relay is not None
    await doors.hub.relay.republish_overdue()
    (again,) = await doors.inbox(GEM, urgent=False, count=1)
    assert again == first
    jurist = doors.running.node(GEM, "gemeente_jurist", "gem-1")
    await doors.over_nats(Verb.RECEIPT, GEM, jurist.receipt(case.request, "technisch"))
    doors.running.hands.pass_time(timedelta(days=9))
    await until_empty(doors.running)
    await doors.hub.relay.republish_overdue()
    ids = await doors.running.store.reader.read(
        lambda c: c.execute(select(outbox.c.copy_id).where(outbox.c.oin == GEM)).scalars().all()
    )
    assert ids == []


async def test_a_copy_whose_case_key_was_destroyed_is_never_published(doors: OpenDoors) -> None:
    case = await open_case(doors.running)
    await until_empty(doors.running)
    doors.nats.server.kill()
    await notify_police(case)
    doors.running.parts.case_keys.destroy(case.case_id)
    doors.nats.server.start()
    doors.running.hands.pass_time(timedelta(minutes=5))
    await until_empty(doors.running)
    async with doors.nats.hub() as client:
        subjects = dict(await stored(client))
    assert not any("kennisgeving" in subject for subject in subjects)
    outcomes = await doors.running.store.reader.read(
        lambda c: (
            c.execute(select(deliveries.c.outcome).where(deliveries.c.role == "politie_hovj")).scalars().all()
        )
    )
    assert outcomes == ["dood"]


async def test_the_relay_keeps_signed_checkpoints_of_committed_heads_only(doors: OpenDoors) -> None:
    await open_case(doors.running)
    assert doors.hub.relay is not None
    await doors.hub.relay.keep_checkpoint()
    await doors.hub.relay.keep_checkpoint()
    notes = await doors.running.store.reader.read(lambda c: c.execute(select(checkpoints)).all())
    key = VerifierKey.parse(doors.running.world.registry.log_key)
    for row in notes:
        assert open_checkpoint(row.note, key).checkpoint.size == row.size
    assert notes
    states = await doors.running.store.reader.read(
        lambda c: c.execute(select(deliveries.c.progress)).scalars().all()
    )
    assert set(states) <= {0, 1}
