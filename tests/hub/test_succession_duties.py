"""What an agency had to do passes to whoever takes its place: alarms, clocks, answers, corrections, the ban itself."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from gateway.domain.clock import rfc3339
from gateway.hub.storage.tables import assignments
from gateway.hub.usecases.context import side_of
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.settling import load_record
from gateway.protocol.subjects import Verb
from tests.alarms.duty import (
    call_list,
    caller,
    calls,
    line,
    person,
    raise_alarm,
    reachable,
    roster,
    rounds,
    take_on,
)
from tests.hub.asking import ask_reading, assign, decide, duty
from tests.hub.bans import impose_ban
from tests.hub.makers import GEM, POL, VT, RunningHub, Sender, notify_police, open_case
from tests.hub.recalling import destruction_question, files_of, take_back, take_step
from tests.hub.succeeding import DATE, NEW_GEM, NEW_VT, links_in_log
from tests.hub.test_reading_and_acts import copy_for


def jurist(hub: RunningHub, oin: str = NEW_GEM, staff: str = "ngem-0001") -> Sender:
    return hub.node(oin, "gemeente_jurist", staff)


async def test_an_alarm_of_a_predecessor_goes_along_the_roster_of_its_successor(merger: RunningHub) -> None:
    """The alarm names the predecessor. Its own people are called no more; the successor's are, and take it on."""
    hub = reachable(merger)
    begin, end = DATE - timedelta(hours=1), DATE + timedelta(hours=8)
    shift: dict[str, Any] = {
        "rol": "gemeente_jurist",
        "van": rfc3339(begin),
        "tot": rfc3339(end),
        "adres": "piket@gemeente.example",
    }
    for oin, staff in ((GEM, "gem-0002"), (NEW_GEM, "ngem-0001")):
        stored = await roster(jurist(hub, oin, staff), line(1, staff, **shift))
        assert stored.answer.status == 200, stored.answer.body
    hub.hands.now = DATE - timedelta(minutes=1)
    before = await raise_alarm(hub, owner=GEM, roles=["gemeente_jurist"])
    await rounds(caller(hub))
    hub.hands.now = DATE + timedelta(minutes=1)
    after = await raise_alarm(hub, owner=GEM, roles=["gemeente_jurist"])
    await rounds(caller(hub))
    assert {made.staff for made in await calls(hub, before)} == {"gem-0002"}
    assert {made.staff for made in await calls(hub, after)} == {"ngem-0001"}
    listed = await call_list(jurist(hub))
    assert {entry["alarmId"] for entry in listed} == {before, after}
    old = await take_on(jurist(hub, GEM, "gem-0002"), after)
    assert (old.answer.status, old.answer.body["regel"]) == (403, "X_organisatie_opgevolgd")
    stranger = await take_on(person(hub, role="politie_hovj"), after)
    assert stranger.answer.status == 404
    taken = await take_on(jurist(hub), after)
    assert (taken.answer.status, taken.answer.body["doorU"]) == (200, True)


async def test_an_alarm_of_whoever_works_on_the_case_goes_to_the_successor(merger: RunningHub) -> None:
    """No agency is named: those who work on the case are asked, and of a predecessor that is its successor."""
    case = await open_case(merger)
    hub = reachable(merger)
    merger.hands.now = DATE
    successor = hub.node(NEW_VT, "vt_procescoordinator", "nvt-0001")
    assert (await duty(successor)).answer.status == 200
    alarm_id = await raise_alarm(hub, case_id=case.case_id, owner=None, roles=["vt_procescoordinator"])
    await rounds(caller(hub))
    assert [entry["alarmId"] for entry in await call_list(successor)] == [alarm_id]
    other = hub.node(NEW_GEM, "gemeente_jurist", "ngem-0001")
    assert await call_list(other) == []


async def test_the_new_mayor_goes_on_with_the_ban_of_the_old_one(merger: RunningHub) -> None:
    """Withdrawing takes the power of the mayor, on a roster of the new municipality; the old ban stays as it was."""
    ban = await impose_ban(merger)
    merger.hands.now = DATE + timedelta(minutes=10)
    mayor = merger.node(NEW_GEM, "burgemeester", "ngem-0001")
    now = rfc3339(merger.hands.now)
    facts = {"ingetrokken_per": now, "gebeurd_op": now, "vastgelegd_op": now}
    to = [(POL, "politie_wijkagent"), (NEW_VT, "vt_medewerker")]
    unknown = await mayor.plan("huisverbod.ingetrokken", ban.case_id, facts, to)
    assert unknown.answer.status == 403, unknown.answer.body
    assert (await duty(mayor)).answer.status == 200
    await mayor.send("huisverbod.ingetrokken", ban.case_id, facts, to)
    assert (NEW_GEM, GEM) in await links_in_log(merger)
    record = await load_record(merger.parts, Asker(oin=NEW_GEM, trace_id="a" * 32), ban.case_id)
    assert record.standing.state == "ingetrokken"


async def test_an_answer_of_the_successor_is_the_answer_that_was_owed(merger: RunningHub) -> None:
    """The police were asked by the old Veilig Thuis; it is the new one that they answer, and that sees it complete."""
    case = await open_case(merger)
    notice = await notify_police(case)
    hovj = merger.node(POL, "politie_hovj", "pol-0007")
    merger.hands.now = DATE
    assert (await duty(hovj)).answer.status == 200
    read = await ask_reading(hovj, copy_for(notice, "politie_hovj"), "screening")
    assert read.answer.status == 200, read.answer.body
    await hovj.send(
        "screening.gepland.bevestiging",
        case.case_id,
        {"reactie": "ingepland"},
        [(NEW_VT, "vt_procescoordinator")],
        in_reply_to=notice.message_id,
    )
    elsewhere = await hovj.plan(
        "screening.gepland.bevestiging",
        case.case_id,
        {"reactie": "ingepland"},
        [(NEW_GEM, "gemeente_jurist")],
        in_reply_to=notice.message_id,
    )
    assert elsewhere.answer.status != 200


async def test_who_asked_a_predecessor_sees_that_its_successor_owes_the_answer(merger: RunningHub) -> None:
    case = await open_case(merger)
    merger.hands.now = DATE
    asked = await decide(case.vt, {"soort": "gesprek", "berichten": [case.request.message_id]})
    assert asked.answer.status == 403
    police = merger.node(POL, "politie_weegteam", "pol-0009")
    seen = await decide(police, {"soort": "gesprek", "berichten": [case.request.message_id]})
    assert seen.answer.status == 200, seen.answer.body
    assert VT not in json.dumps(seen.answer.body)


async def test_a_correction_goes_to_the_successor_of_who_has_the_original(merger: RunningHub) -> None:
    """And not past it: a correction that names the predecessor, or leaves its successor out, is refused."""
    ban = await impose_ban(merger)
    merger.hands.now = DATE
    assert (await duty(ban.hovj)).answer.status == 200
    notice = (await _sent_by_police(ban.hovj, ban.case_id))[0]
    facts = {"bericht_id": notice, "soort": "onjuist"}
    for to, status in (([(GEM, "burgemeester")], 400), ([(NEW_GEM, "burgemeester")], 200)):
        plan = await ban.hovj.plan("bericht.correctie", ban.case_id, facts, to)
        assert plan.answer.status == status, plan.answer.body
    missed = await ban.hovj.plan("bericht.correctie", ban.case_id, facts, [(NEW_VT, "vt_medewerker")])
    assert (missed.answer.status, missed.answer.body["code"]) == (409, "correctie-mist-ontvanger")
    assert NEW_GEM in json.dumps(missed.answer.body)


async def _sent_by_police(hovj: Sender, case_id: str) -> list[str]:
    """What the police sent to the mayor alone, latest first."""
    record = await load_record(hovj.hub.parts, Asker(oin=POL, trace_id="a" * 32), case_id)
    return [m.message_id for m in reversed(record.situation.sent) if m.message_type == "besluit.hoorverslag"]


async def test_attack_the_side_of_the_perpetrator_is_not_left_by_a_merger(merger: RunningHub) -> None:
    """Somebody of the old agency works for the perpetrator: the role keeps that side at the new one, for everybody."""
    case = await open_case(merger)
    worker = merger.node(VT, "casemanager_vt", "vt-0012")
    assert (await assign(worker, case.case_id, kant="pleger")).answer.status == 200
    merger.hands.now = DATE
    successor = merger.node(NEW_VT, "vt_procescoordinator", "nvt-0001")
    assert (await assign(successor, case.case_id)).answer.status == 200
    record = await load_record(merger.parts, Asker(oin=NEW_VT, trace_id="a" * 32), case.case_id)
    assert side_of(record, NEW_VT, "casemanager_vt", None) == "pleger"
    assert side_of(record, NEW_VT, "vt_procescoordinator", None) == "neutraal"


async def test_a_breach_of_a_predecessor_is_reported_by_its_successor(merger: RunningHub) -> None:
    """Seventy-two hours run on over the date: the file is the successor's, and nobody else's."""
    merger.hands.now = DATE - timedelta(hours=1)
    case = await open_case(merger)
    notice = await notify_police(case)
    hovj = merger.node(POL, "politie_hovj", "pol-0007")
    assert (await duty(hovj)).answer.status == 200
    read = await ask_reading(hovj, copy_for(notice, "politie_hovj"), "screening")
    assert read.answer.status == 200, read.answer.body
    assert (await take_back(case.vt, notice, "politie_hovj")).answer.body["uitkomst"] == "datalek"
    (file,) = await files_of(case.vt)
    successor = merger.node(NEW_VT, "vt_procescoordinator", "nvt-0001")
    assert await files_of(successor) == []
    assert (await take_step(successor, file["datalekId"], "gemeld_ap")).answer.status == 404
    merger.hands.now = DATE
    assert [each["datalekId"] for each in await files_of(successor)] == [file["datalekId"]]
    stranger = merger.node(NEW_GEM, "gemeente_jurist", "ngem-0001")
    assert await files_of(stranger) == []
    assert (await take_step(stranger, file["datalekId"], "gemeld_ap")).answer.status == 404
    old = await take_step(case.vt, file["datalekId"], "gemeld_ap")
    assert (old.answer.status, old.answer.body["regel"]) == (403, "X_organisatie_opgevolgd")
    done = await take_step(successor, file["datalekId"], "gemeld_ap")
    assert done.answer.status == 200, done.answer.body


async def test_a_predecessor_still_attests_what_it_destroyed(merger: RunningHub) -> None:
    case = await open_case(merger)
    old = jurist(merger, GEM, "gem-0002")
    assert (await merger.ask(Verb.RECEIPT, GEM, old.receipt(case.request, "technisch"))).answer.status == 200
    assert (await take_back(case.vt, case.request, "gemeente_jurist")).answer.status == 200
    merger.hands.now = DATE
    told = await decide(old, destruction_question(old, case.request, "vernietigd"))
    assert (told.answer.status, told.answer.body.get("uitkomst")) == (200, "vernietigd"), told.answer.body


async def test_a_side_that_the_predecessor_did_not_state_stays_unstated(merger: RunningHub) -> None:
    """Somebody of the old agency took a copy on, and for whom is not known. The new one cannot tell either."""
    case = await open_case(merger)
    old = merger.node(VT, "casemanager_vt", "vt-0012")
    assert (await assign(old, case.case_id)).answer.status == 200
    await asyncio.to_thread(_unstate, merger, old.staff)
    merger.hands.now = DATE
    new = merger.node(NEW_VT, "casemanager_vt", "nvt-0012")
    assert (await assign(new, case.case_id, kant="slachtoffer")).answer.status == 200
    record = await load_record(merger.parts, Asker(oin=NEW_VT, trace_id="a" * 32), case.case_id)
    assert side_of(record, NEW_VT, "casemanager_vt", None) == "onbekend"
    assert side_of(record, NEW_VT, "casemanager_vt", "nvt-0012") == "slachtoffer"


def _unstate(hub: RunningHub, staff: str) -> None:
    """As it is on record of whoever takes a copy on."""
    with hub.store.engines.writing.begin() as connection:
        connection.execute(update(assignments).where(assignments.c.staff == staff).values(side="onbekend"))
