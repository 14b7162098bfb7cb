"""The 72 hours of a breach file: warnings in time to the role that has it, once each, until reporting is decided."""

from collections import Counter
from datetime import timedelta

import pytest

from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import BREACH, breach_clock_id
from gateway.domain.identifiers import CopyId
from gateway.hub.storage.clock_account import clock_account
from gateway.hub.storage.clock_reading import alarms_of_case, clock_of, find_clock
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.protocol.subjects import Verb
from tests.alarms.duty import call_list, caller, reachable, rounds, take_on
from tests.hub.asking import ask_case, assign, decide, duty
from tests.hub.makers import POL, VT, Draft, OpenCase, RunningHub, Sender
from tests.hub.recalling import context_for, destruction_question, files_of, take_back, take_step
from tests.hub.test_recalls import HOVJ, sent_and_on_duty
from tests.hub.watching import watch_of

STEPS = {0: "dossier", 24: "waarschuwing_24u", 48: "waarschuwing_48u", 66: "waarschuwing_66u", 72: "einde"}


async def breached(hub: RunningHub) -> tuple[OpenCase, Draft, Sender]:
    """The police opened the copy, and its sender took it back."""
    case, notice, police = await sent_and_on_duty(hub)
    await hub.ask(Verb.RECEIPT, POL, police.receipt(notice, "geopend", staff="pol-0007"))
    decided = await take_back(case.vt, notice, HOVJ)
    assert decided.answer.body["uitkomst"] == "datalek", decided.answer.body
    return case, notice, police


async def raised(hub: RunningHub, case_id: str) -> list[AlarmRow]:
    found = await hub.store.reader.read(lambda c: alarms_of_case(c, case_id))
    return [alarm for alarm in found if alarm.deadline == BREACH]


async def look_each_hour(hub: RunningHub, hours: int) -> None:
    watch = watch_of(hub)
    for _ in range(hours):
        hub.hands.pass_time(timedelta(hours=1))
        await watch.look(hub.hands.now)


async def test_warnings_come_before_the_72_hours_are_over_and_once_each(each_hub: RunningHub) -> None:
    case, notice, _ = await breached(each_hub)
    begun = each_hub.hands.now
    await watch_of(each_hub).look(begun)
    for hours in range(1, 73):
        await look_each_hour(each_hub, 1)
        expected = [step for after, step in STEPS.items() if after <= hours]
        assert [alarm.step for alarm in await raised(each_hub, case.case_id)] == expected, hours
    found = await raised(each_hub, case.case_id)
    assert [alarm.urgency for alarm in found] == ["U1", "U2", "U1", "U0", "U0"]
    assert {alarm.due_at for alarm in found} == {rfc3339(begun + timedelta(hours=72))}
    (file,) = await files_of(case.vt)
    assert file["meldenVoor"] == found[0].due_at
    await look_each_hour(each_hub, 9)
    after = [alarm.step for alarm in (await raised(each_hub, case.case_id))[5:]]
    assert after == ["escalatie.1", "escalatie.2"]
    assert max(Counter(alarm.step for alarm in await raised(each_hub, case.case_id)).values()) == 1
    assert file["kopieId"] == context_for(notice, HOVJ).kopie_id


@pytest.mark.parametrize(("step", "reason"), [("gemeld_ap", None), ("niet_gemeld_ap", "geen_risico")])
async def test_a_decision_on_reporting_ends_the_warnings(
    each_hub: RunningHub, step: str, reason: str | None
) -> None:
    case, notice, _ = await breached(each_hub)
    await look_each_hour(each_hub, 25)
    (file,) = await files_of(case.vt)
    informed = await take_step(case.vt, file["datalekId"], "betrokkenen_ingelicht")
    assert informed.answer.status == 200
    assert [alarm.settled_at for alarm in await raised(each_hub, case.case_id)] == [None, None]
    assert (await take_step(case.vt, file["datalekId"], step, reason)).answer.status == 200
    await look_each_hour(each_hub, 60)
    found = await raised(each_hub, case.case_id)
    assert [alarm.step for alarm in found] == ["dossier", "waarschuwing_24u"]
    assert all(alarm.settled_at is not None for alarm in found)
    clock_id = breach_clock_id(CopyId(context_for(notice, HOVJ).kopie_id))
    row = await each_hub.store.reader.read(lambda c: find_clock(c, case.case_id, clock_id))
    assert row is not None
    assert (row.status, clock_of(row).ended_by) == ("gestopt", f"{VT}:{case.vt.staff}")


async def test_a_breach_that_only_the_recipients_node_knew_of_has_the_clock_as_well(
    each_hub: RunningHub,
) -> None:
    case, notice, police = await sent_and_on_duty(each_hub)
    await take_back(case.vt, notice, HOVJ)
    each_hub.hands.pass_time(timedelta(hours=5))
    attested = await decide(police, destruction_question(police, notice, "in_systeem"))
    assert attested.answer.status == 200, attested.answer.body
    await look_each_hour(each_hub, 1)
    (alarm,) = await raised(each_hub, case.case_id)
    (file,) = await files_of(case.vt)
    assert (alarm.step, alarm.due_at) == ("dossier", file["meldenVoor"])
    assert await each_hub.store.reader.read(
        lambda c: clock_account(c, now=each_hub.hands.now, case_id=case.case_id).adds_up
    )


async def test_it_reaches_the_role_that_sent_the_message_and_nobody_else(each_hub: RunningHub) -> None:
    """Nobody is on duty with an address, so it goes to the call list; the recipient and colleagues do not see it."""
    hub = reachable(each_hub)
    case, _, police = await breached(hub)
    await watch_of(hub).look(hub.hands.now)
    await rounds(caller(hub))
    mine = [alarm for alarm in await call_list(case.vt) if alarm["termijn"] == BREACH]
    (alarm_id,) = (alarm["alarmId"] for alarm in mine)
    assert [(a.alarm_id, a.step) for a in await raised(hub, case.case_id)] == [(alarm_id, "dossier")]
    for other in (police, hub.node(VT, "vt_medewerker", "vt-0002")):
        assert [alarm for alarm in await call_list(other) if alarm["termijn"] == BREACH] == []
        assert (await take_on(other, alarm_id)).answer.status == 404
    assert (await take_on(case.vt, alarm_id)).answer.status == 200
    assert [a for a in await call_list(case.vt) if a["termijn"] == BREACH] == []
    await look_each_hour(hub, 24)  # taking one on ends its calling, not the duty
    assert [alarm.step for alarm in await raised(hub, case.case_id)] == ["dossier", "waarschuwing_24u"]


async def test_attack_the_clock_of_a_breach_tells_the_recipient_nothing(each_hub: RunningHub) -> None:
    case, _, police = await breached(each_hub)
    colleague = each_hub.node(VT, "vt_medewerker", "vt-0002")
    assert (await duty(colleague)).answer.status == 200
    assert (await assign(colleague, case.case_id)).answer.status == 200

    async def shown(person: Sender) -> set[str]:
        reply = await ask_case(person, case.case_id, "systeem")
        assert reply.answer.status == 200, reply.answer.body
        return {clock["termijn"] for clock in reply.answer.body["klokken"]}

    assert BREACH in await shown(case.vt)
    assert BREACH not in await shown(police)
    assert BREACH not in await shown(colleague)
