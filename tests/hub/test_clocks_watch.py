"""The watch: alarms once each, whoever looks and however the clock jumps; and ends that count before anybody looked."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from gateway.domain.clock import rfc3339
from gateway.hub.messaging.clock_watch import SteadyClock
from gateway.hub.storage.clock_reading import alarms_of_case, all_clocks, clock_of, load_case_clocks
from gateway.hub.storage.clock_rows import AlarmRow, ClockRow
from gateway.hub.storage.clock_tables import clocks
from gateway.hub.storage.log_reading import leaf_lines
from gateway.hub.storage.tables import case_states
from gateway.hub.usecases.attend_clocks import attend_case
from gateway.hub.usecases.clocks_due import attend, rows_of
from gateway.hub.usecases.parts import Asker
from gateway.protocol.subjects import Verb
from tests.hub.asking import ask_case, duty
from tests.hub.bans import HOUSEHOLD, Ban, impose_ban, moments
from tests.hub.makers import GEM, NOW, VT, RunningHub
from tests.hub.watching import state_of, version_of, watch_of

END = NOW + timedelta(days=10)


async def alarms(hub: RunningHub, ban: Ban) -> tuple[AlarmRow, ...]:
    return await hub.store.reader.read(lambda c: alarms_of_case(c, ban.case_id))


async def rows(hub: RunningHub, ban: Ban) -> dict[str, ClockRow]:
    found = await hub.store.reader.read(lambda c: all_clocks(c, ban.case_id))
    return {row.clock_id: row for row in found}


async def states(hub: RunningHub, ban: Ban) -> list[tuple[str, str, str]]:
    query = select(case_states.c.act, case_states.c.state, case_states.c.since).where(
        case_states.c.case_id == ban.case_id
    )
    found = await hub.store.reader.read(lambda c: c.execute(query.order_by(case_states.c.position)).all())
    return [(row.act, row.state, row.since) for row in found]


def once_each(found: tuple[AlarmRow, ...]) -> bool:
    return max(Counter((a.case_id, a.clock_id, a.step) for a in found).values(), default=1) == 1


async def test_the_end_of_a_ban_moves_its_case_at_its_very_moment(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    watch = watch_of(each_hub)
    await watch.look(END - timedelta(milliseconds=1))
    assert await state_of(each_hub, ban.case_id) == "opgelegd"
    await watch.look(END + timedelta(hours=2))
    assert await state_of(each_hub, ban.case_id) == "afgelopen"
    assert (await states(each_hub, ban))[-1] == ("aflopen", "afgelopen", rfc3339(END))
    found = {a.step: a for a in await alarms(each_hub, ban) if a.clock_id == "D01"}
    assert found["einde"].settled_at is None
    assert found["waarschuwing_24u"].settled_by == "termijn"
    assert {key: (await rows(each_hub, ban))[key].status for key in ("D01", "D02", "D10")} == {
        "D01": "verlopen",
        "D02": "vervallen",
        "D10": "vervallen",
    }


async def test_looking_again_writes_nothing_and_lets_no_decision_be_taken_again(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    watch, moment = watch_of(each_hub), NOW + timedelta(minutes=20)
    before = await version_of(each_hub, ban.case_id)
    assert await watch.look(moment) == 1
    first = await alarms(each_hub, ban)
    assert first
    assert await watch.look(moment) == 0
    assert await alarms(each_hub, ban) == first
    assert await version_of(each_hub, ban.case_id) == before


async def test_a_clock_that_jumps_ahead_and_back_repeats_and_loses_nothing(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    watch = watch_of(each_hub)
    ahead = NOW + timedelta(hours=20, minutes=30)
    for moment in (ahead, NOW + timedelta(minutes=6), ahead, NOW, ahead + timedelta(hours=1)):
        await watch.look(moment)
    found = await alarms(each_hub, ban)
    assert once_each(found)
    warned = [a.step for a in found if a.clock_id == "D04"]
    assert warned == ["waarschuwing_20u"]
    steady = watch_of(each_hub)
    for minutes in range(0, 24 * 60, 30):
        await steady.look(NOW + timedelta(minutes=minutes))
    assert once_each(await alarms(each_hub, ban))


async def test_after_a_day_without_a_relay_every_alarm_that_was_missed_goes_off(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    assert await watch_of(each_hub).look(NOW + timedelta(days=1)) == 1
    found = await alarms(each_hub, ban)
    assert {a.step for a in found if a.clock_id == "D04"} == {"waarschuwing_20u", "einde"}
    of_copies = [a for a in found if a.deadline == "A0"]
    assert Counter(a.step.partition(".")[0] for a in of_copies) == {"einde": 6, "escalatie": 6}


async def test_a_relay_that_is_killed_between_judging_and_committing_loses_nothing(
    each_hub: RunningHub,
) -> None:
    ban = await impose_ban(each_hub)
    moment = NOW + timedelta(minutes=6)
    known = await each_hub.store.reader.read(lambda c: load_case_clocks(c, ban.case_id))
    judged = attend(known, moment, tz_version=each_hub.parts.tz_version)
    assert rows_of(judged, moment).inserts  # and here it is killed: nothing of this was written
    assert await alarms(each_hub, ban) == ()
    await watch_of(each_hub).look(moment)
    assert {a.alarm_id for a in await alarms(each_hub, ban)} == {
        row.alarm_id for row in rows_of(judged, moment).inserts if isinstance(row, AlarmRow)
    }


async def test_an_alarm_and_its_leaf_are_written_together(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    await watch_of(each_hub).look(END)
    found = await alarms(each_hub, ban)
    lines = await each_hub.store.reader.read(lambda c: list(leaf_lines(c, 10_000)))
    bodies = [line.body or "" for line in lines]
    assert sum("klok:alarm:afgegaan" in str(body) for body in bodies) == len(found)
    assert (
        sum("klok:termijn:verstreken" in str(body) for body in bodies) == 4
    )  # D01, D11, and D02, D10 with D01


async def test_a_decision_sees_the_end_before_any_relay_does(each_hub: RunningHub) -> None:
    """Expiry is judged when a decision is made (design.md 11)."""
    ban = await impose_ban(each_hub)
    await ban.at(END - timedelta(milliseconds=1))
    last = (await ask_case(ban.vt, ban.case_id, "uitvoering")).answer
    assert (last.status, last.body["toestand"]) == (200, "opgelegd")
    await ban.at(END)
    gone = (await ask_case(ban.vt, ban.case_id, "uitvoering")).answer
    assert gone.status == 404  # a ban that is over is not carried out any more
    facts = {"ingetrokken_per": rfc3339(END)} | moments(each_hub)
    refused = await ban.mayor.plan("huisverbod.ingetrokken", ban.case_id, facts, HOUSEHOLD)
    assert refused.answer.status == 403  # there is nothing left to withdraw
    assert await state_of(each_hub, ban.case_id) == "opgelegd"  # nobody recorded it yet


async def test_an_act_after_the_end_finds_the_end_recorded_first(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    later = END + timedelta(minutes=1)
    await ban.at(later)
    manager = each_hub.node(VT, "casemanager_vt", "vt-0003")
    assert (await duty(manager)).answer.status == 200
    facts = {
        "veiligheid_beoordeeld_op": "2026-03-11",
        "monitoring_tot": "2026-09-11",
    }
    await manager.send("zaak.overdracht", ban.case_id, facts, [(GEM, "gemeente_jurist")])
    assert [(act, since) for act, _, since in (await states(each_hub, ban))[-2:]] == [
        ("aflopen", rfc3339(END)),
        ("afronden", rfc3339(later)),
    ]
    found = await rows(each_hub, ban)
    assert (found["D01"].status, found["D23"].status) == ("verlopen", "lopend")


async def test_other_time_zone_rules_work_out_running_ends_again(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    newer = replace(each_hub.parts, tz_version="2099z")
    watch = watch_of(replace(each_hub, parts=newer))
    before = await rows(each_hub, ban)
    assert await watch.reckon_again(NOW)
    after = await rows(each_hub, ban)
    assert {row.tz_version for row in after.values() if row.status == "lopend"} == {"2099z"}
    assert {key: row.due_at for key, row in after.items()} == {key: row.due_at for key, row in before.items()}


async def test_one_case_that_cannot_be_read_does_not_silence_the_others(each_hub: RunningHub) -> None:
    broken, healthy = await impose_ban(each_hub), await impose_ban(each_hub)
    with each_hub.store.engines.writing.begin() as connection:
        connection.execute(update(clocks).where(clocks.c.case_id == broken.case_id).values(record="{}"))
    await watch_of(each_hub).look(NOW + timedelta(minutes=6))
    assert await alarms(each_hub, healthy)
    assert await alarms(each_hub, broken) == ()


async def test_a_receipt_and_an_alarm_at_once_agree_in_the_end(each_hub: RunningHub) -> None:
    """Whichever is first: no alarm is left open of a copy that was taken on."""
    ban = await impose_ban(each_hub)
    each_hub.hands.pass_time(timedelta(minutes=6))
    (copy_id,) = [c.kopie_id for c, _ in ban.imposed.copies if c.ontvanger.oin == VT]
    body = ban.vt.receipt(ban.imposed, "aanvaard", staff="vt-0002")
    watch = watch_of(each_hub)
    reply, _, _ = await asyncio.gather(
        each_hub.ask(Verb.RECEIPT, VT, body),
        watch.look(each_hub.hands.now),
        watch.look(each_hub.hands.now),
    )
    assert reply.answer.status == 200
    await watch.look(each_hub.hands.now)
    assert clock_of((await rows(each_hub, ban))[f"A0/{copy_id}"]).status == "gestopt"
    found = await alarms(each_hub, ban)
    assert once_each(found)
    assert [a for a in found if a.clock_id == f"A0/{copy_id}" and a.settled_at is None] == []


async def test_three_relays_at_once_raise_each_alarm_once_and_end_the_ban_once(
    three_hubs: list[RunningHub],
) -> None:
    bans = [await impose_ban(three_hubs[0]) for _ in range(4)]
    watches = [watch_of(hub) for hub in three_hubs]
    for moment in (NOW + timedelta(minutes=6), NOW + timedelta(hours=21), END, END + timedelta(minutes=1)):
        await asyncio.gather(*(watch.look(moment) for watch in watches * 2))
    await watches[0].look(END + timedelta(minutes=1))
    for ban in bans:
        found = await alarms(three_hubs[0], ban)
        assert once_each(found)
        assert {a.step for a in found if a.clock_id == "D04"} >= {"waarschuwing_20u", "einde"}
        assert [act for act, _, _ in await states(three_hubs[0], ban)].count("aflopen") == 1
        assert await state_of(three_hubs[1], ban.case_id) == "afgelopen"


async def test_two_relays_that_judged_alike_write_once(three_hubs: list[RunningHub]) -> None:
    ban = await impose_ban(three_hubs[0])
    moment, hub = (
        NOW + timedelta(minutes=6),
        Asker(oin=three_hubs[0].world.registry.hub_oin, trace_id="b" * 32),
    )
    outcomes = await asyncio.gather(
        *(
            attend_case(
                relay.store.reader,
                relay.store.writer,
                hub,
                ban.case_id,
                moment,
                tz_version=relay.parts.tz_version,
            )
            for relay in three_hubs
        )
    )
    assert sum(outcomes) >= 1
    assert once_each(await alarms(three_hubs[0], ban))


class Ticking:
    """A clock of the machine that can be made to leap while the seconds go on."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, tzinfo=UTC)
        self.seconds = 1000.0

    def pass_seconds(self, count: float, *, leap: timedelta = timedelta()) -> None:
        self.seconds += count
        self.moment += timedelta(seconds=count) + leap


@pytest.mark.parametrize("leap", [timedelta(days=400), timedelta(hours=-3)])
def test_a_leap_is_believed_only_after_a_while(leap: timedelta) -> None:
    ticking = Ticking()
    steady = SteadyClock(lambda: ticking.moment, seconds=lambda: ticking.seconds)
    assert steady.now() == ticking.moment
    ticking.pass_seconds(1, leap=leap)
    assert steady.now() is None
    ticking.pass_seconds(20)
    assert steady.now() is None
    ticking.pass_seconds(1, leap=-leap)  # somebody set it right
    assert steady.now() is None
    for _ in range(31):
        ticking.pass_seconds(1)
        told = steady.now()
    assert told == ticking.moment


def test_a_simulation_believes_its_clock_whatever_it_says() -> None:
    ticking = Ticking()
    steady = SteadyClock(lambda: ticking.moment, calm=timedelta(0), seconds=lambda: ticking.seconds)
    ticking.pass_seconds(1, leap=timedelta(days=10))
    assert steady.now() == ticking.moment
