"""Hub, agency system or the node itself away at the worst moment: nothing is lost, nothing comes twice."""

import json
from datetime import timedelta

import pytest

from gateway.domain.errors import PlanStale, Refused
from gateway.domain.identifiers import new_id
from gateway.local.registry_file import POLICE, VEILIG_THUIS
from gateway.node.storage import outbox, sent
from gateway.node.storage.database import Database
from gateway.node.storage.owner import DatabaseInUse
from gateway.node.usecases.overview import signals
from gateway.node.usecases.receive import receive_item
from gateway.node.usecases.send import OWN_TRY, send_message
from gateway.node.usecases.watch import report_gaps
from gateway.protocol.plan import Plan, PlanRequest
from gateway.protocol.subjects import Verb
from tests.node.makers import (
    HOVJ,
    HOVJ_ON_DUTY,
    PROCESCOORDINATOR,
    WIJKAGENT,
    Exchange,
    kennisgeving,
    kennisgeving_content,
)


async def state_of(exchange: Exchange, message_id: str) -> str:
    message = await exchange.vt.parts.database.read(lambda c: sent.find_message(c, message_id))
    assert message is not None
    return message.state


def planned_then_down(exchange: Exchange) -> None:
    """The hub gives a plan, and is away when the submission comes."""
    honest = exchange.hub.plan

    def plan(request: PlanRequest) -> Plan:
        exchange.hub.down = True
        return honest(request)

    exchange.hub.plan = plan  # type: ignore[method-assign]


def hub_back(exchange: Exchange, *, after: timedelta = OWN_TRY) -> None:
    del exchange.hub.plan  # the honest one of the class is back
    exchange.hub.down = False
    exchange.clock.now += after


async def test_without_the_hub_nothing_is_stored_and_the_sender_is_told(exchange: Exchange) -> None:
    exchange.hub.down = True
    with pytest.raises(Exception, match="hub-onbereikbaar"):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    assert await exchange.vt.parts.database.read(outbox.size) == 0


async def test_a_message_that_could_not_be_submitted_goes_by_itself_with_the_same_bytes(
    exchange: Exchange,
) -> None:
    planned_then_down(exchange)
    draft = kennisgeving()
    first = await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    assert first.is_waiting
    stored = await exchange.vt.parts.database.read(lambda c: sent.find_message(c, draft.message_id))
    hub_back(exchange)
    await exchange.vt.report()
    assert stored is not None
    assert exchange.hub.bodies == [stored.body]
    assert await state_of(exchange, draft.message_id) == "aangenomen"


async def test_a_lost_answer_is_fetched_with_the_same_bytes_and_nothing_is_accepted_twice(
    exchange: Exchange,
) -> None:
    draft = kennisgeving()
    honest = exchange.hub.plan

    def plan(request: PlanRequest) -> Plan:
        exchange.hub.lose_answers = 2
        return honest(request)

    exchange.hub.plan = plan  # type: ignore[method-assign]
    with pytest.raises(Exception, match="hub-onbereikbaar"):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)  # the plan's own answer is lost
    exchange.hub.lose_answers = 0
    del exchange.hub.plan
    exchange.hub.lose_answers = 0
    sent_now = await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    assert not sent_now.is_waiting

    other = kennisgeving(case_id=draft.case_id)
    await submit_with_lost_answer(exchange, other)
    exchange.clock.now += timedelta(minutes=30)  # older than a signature may be: the look-up comes first
    await exchange.vt.report()
    assert exchange.hub.bodies[-1] == exchange.hub.bodies[-2]
    assert await state_of(exchange, other.message_id) == "aangenomen"
    await exchange.police.round()
    assert len(exchange.police.system.kept) == 2


async def submit_with_lost_answer(exchange: Exchange, draft: object) -> None:
    """The hub accepts the message; its answer does not reach the node."""
    judged = exchange.hub._judged

    def judge(oin: str, body: bytes) -> object:
        exchange.hub.lose_answers = 1
        return judged(oin, body)

    exchange.hub._judged = judge  # type: ignore[method-assign, assignment]
    result = await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)  # type: ignore[arg-type]
    assert result.is_waiting
    del exchange.hub._judged


async def test_a_signature_that_became_too_old_is_renewed_and_the_old_bytes_are_void(
    exchange: Exchange,
) -> None:
    planned_then_down(exchange)
    draft = kennisgeving()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    hub_back(exchange, after=timedelta(minutes=30))
    await exchange.vt.report()
    assert len(exchange.hub.bodies) == 2
    old, new = exchange.hub.bodies
    assert old != new
    refused = exchange.hub.answer(Verb.SUBMIT, VEILIG_THUIS.oin, old)
    assert (refused.status, refused.body["code"]) == (409, "handtekening-verlopen")
    await exchange.police.round()
    assert len(exchange.police.system.kept) == 1


async def test_a_plan_that_became_stale_is_followed_by_a_new_one_without_a_false_alarm(
    exchange: Exchange,
) -> None:
    draft = kennisgeving(recipients=[HOVJ, WIJKAGENT])
    honest = exchange.hub.plan
    asked: list[PlanRequest] = []

    def plan(request: PlanRequest) -> Plan:
        made = honest(request)
        if not asked:
            exchange.hub.policy.revision = "2"
            exchange.hub.policy.choices["politie_wijkagent"] = {"onderbouwing_gevaar": "deny"}
        asked.append(request)
        return made

    exchange.hub.plan = plan  # type: ignore[method-assign]
    assert not (await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)).is_waiting
    assert len(exchange.hub.bodies) == 2
    contexts = [s.context for s in exchange.hub.accepted[draft.message_id].statements]
    assert [(c.afzendernummer, c.ongebruikt) for c in contexts] == [(2, [1]), (2, [1])]
    await exchange.police.round()
    wijkagent = next(d for d in exchange.police.system.kept.values() if d.role == "politie_wijkagent")
    assert "onderbouwing_gevaar" not in wijkagent.content
    exchange.clock.now += timedelta(days=3)
    assert await report_gaps(exchange.police.parts) == 0


async def test_a_plan_that_never_stands_still_is_given_up_and_nothing_is_sent(exchange: Exchange) -> None:
    honest, count = exchange.hub.plan, iter(range(100))

    def plan(request: PlanRequest) -> Plan:
        exchange.hub.policy.revision = str(next(count))
        return honest(request)

    exchange.hub.plan = plan  # type: ignore[method-assign]
    draft = kennisgeving()
    with pytest.raises(PlanStale):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    assert await state_of(exchange, draft.message_id) == "geweigerd"
    assert len(exchange.hub.bodies) == 3
    assert exchange.hub.accepted == {}
    with pytest.raises(PlanStale):  # the same request again gets its first result
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    assert len(exchange.hub.bodies) == 3


async def test_the_number_of_a_refused_message_is_named_as_unused_by_the_next(exchange: Exchange) -> None:
    case = new_id()
    honest = exchange.hub.plan

    def plan_then_refuse(request: PlanRequest) -> Plan:
        made = honest(request)
        exchange.hub.policy.refusal = Refused(rule="S_toestand", article="art. 3")
        return made

    exchange.hub.plan = plan_then_refuse  # type: ignore[method-assign]
    with pytest.raises(Refused):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(case_id=case))
    del exchange.hub.plan
    exchange.hub.policy.refusal = None
    for _ in range(2):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(case_id=case))
    numbers = [
        (s.context.afzendernummer, s.context.ongebruikt)
        for r in exchange.hub.accepted.values()
        for s in r.statements
    ]
    assert numbers == [(2, [1]), (3, [])]


async def test_messages_of_one_case_do_not_overtake_each_other(exchange: Exchange) -> None:
    case = new_id()
    planned_then_down(exchange)
    first = kennisgeving(case_id=case)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, first)
    hub_back(exchange, after=timedelta(0))
    second = kennisgeving(case_id=case)
    assert (await send_message(exchange.vt.parts, PROCESCOORDINATOR, second)).is_waiting
    exchange.clock.now += OWN_TRY
    await exchange.vt.report()
    assert list(exchange.hub.accepted) == [first.message_id, second.message_id]
    await exchange.police.round()
    assert [d.message_id for d in exchange.police.system.kept.values()] == list(exchange.hub.accepted)


async def test_a_node_that_dies_after_signing_sends_the_same_bytes_when_it_is_back(
    exchange: Exchange,
) -> None:
    planned_then_down(exchange)
    draft = kennisgeving()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    stored = await exchange.vt.parts.database.read(lambda c: sent.find_message(c, draft.message_id))
    hub_back(exchange)
    exchange.restart(VEILIG_THUIS)
    await exchange.vt.report()
    assert stored is not None
    assert exchange.hub.bodies == [stored.body]
    await exchange.police.round()
    assert len(exchange.police.system.kept) == 1


async def test_a_node_that_dies_between_storing_and_acknowledging_delivers_once(exchange: Exchange) -> None:
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    police = exchange.police
    (message,) = await police.inbox.fetch(urgent=False)
    await receive_item(police.parts, message.data)  # stored, and dead before the acknowledgement
    exchange.restart(POLICE)
    assert len(exchange.hub.inbox(POLICE.oin).waiting[False]) == 1
    await exchange.police.round()
    (copy,) = exchange.hub.copies.values()
    assert copy.receipts == ["technisch", "functioneel"]
    assert len(police.system.offered) == 1


async def test_a_hub_that_does_not_know_our_receipt_gets_the_same_one_again(exchange: Exchange) -> None:
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    await exchange.police.round()
    (copy_id,) = exchange.hub.copies
    exchange.hub.deliver(copy_id)
    await exchange.police.round()
    assert exchange.hub.copies[copy_id].receipts == ["technisch", "functioneel", "technisch"]
    assert len(exchange.police.system.offered) == 1


async def test_a_node_that_dies_between_handing_over_and_recording_hands_over_once(
    exchange: Exchange,
) -> None:
    """The copy is offered twice under one id; the agency's system keeps it once."""
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    await exchange.police.receive()
    exchange.police.system.dies_after_keeping = 1
    assert await exchange.police.hand_over() == 0
    exchange.restart(POLICE)
    await exchange.police.round()
    (copy,) = exchange.hub.copies.values()
    assert len(exchange.police.system.offered) == 2
    assert len(exchange.police.system.kept) == 1
    assert copy.receipts == ["technisch", "functioneel"]


async def test_an_agency_system_that_is_away_loses_nothing_and_gets_nothing_twice(exchange: Exchange) -> None:
    case = new_id()
    exchange.police.system.is_down = True
    for _ in range(3):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(case_id=case))
    await exchange.police.round()
    assert exchange.police.system.kept == {}
    assert all(copy.receipts == ["technisch"] for copy in exchange.hub.copies.values())
    exchange.police.system.is_down = False
    exchange.clock.now += timedelta(minutes=2)
    await exchange.police.round()
    assert [d.message_id for d in exchange.police.system.kept.values()] == list(exchange.hub.accepted)
    assert all(copy.receipts == ["technisch", "functioneel"] for copy in exchange.hub.copies.values())


async def test_a_copy_that_one_agency_system_refuses_holds_up_its_own_case_only(exchange: Exchange) -> None:
    stuck, free = new_id(), new_id()
    for case in (stuck, stuck, free):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(case_id=case))
    system = exchange.police.system
    deliver = system.deliver

    async def picky(delivery: object) -> object:
        if delivery.case_id == stuck:  # type: ignore[attr-defined]
            raise ValueError("no")
        return await deliver(delivery)  # type: ignore[arg-type]

    system.deliver = picky  # type: ignore[method-assign, assignment]
    await exchange.police.round()
    assert [d.case_id for d in system.kept.values()] == [free]
    del system.deliver
    exchange.clock.now += timedelta(minutes=2)
    await exchange.police.round()
    assert [d.case_id for d in system.kept.values()] == [free, stuck, stuck]
    assert all(d.marks == () for d in system.kept.values())


async def test_a_second_process_on_the_same_file_refuses_to_start(exchange: Exchange) -> None:
    assert exchange.police is exchange.police
    with pytest.raises(DatabaseInUse):
        Database(exchange.directory / f"{POLICE.oin}.db")


async def test_storage_that_fails_gives_the_item_back_and_takes_it_in_later(exchange: Exchange) -> None:
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    police = exchange.police
    police.parts.database._writing.dispose()
    file = exchange.directory / f"{POLICE.oin}.db"
    aside = file.with_suffix(".aside")
    file.rename(aside)
    file.mkdir()  # what is no file cannot be opened
    await police.receive()
    assert len(exchange.hub.inbox(POLICE.oin).waiting[False]) == 1
    file.rmdir()
    aside.rename(file)
    await police.round()
    assert len(police.system.kept) == 1


async def test_a_message_that_the_hub_drops_is_noticed_by_the_senders_count(exchange: Exchange) -> None:
    case = new_id()
    for _ in range(3):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(case_id=case))
    waiting = exchange.hub.inbox(POLICE.oin).waiting[False]
    del waiting[1]
    await exchange.police.round()
    assert await report_gaps(exchange.police.parts) == 0  # it may still be under way
    exchange.clock.now += timedelta(minutes=15)
    assert await report_gaps(exchange.police.parts) == 1
    assert await report_gaps(exchange.police.parts) == 0
    found = await signals(exchange.police.parts, HOVJ_ON_DUTY)
    assert [(m.case_id, m.sender_oin, m.number) for m in found.missing] == [(case, VEILIG_THUIS.oin, 2)]


async def test_a_dropped_message_that_comes_after_all_is_no_longer_missing(exchange: Exchange) -> None:
    case = new_id()
    for _ in range(3):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(case_id=case))
    waiting = exchange.hub.inbox(POLICE.oin).waiting[False]
    late = waiting.pop(1)
    await exchange.police.round()
    exchange.clock.now += timedelta(minutes=15)
    await report_gaps(exchange.police.parts)
    exchange.hub.inbox(POLICE.oin).put(late)
    await exchange.police.round()
    assert (await signals(exchange.police.parts, HOVJ_ON_DUTY)).missing == ()
    assert len(exchange.police.system.kept) == 3


async def test_unused_numbers_in_a_submission_survive_its_own_refusal(exchange: Exchange) -> None:
    """Two refusals after each other: the third copy names both numbers."""
    case = new_id()
    for _ in range(2):
        planned_then_down(exchange)
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(case_id=case))
        del exchange.hub.plan
        exchange.hub.down = False
        exchange.hub.policy.refusal = Refused(rule="S_toestand", article="art. 3")
        exchange.clock.now += OWN_TRY
        await exchange.vt.report()
        exchange.hub.policy.refusal = None
    last = kennisgeving(case_id=case, content=kennisgeving_content())
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, last)
    (statement,) = exchange.hub.accepted[last.message_id].statements
    assert (statement.context.afzendernummer, statement.context.ongebruikt) == (3, [1, 2])
    assert json.loads(exchange.hub.bodies[-1])["kopieen"]
