"""Every clock is accounted for, and a clock that was lost, forgotten or ended without a word is named."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from gateway.domain.deadlines import ClockStatus
from gateway.hub.storage.clock_account import ClockAccount, clock_account
from gateway.hub.storage.clock_tables import clocks
from gateway.hub.storage.tables import cases
from gateway.local.clocks_page import print_clocks
from gateway.protocol.subjects import Verb
from tests.hub.bans import Ban, impose_ban
from tests.hub.makers import NOW, VT, RunningHub, open_case
from tests.hub.watching import watch_of

END = NOW + timedelta(days=10)


async def account(hub: RunningHub, now: datetime, case_id: str | None = None) -> ClockAccount:
    return await hub.store.reader.read(lambda c: clock_account(c, now=now, case_id=case_id))


async def played_to_the_end(hub: RunningHub) -> Ban:
    """A ban that one agency took on, and that ended."""
    ban = await impose_ban(hub)
    body = ban.vt.receipt(ban.imposed, "aanvaard", staff="vt-0002")
    assert (await hub.ask(Verb.RECEIPT, VT, body)).answer.status == 200
    hub.hands.now = END
    await watch_of(hub).look(END)
    return ban


async def test_what_was_started_has_stopped_lapsed_fallen_away_or_runs(each_hub: RunningHub) -> None:
    await played_to_the_end(each_hub)
    whole = await account(each_hub, END)
    assert whole.problems == ()
    assert whole.started == sum(whole.running.values()) + sum(
        whole.ended(status) for status in ClockStatus if status is not ClockStatus.LOPEND
    )
    assert whole.ends["D01", "verlopen", "termijn"] == 1
    assert whole.ends["D02", "vervallen", "volgt"] == 1
    assert whole.ends["A0", "gestopt", "ontvangst"] == 1
    assert whole.running["D17"] == 1


async def test_the_account_of_one_case_leaves_out_the_others(each_hub: RunningHub) -> None:
    ban, other = await played_to_the_end(each_hub), await open_case(each_hub)
    whole, mine, theirs = [await account(each_hub, END, case) for case in (None, ban.case_id, other.case_id)]
    assert whole.started == mine.started + theirs.started
    assert theirs.running == {"A2": 2}


@pytest.mark.parametrize(
    ("clock_id", "complaint"),
    [("D01", "klok D01 had moeten beginnen en is er niet"), ("A0/", "heeft geen klok")],
)
async def test_a_clock_that_was_lost_is_named(hub: RunningHub, clock_id: str, complaint: str) -> None:
    ban = await played_to_the_end(hub)
    change(hub, delete(clocks).where(clocks.c.case_id == ban.case_id, clocks.c.clock_id.startswith(clock_id)))
    found = await account(hub, END)
    assert not found.adds_up
    assert any(complaint in problem and ban.case_id in problem for problem in found.problems)


async def test_a_clock_that_nobody_attended_to_is_named(hub: RunningHub) -> None:
    await impose_ban(hub)
    found = await account(hub, NOW + timedelta(minutes=7))
    assert len(found.problems) == 6  # the copies of urgency U0
    assert all("vroeg op 2026-03-01T01:15:00.000Z om aandacht" in problem for problem in found.problems)


async def test_an_end_without_a_reason_and_a_clock_in_a_closed_case_are_named(hub: RunningHub) -> None:
    ban = await played_to_the_end(hub)
    one = clocks.c.case_id == ban.case_id, clocks.c.clock_id == "D01"
    query = select(clocks.c.record).where(*one)
    record = json.loads(await hub.store.reader.read(lambda c: c.execute(query).scalar_one()))
    silent = json.dumps(record | {"ended_by": None})
    change(hub, update(clocks).where(*one).values(record=silent))
    change(hub, update(cases).where(cases.c.case_id == ban.case_id).values(state="gesloten"))
    problems = (await account(hub, END)).problems
    assert f"zaak {ban.case_id}: klok D01 is verlopen zonder dat vaststaat waardoor" in problems
    assert f"zaak {ban.case_id}: klok D17 loopt nog, terwijl de zaak gesloten is" in problems


async def test_what_began_after_the_closing_may_run_on(hub: RunningHub) -> None:
    """A correction that is sent in a closed case has to be taken on like any other copy."""
    ban = await played_to_the_end(hub)
    closed = {"state": "gesloten", "since": "2026-01-01T00:00:00.000Z"}
    change(hub, update(cases).where(cases.c.case_id == ban.case_id).values(**closed))
    found = await account(hub, END)
    assert found.running["D17"] == 1
    assert not any("gesloten" in problem for problem in found.problems)


async def test_the_command_prints_the_account_and_says_no_when_it_does_not_add_up(
    hub: RunningHub, capsys: pytest.CaptureFixture[str]
) -> None:
    ban = await played_to_the_end(hub)
    url = hub.store.engines.url.render_as_string(hide_password=False)
    assert print_clocks(url, now=END, case_id=None, as_json=False)
    words = capsys.readouterr().out
    assert "D01 Eerste termijn van het huisverbod: 1 verlopen (termijn)" in words
    assert words.rstrip().endswith("Elke klok is verantwoord.")
    change(hub, delete(clocks).where(clocks.c.case_id == ban.case_id, clocks.c.clock_id == "D17"))
    assert not print_clocks(url, now=END, case_id=ban.case_id, as_json=True)
    assert json.loads(capsys.readouterr().out)["problemen"] == [
        f"zaak {ban.case_id}: klok D17 had moeten beginnen en is er niet"
    ]


def change(hub: RunningHub, statement: Any) -> None:
    with hub.store.engines.writing.begin() as connection:
        connection.execute(statement)
