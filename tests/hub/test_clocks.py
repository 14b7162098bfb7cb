"""Clocks of a case in the hub: started, moved and stopped by what is accepted; on SQLite and on PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.domain.clock import rfc3339
from gateway.hub.storage.clock_reading import alarms_of_case
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.hub.usecases.clocks import MOVED
from gateway.local.registry_file import create_exchange
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from tests.databases import sqlite_url
from tests.hub.asking import ask_case, decide, duty
from tests.hub.bans import HOUSEHOLD, ban_facts, before_a_ban, impose_ban, moments, ten_days_after
from tests.hub.conftest import PolicyServer
from tests.hub.makers import (
    DWELLING,
    GEM,
    NOW,
    OM,
    POL,
    VT,
    RunningHub,
    Sender,
    World,
    open_case,
    running_hub,
)
from tests.hub.watching import clocks, state_of, version_of, watch_of

TOLD = f"D07/huisverbod.opgelegd/{VT}"


async def alarms(hub: RunningHub, case_id: str) -> tuple[AlarmRow, ...]:
    return await hub.store.reader.read(lambda c: alarms_of_case(c, case_id))


async def test_a_ban_starts_its_clocks_and_one_per_copy(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    found = await clocks(each_hub, ban.case_id)
    assert found["D01"].due_at == NOW + timedelta(days=10)
    assert {"D02", "D04", "D10", "D11", "D17", TOLD} <= found.keys()
    copies = {f"A0/{context.kopie_id}" for context, _ in ban.imposed.copies}
    assert len(copies) == 3
    assert copies <= found.keys()
    assert all(clock.running for clock in found.values() if clock.deadline != "D18")


async def test_the_same_bytes_again_start_nothing_and_move_nothing(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    before = await clocks(each_hub, ban.case_id)
    each_hub.hands.pass_time(timedelta(hours=3))
    reply = await ban.mayor.submit(ban.imposed)
    assert reply.answer.status == 200
    assert await clocks(each_hub, ban.case_id) == before


async def test_a_receipt_that_no_clock_waits_for_leaves_the_case_alone(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    before = await clocks(each_hub, ban.case_id)
    version = await version_of(each_hub, ban.case_id)
    for kind in ("technisch", "functioneel"):
        reply = await each_hub.ask(Verb.RECEIPT, VT, ban.vt.receipt(ban.imposed, kind))
        assert reply.answer.status == 200
    assert await clocks(each_hub, ban.case_id) == before
    assert await version_of(each_hub, ban.case_id) == version


async def test_taking_on_a_copy_stops_its_clock_and_settles_its_alarms(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    (copy_id,) = [c.kopie_id for c, _ in ban.imposed.copies if c.ontvanger.oin == VT]
    each_hub.hands.pass_time(timedelta(minutes=6))
    await watch_of(each_hub).look(each_hub.hands.now)
    (raised,) = [a for a in await alarms(each_hub, ban.case_id) if a.clock_id == f"A0/{copy_id}"]
    assert (raised.step, raised.urgency, raised.settled_at) == ("einde", "U0", None)
    assert json.loads(raised.owner) == {"oin": VT, "roles": ["vt_medewerker"], "also": []}
    body = ban.vt.receipt(ban.imposed, "aanvaard", staff="vt-0002")
    assert (await each_hub.ask(Verb.RECEIPT, VT, body)).answer.status == 200
    found = await clocks(each_hub, ban.case_id)
    assert found[f"A0/{copy_id}"].status == "gestopt"
    assert found[TOLD].status == "gestopt"
    (settled,) = [a for a in await alarms(each_hub, ban.case_id) if a.clock_id == f"A0/{copy_id}"]
    assert settled.settled_at == rfc3339(each_hub.hands.now)
    assert settled.settled_by == f"ontvangst:{copy_id}:aanvaard"
    assert found[f"A0/{copy_id}"].done_late
    others = [clock for key, clock in found.items() if clock.deadline == "A0" and key != f"A0/{copy_id}"]
    assert all(clock.running for clock in others)


async def test_a_receipt_twice_and_an_older_kind_later_change_nothing_more(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    body = ban.vt.receipt(ban.imposed, "aanvaard", staff="vt-0002")
    assert (await each_hub.ask(Verb.RECEIPT, VT, body)).answer.status == 200
    before = await clocks(each_hub, ban.case_id)
    each_hub.hands.pass_time(timedelta(minutes=1))
    late = ban.vt.receipt(ban.imposed, "geopend", staff="vt-0002")
    for again in (body, late):
        assert (await each_hub.ask(Verb.RECEIPT, VT, again)).answer.status == 200
    assert await clocks(each_hub, ban.case_id) == before


async def test_a_colleague_in_another_role_cannot_stop_a_clock_with_a_receipt(each_hub: RunningHub) -> None:
    """The casemanager takes it on; Veilig Thuis itself was not told by that."""
    ban = await impose_ban(each_hub, [*HOUSEHOLD, (VT, "casemanager_vt")])
    colleague = each_hub.node(VT, "casemanager_vt", "vt-0011")
    assert (await duty(colleague)).answer.status == 200
    body = colleague.receipt(ban.imposed, "aanvaard", staff=colleague.staff)
    assert (await each_hub.ask(Verb.RECEIPT, VT, body)).answer.status == 200
    assert (await clocks(each_hub, ban.case_id))[TOLD].running
    body = ban.vt.receipt(ban.imposed, "aanvaard", staff=ban.vt.staff)
    assert (await each_hub.ask(Verb.RECEIPT, VT, body)).answer.status == 200
    assert not (await clocks(each_hub, ban.case_id))[TOLD].running


async def test_the_household_is_told_when_the_burgemeester_says_so_and_not_before(
    each_hub: RunningHub,
) -> None:
    ban = await impose_ban(each_hub)
    name = "D07~huisverbod.opgelegd~niemand-huisgenoten"
    body = ban.vt.receipt(ban.imposed, "aanvaard", staff=ban.vt.staff)
    assert (await each_hub.ask(Verb.RECEIPT, VT, body)).answer.status == 200
    key = name.replace("~", "/")
    assert (await clocks(each_hub, ban.case_id))[key].running
    assert (await settle(ban.vt, ban.case_id, name)).status == 403
    done = await settle(ban.mayor, ban.case_id, name, purpose="besluit")
    assert (done.status, done.body["status"]) == (200, "gestopt"), done.body
    clock = (await clocks(each_hub, ban.case_id))[key]
    assert (clock.ended_at, clock.ended_by) == (each_hub.hands.now, f"{GEM}:{ban.mayor.staff}")


async def test_another_agency_cannot_stop_a_clock_with_a_receipt(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    before = await clocks(each_hub, ban.case_id)
    stranger = each_hub.node(GEM, "vt_medewerker", "gem-0009")
    body = stranger.receipt(ban.imposed, "aanvaard", staff="gem-0009", of=VT)
    assert (await each_hub.ask(Verb.RECEIPT, GEM, body)).answer.status == 404
    assert await clocks(each_hub, ban.case_id) == before


async def test_a_withdrawal_stops_the_ban_and_settles_its_warning(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    await ban.at(NOW + timedelta(days=9, minutes=1))
    await watch_of(each_hub).look(each_hub.hands.now)
    warned = [a for a in await alarms(each_hub, ban.case_id) if a.clock_id == "D01"]
    assert [(a.step, a.settled_at) for a in warned] == [("waarschuwing_24u", None)]
    facts = {"ingetrokken_per": rfc3339(each_hub.hands.now)} | moments(each_hub)
    withdrawn = await ban.mayor.send("huisverbod.ingetrokken", ban.case_id, facts, HOUSEHOLD)
    found = await clocks(each_hub, ban.case_id)
    assert {found[key].status for key in ("D01", "D02", "D10", "D11")} == {"gestopt"}
    (warning,) = [a for a in await alarms(each_hub, ban.case_id) if a.clock_id == "D01"]
    assert warning.settled_by == withdrawn.message_id


async def test_a_release_is_a_task_of_the_named_agency_until_somebody_says_they_told(
    each_hub: RunningHub,
) -> None:
    ban = await impose_ban(each_hub)
    zsm = each_hub.node(OM, "om_ovj_zsm", "om-0001")
    assert (await duty(zsm)).answer.status == 200
    free_at = each_hub.hands.now + timedelta(hours=2)
    facts = {
        "in_vrijheid_op": rfc3339(free_at),
        "strafzaak_loopt": True,
        "informeren_door": VT,
    } | moments(each_hub)
    release = await zsm.send("zsm.afdoening", ban.case_id, facts, [(VT, "vt_medewerker")])
    watch = watch_of(each_hub)
    await watch.look(each_hub.hands.now)
    (task,) = [a for a in await alarms(each_hub, ban.case_id) if a.deadline == "D29"]
    assert (task.step, task.urgency) == ("taak", "U0")
    assert json.loads(task.owner)["oin"] == VT
    each_hub.hands.pass_time(timedelta(minutes=16))
    await watch.look(each_hub.hands.now)
    again = [a.step for a in await alarms(each_hub, ban.case_id) if a.deadline == "D29"]
    assert sorted(again) == ["escalatie.1", "taak"]
    refused = await settle(ban.vt, ban.case_id, f"D29~{release.message_id}")
    assert (refused.status, refused.body["code"]) == (409, "klok-niet-met-de-hand")
    told = {"afdoening_id": release.message_id, "resultaat": "geinformeerd"} | moments(each_hub)
    await ban.vt.send("achterblijver.geinformeerd", ban.case_id, told, [(OM, "om_ovj_zsm")])
    found = await clocks(each_hub, ban.case_id)
    assert found[f"D29/{release.message_id}"].status == "gestopt"
    left = [a for a in await alarms(each_hub, ban.case_id) if a.deadline == "D29" and a.settled_at is None]
    assert left == []


async def test_a_release_that_was_handed_over_is_somebody_elses(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    zsm = each_hub.node(OM, "om_ovj_zsm", "om-0001")
    assert (await duty(zsm)).answer.status == 200
    facts = {"in_vrijheid_op": rfc3339(NOW), "strafzaak_loopt": True, "informeren_door": VT}
    release = await zsm.send("zsm.afdoening", ban.case_id, facts | moments(each_hub), [(VT, "vt_medewerker")])
    watch = watch_of(each_hub)
    await watch.look(each_hub.hands.now)
    handed = {
        "afdoening_id": release.message_id,
        "resultaat": "overgedragen",
        "overgedragen_aan": POL,
    } | moments(each_hub)
    to = [(OM, "om_ovj_zsm"), (POL, "politie_zsm")]
    await ban.vt.send("achterblijver.geinformeerd", ban.case_id, handed, to)
    clock = (await clocks(each_hub, ban.case_id))[f"D29/{release.message_id}"]
    assert (clock.running, clock.owner.oin) == (True, POL)
    of_release = [a for a in await alarms(each_hub, ban.case_id) if a.deadline == "D29"]
    assert {a.settled_by for a in of_release} == {MOVED}
    await watch.look(each_hub.hands.now)  # at once, and not when the next turn would have come
    (newest,) = [
        a
        for a in await alarms(each_hub, ban.case_id)
        if a.deadline == "D29" and a.settled_at is None and a.step.startswith("taak")
    ]
    assert (newest.step, json.loads(newest.owner)["oin"]) == ("taak#1", POL)


@pytest.mark.parametrize(
    ("imposed_at", "hours"),
    [
        (datetime(2026, 3, 20, 1, 10, tzinfo=UTC), 239),  # the night of 29 March is an hour shorter
        (datetime(2026, 10, 16, 0, 10, tzinfo=UTC), 241),  # that of 25 October an hour longer
        (datetime(2026, 10, 15, 0, 30, tzinfo=UTC), 241),  # 02:30 twice: the ban ends at the later one
    ],
)
async def test_a_ban_over_a_change_of_the_clock_ends_at_its_hour_on_the_wall(
    opa: PolicyServer, tmp_path: Path, imposed_at: datetime, hours: int
) -> None:
    files = create_exchange(tmp_path / "exchange", now=imposed_at)
    async with running_hub(
        World.load(files, now=imposed_at),
        opa_port=opa.port,
        revision=opa.revision,
        database_url=sqlite_url(tmp_path / "hub.db"),
        folder=tmp_path,
    ) as hub:
        await _ends_on_the_wall(hub, imposed_at, hours)


async def _ends_on_the_wall(hub: RunningHub, imposed_at: datetime, hours: int) -> None:
    hub.hands.now = imposed_at
    ban = await impose_ban(hub)
    end = imposed_at + timedelta(hours=hours)
    assert (await clocks(hub, ban.case_id))["D01"].due_at == end == ten_days_after(imposed_at)
    watch = watch_of(hub)
    hub.hands.now = end - timedelta(milliseconds=1)
    await watch.look(hub.hands.now)
    assert await state_of(hub, ban.case_id) == "opgelegd"
    hub.hands.now = end
    await watch.look(hub.hands.now)
    assert await state_of(hub, ban.case_id) == "afgelopen"


async def test_a_ban_that_is_registered_after_its_end_is_over_at_once(each_hub: RunningHub) -> None:
    case = await before_a_ban(each_hub)
    imposed_at = each_hub.hands.now
    await case.at(imposed_at + timedelta(days=11))
    facts = ban_facts(imposed_at, ten_days_after(imposed_at))
    await case.mayor.send("huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    await watch_of(each_hub).look(each_hub.hands.now)
    assert (await clocks(each_hub, case.case_id))["D01"].status == "verlopen"
    assert await state_of(each_hub, case.case_id) == "afgelopen"
    ends = [a for a in await alarms(each_hub, case.case_id) if a.clock_id == "D01" and a.step == "einde"]
    assert [(a.urgency, a.settled_at) for a in ends] == [("U0", None)]


async def test_closing_a_case_lets_every_clock_fall_away(each_hub: RunningHub) -> None:
    vt = each_hub.node(VT, "vt_medewerker", "vt-0002")
    assert (await duty(vt)).answer.status == 200
    case_id = await report_of_concern(each_hub)
    found = await clocks(each_hub, case_id)
    assert {clock.deadline for clock in found.values()} >= {"D19", "D21"}
    reply = await decide(
        vt,
        {
            "soort": "handeling",
            "zaakId": case_id,
            "handeling": "sluiten",
            "door": {"rol": vt.role, "medewerker": vt.staff},
            "feiten": {},
            "gebeurdOp": rfc3339(each_hub.hands.now),
            "vastgelegdOp": rfc3339(each_hub.hands.now),
        },
    )
    assert reply.answer.status == 200, reply.answer.body
    closed = await clocks(each_hub, case_id)
    assert {(c.status, c.ended_by) for c in closed.values()} == {("vervallen", "zaak_gesloten")}
    each_hub.hands.pass_time(timedelta(days=100))
    assert await watch_of(each_hub).look(each_hub.hands.now) == 0
    assert await alarms(each_hub, case_id) == ()


async def test_the_case_shows_only_the_clocks_that_concern_the_agency(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    each_hub.hands.pass_time(timedelta(minutes=6))
    await watch_of(each_hub).look(each_hub.hands.now)
    view = (await ask_case(ban.vt, ban.case_id, "uitvoering")).answer
    assert view.status == 200, view.body
    shown = {clock["klokId"]: clock for clock in view.body["klokken"]}
    own = [context for context, _ in ban.imposed.copies if context.ontvanger.oin == VT]
    assert f"A0~{own[0].kopie_id}" in shown
    others = {f"A0~{c.kopie_id}" for c, _ in ban.imposed.copies if c.ontvanger.oin != VT}
    assert not others & shown.keys()
    first = shown["D01"]
    assert first["naam"] == "Eerste termijn van het huisverbod"
    assert first["eindigtOp"] == "2026-03-11T02:10:00+01:00"
    assert (first["status"], first["teLaat"]) == ("lopend", False)
    assert first["eigenaar"] == {"oin": None, "rollen": ["burgemeester"]}
    (warning,) = shown[f"A0~{own[0].kopie_id}"]["waarschuwingen"]
    assert warning == {
        "stap": "einde",
        "urgentie": "U0",
        "afgegaanOp": "2026-03-01T02:16:00+01:00",
        "afgehandeldOp": None,
    }


async def test_a_duty_done_by_telephone_is_settled_by_whoever_has_it_and_by_nobody_else(
    each_hub: RunningHub,
) -> None:
    ban = await impose_ban(each_hub)
    name = "D04"  # contact details of the uithuisgeplaatste: of the HOvJ
    not_theirs = await settle(ban.mayor, ban.case_id, name, purpose="besluit")
    assert (not_theirs.status, not_theirs.body["regel"]) == (403, "G06_niet_toegewezen")
    unknown = await settle(ban.hovj, ban.case_id, "D04~onbekend", purpose="handhaving")
    assert unknown.status == 404
    term = await settle(ban.mayor, ban.case_id, "D01", purpose="besluit")
    assert (term.status, term.body["code"]) == (409, "klok-niet-met-de-hand")
    each_hub.hands.pass_time(timedelta(hours=1))
    done = await settle(ban.hovj, ban.case_id, name, purpose="handhaving")
    assert (done.status, done.body["status"]) == (200, "gestopt")
    clock = (await clocks(each_hub, ban.case_id))[name]
    assert (clock.ended_at, clock.ended_by) == (each_hub.hands.now, f"{POL}:pol-0007")
    each_hub.hands.pass_time(timedelta(hours=1))
    again = await settle(ban.hovj, ban.case_id, name, purpose="handhaving")
    assert again == done
    assert (await clocks(each_hub, ban.case_id))[name] == clock


async def test_who_may_not_see_the_case_learns_nothing_of_its_clocks(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    stranger = each_hub.node(OM, "om_ovj_zsm", "om-0001")
    hidden = await settle(stranger, case.case_id, "D01")
    absent = await settle(stranger, "00000000-0000-4000-8000-00000000dead", "D01")
    assert hidden.status == absent.status == 404
    assert {k: v for k, v in hidden.body.items() if k != "instance"} == {
        k: v for k, v in absent.body.items() if k != "instance"
    }


async def report_of_concern(hub: RunningHub) -> str:
    """A case that a zorgmelding opened."""
    police = hub.node(POL, "politie_noodhulp", "pol-0003")
    case_id = str(uuid4())
    facts = {"kinderen_aanwezig": False, "gemeld_op": rfc3339(hub.hands.now)}
    await police.send("melding.zorg", case_id, facts, [(VT, "vt_medewerker")], opening_in=DWELLING)
    return case_id


async def settle(person: Sender, case_id: str, name: str, *, purpose: str = "uitvoering") -> Answer:
    question = {
        "soort": "klok_afgehandeld",
        "zaakId": case_id,
        "klokId": name,
        "door": {"rol": person.role, "medewerker": person.staff},
        "doel": purpose,
    }
    return (await decide(person, question)).answer
