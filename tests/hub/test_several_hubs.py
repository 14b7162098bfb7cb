"""Several three_hubs on one PostgreSQL: one truth, one log, numbers without gaps, each message once."""

import asyncio
from uuid import uuid4

from sqlalchemy import select

from audit.tree import root_at
from gateway.hub.storage.log_reading import committed_head
from gateway.hub.storage.outbox import claim
from gateway.hub.storage.rows import OutboxRow
from gateway.hub.storage.tables import case_states, deliveries, log_leaves, log_nodes, messages
from tests.hub.makers import (
    DWELLING,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    RunningHub,
    notify_police,
    open_case,
)


async def test_one_submission_at_three_hubs_at_once_is_one_message_with_one_answer(
    three_hubs: list[RunningHub],
) -> None:
    case = await open_case(three_hubs[0])
    plan = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    draft = case.vt.draft(plan.answer.body, KENNISGEVING_FACTS)
    nodes = [hub.node(VT, "vt_procescoordinator", "vt-0001") for hub in three_hubs]
    replies = await asyncio.gather(*(node.submit(draft) for node in nodes * 3))
    assert {reply.answer.status for reply in replies} == {200}
    assert len({reply.answer.to_bytes() for reply in replies}) == 1
    acts = await three_hubs[0].store.reader.read(
        lambda c: c.execute(select(case_states.c.act).order_by(case_states.c.position)).scalars().all()
    )
    assert acts == ["verzoek_indienen", "spoed_zonder_weegteam"]


async def test_an_act_that_two_hubs_try_at_once_is_taken_once(three_hubs: list[RunningHub]) -> None:
    case = await open_case(three_hubs[0])
    plan = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    nodes = [hub.node(VT, "vt_procescoordinator", "vt-0001") for hub in three_hubs]
    drafts = [node.draft(plan.answer.body, KENNISGEVING_FACTS) for node in nodes]
    replies = await asyncio.gather(*(node.submit(d) for node, d in zip(nodes, drafts, strict=True)))
    assert sorted(reply.answer.status for reply in replies) == [200, 409, 409]
    assert {r.answer.body["code"] for r in replies if r.answer.status == 409} == {"plan-verouderd"}


async def test_the_log_and_the_numbers_of_three_busy_hubs_are_whole(three_hubs: list[RunningHub]) -> None:
    case = await open_case(three_hubs[0])
    await notify_police(case)
    facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}

    async def work(hub: RunningHub) -> None:
        node = hub.node(VT, "vt_procescoordinator", "vt-0001")
        for _ in range(3):
            await node.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")])
            await node.send(
                VERZOEK, str(uuid4()), VERZOEK_FACTS, [(POL, "politie_weegteam")], opening_in=DWELLING
            )

    await asyncio.gather(*(work(hub) for hub in three_hubs))
    numbers, indexes, nodes, head, count = await three_hubs[0].store.reader.read(
        lambda c: (
            c.execute(
                select(deliveries.c.number)
                .where(deliveries.c.case_id == case.case_id, deliveries.c.role == "politie_hovj")
                .order_by(deliveries.c.number)
            )
            .scalars()
            .all(),
            c.execute(
                select(log_leaves.c.leaf_index, log_leaves.c.hash).order_by(log_leaves.c.leaf_index)
            ).all(),
            c.execute(select(log_nodes)).all(),
            committed_head(c),
            len(c.execute(select(messages.c.message_id)).all()),
        )
    )
    assert numbers == list(range(1, 11))
    assert count == 2 + 18
    assert [row.leaf_index for row in indexes] == list(range(head.size))
    stored = {(n.level, n.node_index): n.hash for n in nodes} | {(0, r.leaf_index): r.hash for r in indexes}
    assert root_at(head.size, lambda level, index: stored[level, index]) == head.root()


async def claimed(hub: RunningHub, now: str, *, limit: int = 50) -> list[OutboxRow]:
    """What one relay gets at this time, in seconds of a minute; its claims end at 30, those of U0 at 05."""
    found = await asyncio.to_thread(
        claim, hub.store.engines, now=at(now), until=at("30"), urgent_until=at("05"), limit=limit
    )
    return [waiting.row for waiting in found]


def at(second: str) -> str:
    return f"2026-03-02T00:00:{second}.000Z"


async def test_two_relays_never_claim_the_same_row(three_hubs: list[RunningHub]) -> None:
    for _ in range(4):
        await open_case(three_hubs[0])
    claims = await asyncio.gather(*(claimed(hub, "00", limit=5) for hub in three_hubs))
    ids = [row.publish_id for mine in claims for row in mine]
    assert len(ids) == len(set(ids)) == 8
    assert await claimed(three_hubs[0], "00") == []
    assert {row.publish_id for row in await claimed(three_hubs[0], "30")} == set(ids)


async def test_what_a_dead_relay_had_claimed_of_u0_is_free_long_before_the_rest(
    three_hubs: list[RunningHub],
) -> None:
    first, second, _ = three_hubs
    case = await open_case(first)
    await notify_police(case)
    facts = KENNISGEVING_FACTS | {"spoedeisendheid": "nu"}
    await case.vt.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")])
    held = await claimed(first, "00")
    assert held[0].urgency == "U0"
    assert {row.urgency for row in held[1:]} == {"U1", "U2"}
    assert await claimed(second, "04") == []
    assert [row.publish_id for row in await claimed(second, "05")] == [held[0].publish_id]
    assert {row.publish_id for row in await claimed(second, "30")} == {row.publish_id for row in held}
