"""An urgent message passes what waits for room at its recipient, unless it rests on it; no number is missed by that."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.errors import Refused, Unavailable
from gateway.domain.identifiers import new_id
from gateway.domain.urgency import ACK_WITHIN, Urgency
from gateway.local.registry_file import VEILIG_THUIS
from gateway.node.storage import outbox
from gateway.node.storage.sender_numbers import Lane, note_number, report_missing
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.overview import signals
from gateway.node.usecases.send import OWN_TRY, send_message
from gateway.node.usecases.watch import report_gaps
from gateway.protocol.exchange import MAILBOX_FULL, Answer
from gateway.protocol.plan import Plan, PlanRequest
from gateway.protocol.submission import identity_of
from tests.node.attacker import Forgery
from tests.node.makers import (
    HOVJ_ON_DUTY,
    NOW,
    PROCESCOORDINATOR,
    Exchange,
    kennisgeving,
    kennisgeving_content,
)
from tests.node.test_failures import hub_back, planned_then_down, state_of

ASKED = timedelta(seconds=60)
LONG = timedelta(days=3)
Planner = Callable[[PlanRequest], Plan]


class Room:
    """Which messages the hub has no room for; all others it judges as always."""

    def __init__(self, exchange: Exchange) -> None:
        self.full: set[str] = set()
        self.tried: list[str] = []
        self._honest = exchange.hub._submit
        exchange.hub._submit = self._submit  # type: ignore[method-assign]

    def _submit(self, oin: str, body: bytes) -> Answer:
        _, message_id = identity_of(body)
        self.tried.append(message_id)
        if message_id not in self.full:
            return self._honest(oin, body)
        problem = {"status": 503, "code": MAILBOX_FULL, "detail": "Er wacht al te veel."}
        return Answer(503, problem, int(ASKED.total_seconds()))


def urgent(case: str) -> Draft:
    return kennisgeving(case_id=case, content=kennisgeving_content(spoedeisendheid="nu"))


async def sent(exchange: Exchange, draft: Draft) -> bool:
    """Whether the hub had it at once."""
    return not (await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)).is_waiting


async def one_without_room(exchange: Exchange, room: Room, case: str) -> Draft:
    draft = kennisgeving(case_id=case)
    room.full.add(draft.message_id)
    assert not await sent(exchange, draft)
    return draft


async def room_again(exchange: Exchange, room: Room) -> None:
    room.full.clear()
    exchange.clock.now += ASKED
    await exchange.vt.report()


def plan_later_as(exchange: Exchange, change: Planner) -> list[PlanRequest]:
    """The next plan is an honest one, every later one is this; what was asked, from now on."""
    honest, asked = exchange.hub.plan, list[PlanRequest]()

    def plan(request: PlanRequest) -> Plan:
        asked.append(request)
        return honest(request) if len(asked) == 1 else change(request)

    exchange.hub.plan = plan  # type: ignore[method-assign]
    return asked


def refuse(_request: PlanRequest) -> Plan:
    raise Refused(rule="G04_toestand", article="art. 3")


async def test_an_urgent_message_passes_one_that_waits_for_room_and_an_ordinary_one_does_not(
    exchange: Exchange,
) -> None:
    room, case = Room(exchange), new_id()
    first = await one_without_room(exchange, room, case)
    assert not await sent(exchange, second := kennisgeving(case_id=case))
    assert await sent(exchange, now := urgent(case))
    assert list(exchange.hub.accepted) == [now.message_id]
    await room_again(exchange, room)
    assert list(exchange.hub.accepted) == [now.message_id, first.message_id, second.message_id]
    assert await exchange.vt.parts.database.read(outbox.size) == 0


async def test_its_recipient_misses_no_number_however_long_the_other_one_waits(exchange: Exchange) -> None:
    room, case = Room(exchange), new_id()
    await one_without_room(exchange, room, case)
    await sent(exchange, urgent(case))
    await sent(exchange, urgent(case))
    contexts = [s.context for received in exchange.hub.accepted.values() for s in received.statements]
    assert [(c.afzendernummer, c.ongebruikt, c.onderweg) for c in contexts] == [(2, [], [1]), (3, [], [1])]
    await exchange.police.round()
    exchange.clock.now += LONG
    assert await report_gaps(exchange.police.parts) == 0
    await room_again(exchange, room)
    assert await sent(exchange, kennisgeving(case_id=case))
    await exchange.police.round()
    exchange.clock.now += LONG
    assert await report_gaps(exchange.police.parts) == 0
    assert len(exchange.police.system.kept) == 4


@pytest.mark.parametrize("with_urgent", [False, True])
async def test_what_waits_behind_one_that_was_signed_again_is_not_missed_either(
    exchange: Exchange, *, with_urgent: bool
) -> None:
    """The older one then has the higher number, and the younger one may wait for days after it."""
    room, case = Room(exchange), new_id()
    first = await one_without_room(exchange, room, case)
    second = kennisgeving(case_id=case)
    room.full.add(second.message_id)
    assert not await sent(exchange, second)
    if with_urgent:
        assert await sent(exchange, urgent(case))
    room.full.remove(first.message_id)
    exchange.clock.now += timedelta(minutes=30)
    await exchange.vt.report()
    assert list(exchange.hub.accepted)[-1] == first.message_id
    context = exchange.hub.accepted[first.message_id].statements[0].context
    assert (context.ongebruikt, context.onderweg) == ([1], [2])
    await exchange.police.round()
    exchange.clock.now += LONG
    assert await report_gaps(exchange.police.parts) == 0
    await room_again(exchange, room)
    assert await sent(exchange, kennisgeving(case_id=case))
    await exchange.police.round()
    exchange.clock.now += LONG
    assert await report_gaps(exchange.police.parts) == 0
    assert len(exchange.police.system.kept) == (4 if with_urgent else 3)


async def test_a_hub_that_drops_what_was_passed_is_noticed_by_the_next_copy(exchange: Exchange) -> None:
    room, case = Room(exchange), new_id()
    await one_without_room(exchange, room, case)
    await sent(exchange, urgent(case))
    await exchange.police.round()
    await room_again(exchange, room)
    dropped = exchange.police.inbox.waiting[False]
    assert len(dropped) == 1
    dropped.clear()
    assert await sent(exchange, kennisgeving(case_id=case))
    await exchange.police.round()
    exchange.clock.now += ACK_WITHIN[Urgency.U1]
    assert await report_gaps(exchange.police.parts) == 1
    missing = (await signals(exchange.police.parts, HOVJ_ON_DUTY)).missing
    assert [each.number for each in missing] == [1]


async def test_what_the_hub_was_not_asked_or_did_not_answer_is_not_passed(exchange: Exchange) -> None:
    """It may have been accepted, and have changed the case."""
    case = new_id()
    planned_then_down(exchange)
    assert not await sent(exchange, first := kennisgeving(case_id=case))
    hub_back(exchange, after=timedelta(0))
    assert not await sent(exchange, now := urgent(case))
    assert exchange.hub.accepted == {}
    exchange.clock.now += OWN_TRY
    await exchange.vt.report()
    assert list(exchange.hub.accepted) == [first.message_id, now.message_id]


async def test_one_that_waited_before_the_other_was_refused_for_room_goes_then(exchange: Exchange) -> None:
    room, case = Room(exchange), new_id()
    planned_then_down(exchange)
    first = kennisgeving(case_id=case)
    room.full.add(first.message_id)
    await sent(exchange, first)
    hub_back(exchange, after=timedelta(0))
    assert not await sent(exchange, now := urgent(case))
    exchange.clock.now += OWN_TRY
    await exchange.vt.report()
    assert list(exchange.hub.accepted) == [now.message_id]


@pytest.mark.parametrize("reason", ["refused", "another act"])
async def test_one_that_rests_on_what_waits_goes_back_behind_it_and_is_asked_about_once(
    exchange: Exchange, reason: str
) -> None:
    room, case = Room(exchange), new_id()
    first = await one_without_room(exchange, room, case)
    honest = exchange.hub.plan

    def other_act(request: PlanRequest) -> Plan:
        return Plan.parse(honest(request).to_json() | {"handeling": "start_screening"})

    asked = plan_later_as(exchange, refuse if reason == "refused" else other_act)
    assert not await sent(exchange, now := urgent(case))
    for _ in range(5):
        exchange.clock.now += ASKED
        await exchange.vt.report()
    assert len(asked) == 2
    assert room.tried == [first.message_id] * 6
    assert await state_of(exchange, now.message_id) == "wacht"
    del exchange.hub.plan
    await room_again(exchange, room)
    assert list(exchange.hub.accepted) == [first.message_id, now.message_id]


async def test_one_that_rests_on_the_first_may_pass_the_second(exchange: Exchange) -> None:
    room, case = Room(exchange), new_id()
    first = await one_without_room(exchange, room, case)
    second = kennisgeving(case_id=case)
    room.full.add(second.message_id)
    assert not await sent(exchange, second)
    plan_later_as(exchange, refuse)
    assert not await sent(exchange, now := urgent(case))
    del exchange.hub.plan
    room.full.remove(first.message_id)
    exchange.clock.now += ASKED
    await exchange.vt.report()
    assert list(exchange.hub.accepted) == [first.message_id, now.message_id]
    assert await state_of(exchange, second.message_id) == "wacht"


async def test_an_urgent_one_passes_another_urgent_one_that_waits_for_room(exchange: Exchange) -> None:
    room, case = Room(exchange), new_id()
    first = urgent(case)
    room.full.add(first.message_id)
    assert not await sent(exchange, first)
    assert await sent(exchange, urgent(case))


async def test_one_that_passed_and_found_no_room_itself_is_not_asked_about_each_time(
    exchange: Exchange,
) -> None:
    room, case = Room(exchange), new_id()
    await one_without_room(exchange, room, case)
    asked = plan_later_as(exchange, exchange.hub.plan)
    room.full.add((now := urgent(case)).message_id)
    assert not await sent(exchange, now)
    for _ in range(3):
        exchange.clock.now += ASKED
        await exchange.vt.report()
    assert room.tried.count(now.message_id) == 4
    assert len(asked) == 2
    room.full.remove(now.message_id)
    exchange.clock.now += ASKED
    await exchange.vt.report()
    assert list(exchange.hub.accepted) == [now.message_id]


async def test_while_no_plan_can_be_had_it_waits_as_for_a_hub_that_is_away(exchange: Exchange) -> None:
    room, case = Room(exchange), new_id()
    await one_without_room(exchange, room, case)

    def away(_request: PlanRequest) -> Plan:
        raise Unavailable(retry_after_s=1, code="beslispunt-onbereikbaar")

    plan_later_as(exchange, away)
    assert not await sent(exchange, now := urgent(case))
    del exchange.hub.plan
    exchange.clock.now += outbox.LAST_URGENT_RETRY
    await exchange.vt.report()
    assert list(exchange.hub.accepted) == [now.message_id]


async def test_what_the_hub_refuses_after_its_plan_the_sender_sees(exchange: Exchange) -> None:
    room, case = Room(exchange), new_id()
    await one_without_room(exchange, room, case)
    judged = exchange.hub._judged

    def judge(oin: str, body: bytes) -> Answer:
        exchange.hub.policy.refusal = Refused(rule="G04_toestand", article="art. 3")
        return judged(oin, body)

    exchange.hub._judged = judge  # type: ignore[method-assign]
    with pytest.raises(Refused):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, now := urgent(case))
    assert await state_of(exchange, now.message_id) == "geweigerd"


async def test_a_restart_forgets_neither_who_waits_for_room_nor_who_rests_on_whom(exchange: Exchange) -> None:
    room, case = Room(exchange), new_id()
    first = await one_without_room(exchange, room, case)
    asked = plan_later_as(exchange, refuse)
    assert not await sent(exchange, now := urgent(case))
    exchange.restart(VEILIG_THUIS)
    await exchange.vt.report()
    assert len(asked) == 2
    del exchange.hub.plan
    assert await sent(exchange, urgent(case))
    await room_again(exchange, room)
    accepted = list(exchange.hub.accepted)
    assert accepted.index(first.message_id) < accepted.index(now.message_id)


def test_a_copy_that_overtakes_nothing_has_the_bytes_that_it_always_had(exchange: Exchange) -> None:
    context, _ = Forgery(exchange=exchange, case_id=new_id(), number=1, sender_number=1).copy()
    assert "onderweg" not in json.loads(context.canonical())
    named = context.model_copy(update={"onderweg": [3]})
    assert type(context).parse_bytes(named.canonical()) == named


# What a recipient makes of the numbers, for any sender that keeps to the rules.


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whoever_overtakes_whom_nothing_is_missed_that_came_and_what_was_dropped_is(
    exchange: Exchange, data: st.DataObject
) -> None:
    lane = Lane(case_id=new_id(), sender_oin="00000099000000001000", role="politie_hovj")
    copies, brought = _sender(data)
    ordinary = [number for number, is_urgent, _ in brought if not is_urgent]
    dropped = data.draw(st.sampled_from([None, *ordinary[:-1]]))
    arriving = [each for each in data.draw(st.permutations(brought)) if each[0] != dropped]
    for number, is_urgent, under_way in arriving:
        await exchange.police.parts.database.write(
            lambda c, n=number, u=under_way, i=is_urgent: note_number(  # type: ignore[misc]
                c, lane, n, unused=(), under_way=u, urgency="U0" if i else "U1", now=NOW
            )
        )
    late = await exchange.police.parts.database.write(lambda c: report_missing(c, NOW + LONG))
    assert copies == len(brought)
    assert [each.number for each in late] == ([] if dropped is None else [dropped])


def _sender(data: st.DataObject) -> tuple[int, list[tuple[int, bool, list[int]]]]:
    """Copies in one lane, in the order in which they come to the hub: number, whether U0, and what it overtakes.

    An ordinary one waits while there is no room, and all behind it; an urgent one passes them. The last is ordinary
    and comes when everything else was brought.
    """
    kinds = data.draw(st.lists(st.sampled_from(["urgent", "ordinary", "room"]), max_size=12))
    waiting, brought, number = list[int](), list[tuple[int, bool, list[int]]](), 0
    for kind in kinds:
        if kind == "room":
            brought += [(each, False, []) for each in waiting]
            waiting.clear()
            continue
        number += 1
        if kind == "urgent":
            brought.append((number, True, list(waiting)))
        else:
            waiting.append(number)
    brought += [(each, False, []) for each in [*waiting, number + 1]]
    return number + 1, brought
