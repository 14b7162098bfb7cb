"""The quota per recipient: who sends to a mailbox that is full hears it, nothing is stored, and U0 has its own room."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select

from gateway.hub.storage.backlog import Line, waiting_copies
from gateway.hub.storage.deliveries import Progress
from gateway.hub.storage.tables import UNDELIVERED, deliveries, log_leaves, messages, submissions
from gateway.hub.usecases.allowance import DEFAULT_ALLOWANCES, Allowances
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.problem_answers import Reply
from gateway.hub.usecases.quota import Quota
from gateway.protocol.subjects import Verb
from tests.hub.conftest import PolicyServer
from tests.hub.doors import open_doors
from tests.hub.makers import (
    DWELLING,
    ELDERS,
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    Draft,
    OpenCase,
    RunningHub,
    notify_police,
    open_case,
)

ORDINARY = KENNISGEVING_FACTS | {"zonder_weegteam": False}
URGENT = ORDINARY | {"spoedeisendheid": "nu"}
TO_POLICE = [(POL, "politie_hovj")]


def with_quota(hub: RunningHub, *, ordinary: int = 1000, urgent: int = 1000) -> RunningHub:
    parts = replace(hub.parts, quota=Quota(ordinary=ordinary, urgent=urgent))
    desk = Desk(parts, Allowances(DEFAULT_ALLOWANCES, lambda: hub.hands.monotonic_s))
    return replace(hub, parts=parts, desk=desk)


async def case_in(hub: RunningHub) -> OpenCase:
    """A case in which the police were notified: three copies wait for them."""
    case = await open_case(hub)
    await notify_police(case)
    return case


async def notice(case: OpenCase, facts: dict[str, object] = ORDINARY) -> tuple[Draft, Reply]:
    plan = await case.vt.plan(KENNISGEVING, case.case_id, facts, TO_POLICE)
    draft = case.vt.draft(plan.answer.body, facts)
    return draft, await case.vt.submit(draft)


async def stored(hub: RunningHub) -> list[int]:
    tables = (messages, submissions, log_leaves, deliveries)
    return await hub.store.reader.read(
        lambda c: [c.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
    )


async def test_a_full_mailbox_refuses_with_reason_and_time_and_stores_nothing(each_hub: RunningHub) -> None:
    hub = with_quota(each_hub, ordinary=4)
    case = await case_in(hub)
    assert (await notice(case))[1].answer.status == 200
    plan = await case.vt.plan(KENNISGEVING, case.case_id, ORDINARY, TO_POLICE)
    before = await stored(hub)
    reply = await case.vt.submit(case.vt.draft(plan.answer.body, ORDINARY))
    assert (reply.answer.status, reply.answer.body["code"]) == (503, "postvak-vol")
    assert POL in reply.answer.body["detail"]
    assert reply.headers == {"Retry-After": "60"}
    assert await stored(hub) == before


async def test_the_same_bytes_are_accepted_once_there_is_room(each_hub: RunningHub) -> None:
    hub = with_quota(each_hub, ordinary=3)
    case = await case_in(hub)
    draft, refused = await notice(case)
    assert refused.answer.status == 503
    weegteam = hub.node(POL, "politie_weegteam", "pol-0001")
    receipt = await hub.ask(Verb.RECEIPT, POL, weegteam.receipt(case.request, "technisch"))
    assert receipt.answer.status == 200
    assert (await case.vt.submit(draft)).answer.status == 200
    assert (await notice(case))[1].answer.status == 503


async def test_urgent_messages_have_a_reserve_of_their_own(hub: RunningHub) -> None:
    hub = with_quota(hub, ordinary=3, urgent=2)
    case = await case_in(hub)
    assert (await notice(case))[1].answer.body["code"] == "postvak-vol"
    assert [(await notice(case, URGENT))[1].answer.status for _ in range(2)] == [200, 200]
    _, refused = await notice(case, URGENT)
    assert (refused.answer.status, refused.headers) == (503, {"Retry-After": "5"})


async def test_urgent_messages_do_not_take_the_room_of_the_others(hub: RunningHub) -> None:
    hub = with_quota(hub, ordinary=4, urgent=2)
    case = await case_in(hub)
    for _ in range(3):
        await notice(case, URGENT)
    assert (await notice(case))[1].answer.status == 200


async def test_a_full_mailbox_tells_nothing_about_cases(hub: RunningHub) -> None:
    """Whoever may not send there gets the answer that an unknown case gets, and not that the mailbox is full."""
    hub = with_quota(hub, ordinary=3)
    case = await case_in(hub)
    plan = await case.vt.plan(KENNISGEVING, case.case_id, ORDINARY, TO_POLICE)
    stranger = hub.node(ELDERS, "gemeente_jurist", "els-1")
    answers = []
    for case_id in (case.case_id, str(uuid4())):
        draft = stranger.draft(plan.answer.body | {"zaakId": case_id}, ORDINARY)
        answers.append((await stranger.submit(draft)).answer)
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].body == answers[1].body


async def test_what_is_counted_is_what_no_node_stored(each_hub: RunningHub) -> None:
    case = await case_in(each_hub)
    await notice(case, URGENT)

    async def waiting() -> dict[Line, int]:
        return await each_hub.store.reader.read(lambda c: waiting_copies(c, [POL, GEM, VT]))

    assert await waiting() == {Line(POL, False): 3, Line(POL, True): 1, Line(GEM, False): 1}
    jurist = each_hub.node(GEM, "gemeente_jurist", "gem-1")
    await each_hub.ask(Verb.RECEIPT, GEM, jurist.receipt(case.request, "technisch"))
    assert await waiting() == {Line(POL, False): 3, Line(POL, True): 1}
    assert int(Progress.TECHNISCH) == 2  # the number that stands in the index


async def test_counting_takes_the_index_of_what_waits_and_no_scan(each_hub: RunningHub) -> None:
    count = select(func.count()).where(UNDELIVERED, deliveries.c.oin.in_([POL]))
    explain = "EXPLAIN QUERY PLAN" if each_hub.store.engines.is_sqlite else "EXPLAIN"

    def plan() -> str:
        with each_hub.store.engines.writing.connect() as connection:
            if (
                not each_hub.store.engines.is_sqlite
            ):  # an empty table is quicker to scan, and PostgreSQL knows
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            text = count.compile(connection, compile_kwargs={"literal_binds": True})
            return str(connection.exec_driver_sql(f"{explain} {text}").all())

    assert "ix_deliveries_undelivered" in await asyncio.to_thread(plan)


async def test_both_doors_say_when_to_come_back(opa: PolicyServer, tmp_path: Path, database_url: str) -> None:
    async with open_doors(
        tmp_path,
        opa_port=opa.port,
        revision=opa.revision,
        database_url=database_url,
        quota=Quota(ordinary=3, urgent=1),
    ) as doors:
        case = await case_in(doors.running)
        plan = await case.vt.plan(KENNISGEVING, case.case_id, ORDINARY, TO_POLICE)
        body = case.vt.draft(plan.answer.body, ORDINARY).body
        heard = [await door(Verb.SUBMIT, VT, body) for door in (doors.over_nats, doors.over_https)]
        assert [(h.status, h.json["code"], h.retry_after) for h in heard] == [(503, "postvak-vol", "60")] * 2


async def test_hubs_that_race_exceed_the_quota_by_what_is_under_way_and_no_more(
    three_hubs: list[RunningHub],
) -> None:
    under_way = 2  # requests at once at each hub
    hubs = [with_quota(hub, ordinary=6) for hub in three_hubs]

    async def flood(hub: RunningHub) -> list[int]:
        node, statuses = hub.node(VT, "vt_procescoordinator", "vt-0001"), []
        for _ in range(8):
            case_id = str(uuid4())
            to = [(POL, "politie_weegteam")]
            plan = await node.plan(VERZOEK, case_id, VERZOEK_FACTS, to, opening_in=DWELLING)
            reply = await node.submit(node.draft(plan.answer.body, VERZOEK_FACTS, opening_in=DWELLING))
            statuses.append(reply.answer.status)
        return statuses

    found = await asyncio.gather(*(flood(hub) for hub in hubs * under_way))
    accepted = sum(statuses.count(200) for statuses in found)
    assert {status for statuses in found for status in statuses} == {200, 503}
    assert 6 <= accepted <= 6 + len(three_hubs) * under_way - 1
    assert all(statuses[-1] == 503 for statuses in found)
    waiting = await three_hubs[0].store.reader.read(lambda c: waiting_copies(c, [POL]))
    assert waiting == {Line(POL, False): accepted}
