"""What waited behind an older message of its case goes as soon as that one is gone; urgent messages may be among it.

Found by random kills: a case that once had to wait stayed half a minute behind for as long as it was written in.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.domain.clock import parse_time
from gateway.domain.identifiers import new_id
from gateway.node.storage import outbox
from gateway.node.usecases.send import send_message
from tests.node.makers import PROCESCOORDINATOR, Exchange, kennisgeving, make_exchange
from tests.node.test_failures import hub_back, planned_then_down


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    made = make_exchange(tmp_path)
    yield made
    made.close()


async def one_waits_behind_another(exchange: Exchange) -> list[str]:
    """The ids of two messages of one case; the hub was away for the first, and is back."""
    case = new_id()
    first, second = kennisgeving(case_id=case), kennisgeving(case_id=case)
    planned_then_down(exchange)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, first)
    hub_back(exchange, after=timedelta(0))
    assert (await send_message(exchange.vt.parts, PROCESCOORDINATOR, second)).is_waiting
    return [first.message_id, second.message_id]


async def test_what_waited_behind_another_goes_right_after_it(exchange: Exchange) -> None:
    sent = await one_waits_behind_another(exchange)
    exchange.clock.now += outbox.FIRST_RETRY
    await exchange.vt.report()
    assert list(exchange.hub.accepted) == sent


async def test_the_outbox_sleeps_until_the_first_of_a_case_may_go(exchange: Exchange) -> None:
    """What may go only after another is no reason to wake: the loop would turn without doing anything."""
    await one_waits_behind_another(exchange)
    due = await exchange.vt.parts.database.read(outbox.next_due)
    assert due is not None
    assert parse_time(due) == exchange.clock.now + outbox.FIRST_RETRY
