"""In which order copies of a case are handed over, what a gap does, and that U0 never waits. Also as a property."""

from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gateway.domain.identifiers import new_id
from gateway.domain.urgency import ACK_WITHIN, Urgency
from gateway.local.registry_file import POLICE
from gateway.node.ports import Mark
from gateway.node.storage.received import find_received
from tests.node.attacker import Forgery
from tests.node.makers import Exchange


def copy(exchange: Exchange, case: str, number: int, urgency: str = "U1") -> bytes:
    return Forgery(
        exchange=exchange, case_id=case, number=number, sender_number=number, urgency=urgency
    ).item()


async def handed(exchange: Exchange, *items: bytes) -> list[tuple[str, list[Mark]]]:
    """What the agency's system got so far after these came in: urgency and marks, in order."""
    for item in items:
        exchange.hub.inbox(POLICE.oin).put(item)
    await exchange.police.receive()
    while await exchange.police.hand_over():
        pass
    return [(d.urgency, list(d.marks)) for d in exchange.police.system.kept.values()]


async def test_copies_that_come_in_another_order_are_handed_over_in_theirs(exchange: Exchange) -> None:
    case = new_id()
    assert await handed(exchange, copy(exchange, case, 3), copy(exchange, case, 2)) == []
    found = await handed(exchange, copy(exchange, case, 1))
    assert found == [("U1", []), ("U1", []), ("U1", [])]


async def test_a_gap_holds_its_case_as_long_as_the_urgency_allows_and_is_then_passed_with_a_mark(
    exchange: Exchange,
) -> None:
    case, other = new_id(), new_id()
    await handed(exchange, copy(exchange, case, 1), copy(exchange, case, 3), copy(exchange, other, 1))
    assert len(exchange.police.system.kept) == 2
    exchange.clock.now += ACK_WITHIN[Urgency.U1] - timedelta(milliseconds=1)
    assert len(await handed(exchange)) == 2
    exchange.clock.now += timedelta(milliseconds=1)
    assert (await handed(exchange))[2:] == [("U1", [Mark.PREDECESSOR_MISSING])]


async def test_what_follows_a_gap_that_was_passed_needs_no_second_wait(exchange: Exchange) -> None:
    case = new_id()
    await handed(exchange, copy(exchange, case, 3), copy(exchange, case, 4))
    exchange.clock.now += ACK_WITHIN[Urgency.U1]
    assert await handed(exchange) == [("U1", [Mark.PREDECESSOR_MISSING]), ("U1", [])]


async def test_a_copy_that_comes_after_its_gap_was_passed_is_handed_over_at_once(exchange: Exchange) -> None:
    case = new_id()
    await handed(exchange, copy(exchange, case, 2))
    exchange.clock.now += ACK_WITHIN[Urgency.U1]
    await handed(exchange)
    assert await handed(exchange, copy(exchange, case, 1)) == [("U1", [Mark.PREDECESSOR_MISSING]), ("U1", [])]


async def test_u0_waits_for_nothing_and_holds_up_nothing(exchange: Exchange) -> None:
    case = new_id()
    found = await handed(exchange, copy(exchange, case, 1), copy(exchange, case, 3, "U0"))
    assert found == [("U0", [Mark.PREDECESSOR_MISSING]), ("U1", [])]
    assert (await handed(exchange, copy(exchange, case, 4)))[2:] == []
    assert (await handed(exchange, copy(exchange, case, 2)))[2:] == [("U1", []), ("U1", [])]


async def test_a_copy_that_was_set_aside_holds_nobody_up(exchange: Exchange) -> None:
    case = new_id()
    broken = Forgery(exchange=exchange, case_id=case, number=1, choices={"onderbouwing_gevaar": "deny"})
    assert await handed(exchange, broken.item(), copy(exchange, case, 2)) == [("U1", [])]


async def test_two_roles_of_one_agency_are_two_rows_of_numbers(exchange: Exchange) -> None:
    case = new_id()
    wijkagent = {"oin": POLICE.oin, "rol": "politie_wijkagent"}
    second = Forgery(exchange=exchange, case_id=case, number=1, context={"ontvanger": wijkagent}).item()
    assert len(await handed(exchange, copy(exchange, case, 2), second)) == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(1, 7)), urgent=st.sets(st.integers(1, 6), max_size=2), data=st.data())
async def test_in_any_order_of_arrival_nothing_is_lost_or_doubled_and_order_is_kept(
    exchange: Exchange, order: list[int], urgent: set[int], data: st.DataObject
) -> None:
    case = new_id()
    items = {n: copy(exchange, case, n, "U0" if n in urgent else "U1") for n in order}
    before = len(exchange.police.system.kept)
    for number in order:
        repeats = data.draw(st.integers(1, 2))
        await handed(exchange, *[items[number]] * repeats)
    found = [d for d in list(exchange.police.system.kept.values())[before:] if d.case_id == case]
    assert len(found) == 6
    database = exchange.police.parts.database
    numbers = [await database.read(partial(number_of, copy_id=d.copy_id)) for d in found]
    ordinary = [n for n in numbers if n not in urgent]
    assert ordinary == sorted(ordinary)
    assert sorted(numbers) == list(range(1, 7))


def number_of(connection: Connection, copy_id: str) -> int:
    found = find_received(connection, copy_id)
    assert found is not None
    return found.number
