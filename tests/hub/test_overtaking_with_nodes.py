"""An urgent message of a case whose ordinary ones wait for room, over a real hub with its policy and real nodes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.node.storage import outbox
from gateway.node.storage.sender_numbers import report_missing
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.overview import sent_message
from gateway.node.usecases.send import send_message
from tests.hub.makers import POL, VT, RunningHub
from tests.hub.test_afterwards_with_nodes import COORDINATOR, HOVJ, WIJK, notice
from tests.hub.test_quota import with_quota
from tests.hub.with_nodes import HubWithNodes, hub_with_nodes
from tests.node.makers import kennisgeving, kennisgeving_content

ROOM = 2  # as many ordinary copies as the notice that opens the mailbox has


@pytest.fixture
async def whole(each_hub: RunningHub, tmp_path: Path) -> AsyncIterator[HubWithNodes]:
    async with hub_with_nodes(with_quota(each_hub, ordinary=ROOM, urgent=10), tmp_path) as made:
        yield made


async def sent(whole: HubWithNodes, case_id: str, spoed: str) -> tuple[Draft, bool]:
    """A further notice in the case; whether the hub had it at once."""
    content = kennisgeving_content(pleger_meerderjarig=True, zonder_weegteam=False, spoedeisendheid=spoed)
    draft = kennisgeving(case_id=case_id, recipients=[HOVJ, WIJK], content=content)
    return draft, not (await send_message(whole.node(VT).parts, COORDINATOR, draft)).is_waiting


async def test_an_urgent_notice_passes_an_ordinary_one_that_waits_for_room(whole: HubWithNodes) -> None:
    first = await notice(whole)
    waits, accepted = await sent(whole, first.case_id, "vandaag")
    assert not accepted
    _, accepted = await sent(whole, first.case_id, "nu")
    assert accepted
    entry = await sent_message(whole.node(VT).parts, COORDINATOR, waits.message_id)
    assert entry.message.state == "wacht"

    await whole.settle()  # the police fetch what is there: now there is room
    whole.hub.hands.pass_time(timedelta(minutes=2))
    await whole.settle()
    entry = await sent_message(whole.node(VT).parts, COORDINATOR, waits.message_id)
    assert {copy.status for copy in entry.copies} == {"functioneel"}
    assert await whole.node(VT).parts.database.read(outbox.size) == 0
    later = whole.hub.hands.now + timedelta(days=3)
    assert await whole.node(POL).parts.database.write(lambda c: report_missing(c, later)) == ()
