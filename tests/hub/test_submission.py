"""Plan and submission through the desk, with the real policies: what is accepted, and what stands on record then."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, func, select

from audit.checkpoint import open_checkpoint
from audit.note import VerifierKey
from audit.tree import verify_inclusion
from gateway.hub.storage.tables import (
    assignments,
    case_states,
    cases,
    decisions,
    deliveries,
    log_leaves,
    messages,
    outbox,
)
from gateway.protocol.stamp import STAMP, Stamp
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


async def test_a_planned_screening_reaches_the_police_with_everything_on_record(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    plan = await case.vt.plan(
        KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj"), (POL, "politie_wijkagent")]
    )
    assert plan.answer.status == 200, plan.answer.body
    assert plan.answer.body["handeling"] == "spoed_zonder_weegteam"
    assert plan.answer.body["toestand"] == "verzoek_ingediend"
    hovj, wijkagent = plan.answer.body["ontvangers"]
    by_field = {f["veld"]: f for f in wijkagent["velden"]}
    assert by_field["onderbouwing_gevaar"]["besluit"] != "allow"
    assert {f["veld"]: f for f in hovj["velden"]}["onderbouwing_gevaar"]["besluit"] == "allow"

    draft = case.vt.draft(plan.answer.body, KENNISGEVING_FACTS)
    reply = await case.vt.submit(draft)
    answer = reply.answer.body
    assert reply.answer.status == 200, answer
    assert answer["toestand"] == "screening_gepland"
    assert [(d["rol"], d["status"], d["volgnummer"]) for d in answer["afleveringen"]] == [
        ("politie_hovj", "wacht", 1),
        ("politie_wijkagent", "wacht", 1),
    ]
    await _check_record(each_hub, case.case_id)


async def _check_record(hub: RunningHub, case_id: str) -> None:
    def load(c: Connection) -> tuple[Any, ...]:
        return (
            c.execute(select(cases.c.state).where(cases.c.case_id == case_id)).scalar(),
            [r.act for r in c.execute(select(case_states).order_by(case_states.c.position))],
            [
                tuple(r)
                for r in c.execute(select(assignments.c.oin, assignments.c.staff, assignments.c.basis))
            ],
            c.execute(select(func.count()).select_from(messages)).scalar(),
            c.execute(select(func.count()).select_from(outbox)).scalar(),
            [r.stamp for r in c.execute(select(deliveries))],
            {json.loads(r.body)["wat"] for r in c.execute(select(log_leaves))},
            c.execute(select(func.count()).select_from(decisions)).scalar(),
        )

    state, acts, assigned, sent, waiting, stamps, events, decided = await hub.store.reader.read(load)
    assert state == "screening_gepland"
    assert acts == ["verzoek_indienen", "spoed_zonder_weegteam"]
    assert assigned == [(VT, "vt-0001", "opening")]
    assert (sent, waiting) == (2, 4)
    for stamp in stamps:
        Stamp.parse_bytes(hub.world.registry.hub_key.verify(stamp, typ=STAMP))
    assert {
        "bericht:plan:opgesteld",
        "bericht:inzending:aanvaard",
        "bericht:kopie:verstrekt",
        "zaak:zaak:geopend",
        "zaak:handeling:uitgevoerd",
    } <= events
    assert decided >= 4


async def test_the_answer_proves_that_the_leaf_is_in_the_log(hub: RunningHub) -> None:
    case = await open_case(hub)
    plan = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    answer = (await case.vt.submit(case.vt.draft(plan.answer.body, KENNISGEVING_FACTS))).answer.body
    proof = answer["bewijs"]
    checkpoint = open_checkpoint(
        proof["checkpoint"], VerifierKey.parse(hub.world.registry.log_key)
    ).checkpoint
    verify_inclusion(
        leaf_hash=bytes.fromhex(proof["leafSha256"]),
        index=proof["leafIndex"],
        size=checkpoint.size,
        path=[bytes.fromhex(step) for step in proof["pad"]],
        root=checkpoint.root,
    )


async def test_a_verbatim_retry_gets_the_same_bytes_whatever_its_age(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    plan = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    draft = case.vt.draft(plan.answer.body, KENNISGEVING_FACTS)
    first = await case.vt.submit(draft)
    await notify_police(case)
    each_hub.hands.pass_time(timedelta(days=30))
    again = await case.vt.submit(draft)
    assert again.answer.status == 200
    assert again.answer.to_bytes() == first.answer.to_bytes()


async def test_ten_identical_submissions_at_once_are_one_message_with_one_answer(
    each_hub: RunningHub,
) -> None:
    case = await open_case(each_hub)
    plan = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    draft = case.vt.draft(plan.answer.body, KENNISGEVING_FACTS)
    replies = await asyncio.gather(*(case.vt.submit(draft) for _ in range(10)))
    assert {reply.answer.status for reply in replies} == {200}
    assert len({reply.answer.to_bytes() for reply in replies}) == 1
    count = await each_hub.store.reader.read(
        lambda c: c.execute(select(func.count()).select_from(messages)).scalar()
    )
    assert count == 2


async def test_many_messages_in_one_case_at_once_are_all_numbered_without_gaps(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    await notify_police(case)
    facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}
    await asyncio.gather(
        *(case.vt.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")]) for _ in range(8))
    )
    numbers = await each_hub.store.reader.read(
        lambda c: (
            c.execute(
                select(deliveries.c.number)
                .where(deliveries.c.role == "politie_hovj")
                .order_by(deliveries.c.number)
            )
            .scalars()
            .all()
        )
    )
    assert numbers == list(range(1, 10))


async def test_two_openings_of_one_case_at_once_open_it_once(each_hub: RunningHub) -> None:
    vt = each_hub.node(VT, "vt_procescoordinator", "vt-0001")
    case_id = str(uuid4())
    plan = await vt.plan(VERZOEK, case_id, VERZOEK_FACTS, [(POL, "politie_weegteam")], opening_in=DWELLING)
    drafts = [vt.draft(plan.answer.body, VERZOEK_FACTS, opening_in=DWELLING) for _ in range(2)]
    replies = await asyncio.gather(*(vt.submit(draft) for draft in drafts))
    assert sorted(reply.answer.status for reply in replies) == [200, 409]
    assert {r.answer.body.get("code") for r in replies} == {None, "zaak-bestaat-al"}
