"""An act is judged at the moment at which it took place, and what it discloses also now. With the real policies."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from gateway.domain.clock import latest_end, rfc3339
from gateway.hub.storage.rows import CaseStateRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import case_states, cases
from gateway.hub.usecases.problem_answers import Reply
from tests.hub.asking import decide, duty
from tests.hub.bans import HOUSEHOLD, Ban, ban_facts, before_a_ban, impose_ban, moments, ten_days_after
from tests.hub.makers import (
    ELDERS,
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    NOW,
    POL,
    VT,
    RunningHub,
    Sender,
    open_case,
)
from tests.hub.registering import give_mandate

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MAYOR = [(GEM, "burgemeester"), (VT, "vt_medewerker")]


async def attempt(
    person: Sender, message: str, case_id: str, facts: Mapping[str, Any], to: list[tuple[str, str]]
) -> Reply:
    """The plan when it is refused, else the answer to the submission."""
    plan = await person.plan(message, case_id, facts, to)
    if plan.answer.status != 200:
        return plan
    return await person.submit(person.draft(plan.answer.body, facts))


async def life(hub: RunningHub, case_id: str) -> list[CaseStateRow]:
    query = select(case_states).where(case_states.c.case_id == case_id)
    rows = await hub.store.reader.read(lambda c: select_all(c, CaseStateRow, query))
    return sorted(rows, key=lambda row: (row.since, row.position))


async def state_of(hub: RunningHub, case_id: str) -> tuple[str, str]:
    query = select(cases.c.state, cases.c.since).where(cases.c.case_id == case_id)
    return tuple(await hub.store.reader.read(lambda c: c.execute(query).one()))


def dated(hub: RunningHub, at: Any) -> dict[str, str]:
    return {"gebeurd_op": rfc3339(at), "vastgelegd_op": rfc3339(hub.hands.now)}


def rules(reply: Reply) -> list[str]:
    return [error["code"] for error in reply.answer.body["errors"]]


async def test_a_ban_of_ten_past_two_that_is_registered_at_six_is_judged_at_ten_past_two(
    each_hub: RunningHub,
) -> None:
    case = await before_a_ban(each_hub)
    each_hub.hands.now = NOW + 4 * HOUR
    announced = NOW + 5 * MINUTE
    facts = ban_facts(announced, ten_days_after(announced), mondeling_aangezegd=True)
    facts |= dated(each_hub, announced)
    reply = await attempt(case.mayor, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    assert reply.answer.status == 200, reply.answer.body
    body = reply.answer.body
    assert (body["laatVastgelegd"], body["gebeurdOp"]) == (True, rfc3339(announced))
    assert "kwartier" in body["uitleg"]
    assert await state_of(each_hub, case.case_id) == ("opgelegd_mondeling", rfc3339(announced))
    last = (await life(each_hub, case.case_id))[-1]
    assert (last.since, last.recorded_at, last.dated) == (
        rfc3339(announced),
        rfc3339(NOW + 4 * HOUR),
        True,
    )


async def test_what_is_registered_within_a_quarter_of_an_hour_has_no_mark(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    hub.hands.now = NOW + 16 * MINUTE
    facts = ban_facts(NOW + MINUTE, ten_days_after(NOW + MINUTE)) | dated(hub, NOW + MINUTE)
    reply = await attempt(case.mayor, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    assert reply.answer.status == 200, reply.answer.body
    assert "laatVastgelegd" not in reply.answer.body


async def test_the_night_after_an_outage_is_registered_in_the_order_of_the_events(hub: RunningHub) -> None:
    """A start without a time of its own took place before the outcome that presupposes it."""
    night = NOW
    hub.hands.now = NOW + 4 * HOUR
    noodhulp, hovj = hub.node(POL, "politie_noodhulp", "pol-0003"), hub.node(POL, "politie_hovj", "pol-0007")
    mayor = hub.node(GEM, "burgemeester", "gem-0001")
    for person in (noodhulp, hovj, mayor):
        await duty(person, NOW - HOUR, NOW + 8 * HOUR)
    case_id = "7d1f0f3a-8a54-4c55-9a9f-5a6d6c2f1e01"
    alarm = {"kinderen_aanwezig": False} | dated(hub, night)
    await noodhulp.send("melding.acuut", case_id, alarm, [(POL, "politie_hovj")], opening_in="9901")
    await hovj.send(
        "screening.gepland.bevestiging", case_id, {"reactie": "gestart"}, [(VT, "vt_procescoordinator")]
    )
    outcome = {"ondertekend_op": rfc3339(night + 10 * MINUTE)} | dated(hub, night + 10 * MINUTE)
    await hovj.send("screening.rihg.uitkomst", case_id, outcome, [(GEM, "burgemeester")])
    assert [(row.act, row.since) for row in await life(hub, case_id)] == [
        ("acuut_melden", rfc3339(night)),
        ("screening_starten", rfc3339(night + 10 * MINUTE)),
        ("screening_afronden", rfc3339(night + 10 * MINUTE)),
    ]
    before = {"gehoorde_rol": "achterblijver"} | dated(hub, night - MINUTE)
    early = await attempt(hovj, "besluit.hoorverslag", case_id, before, [(GEM, "burgemeester")])
    assert (early.answer.status, rules(early)) == (400, ["voor_opening"])


async def test_attack_a_hearing_after_the_ban_does_not_make_the_ban_lawful(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    late = hub.node(POL, "politie_hovj", "pol-0007")
    hub.hands.now = NOW + 4 * HOUR
    announced = NOW - 2 * MINUTE  # before they were heard
    facts = ban_facts(announced, ten_days_after(announced)) | dated(hub, announced)
    early = await attempt(case.mayor, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    assert early.answer.status == 400  # before the case was opened at all
    other = await _case_without_hearing(hub)
    announced = hub.hands.now
    hub.hands.now += 2 * HOUR
    for heard in ("uithuisgeplaatste", "achterblijver"):
        report = {"gehoorde_rol": heard} | moments(hub)
        await late.send("besluit.hoorverslag", other.case_id, report, [(GEM, "burgemeester")])
    facts = ban_facts(announced, ten_days_after(announced)) | dated(hub, announced)
    reply = await attempt(other.mayor, "huisverbod.opgelegd", other.case_id, facts, HOUSEHOLD)
    assert (reply.answer.status, reply.answer.body["regel"]) == (403, "T_horen")
    now_facts = ban_facts(hub.hands.now, ten_days_after(hub.hands.now))
    lawful = await attempt(other.mayor, "huisverbod.opgelegd", other.case_id, now_facts, HOUSEHOLD)
    assert lawful.answer.status == 200, lawful.answer.body


async def _case_without_hearing(hub: RunningHub) -> Ban:
    case = await open_case(hub)
    hovj, mayor = hub.node(POL, "politie_hovj", "pol-0007"), hub.node(GEM, "burgemeester", "gem-0001")
    vt = hub.node(VT, "vt_medewerker", "vt-0002")
    for person in (hovj, mayor, vt):
        await duty(person)
    await case.vt.send(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    await hovj.send(
        "screening.gepland.bevestiging", case.case_id, {"reactie": "gestart"}, [(VT, "vt_procescoordinator")]
    )
    signed = {"ondertekend_op": rfc3339(hub.hands.now)} | moments(hub)
    last = await hovj.send("screening.rihg.uitkomst", case.case_id, signed, [(GEM, "burgemeester")])
    return Ban(hub=hub, case_id=case.case_id, mayor=mayor, hovj=hovj, vt=vt, imposed=last)


async def test_a_mandate_counts_when_it_held_at_the_moment_of_the_act(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    given = await give_mandate(case.mayor, case.hovj, "beslissing", tot=rfc3339(NOW + HOUR))
    assert given.answer.status == 200, given.answer.body
    hub.hands.now = NOW + 4 * HOUR
    await duty(case.hovj)
    for happened, status in ((NOW + 2 * HOUR, 403), (NOW + 10 * MINUTE, 200)):
        facts = ban_facts(happened, ten_days_after(happened), bevoegd_door="hovj_beslissingsmandaat")
        facts |= dated(hub, happened)
        reply = await attempt(case.hovj, "huisverbod.opgelegd", case.case_id, facts, MAYOR)
        assert reply.answer.status == status, reply.answer.body
        if status == 403:
            assert rules(reply) == ["T_geen_mandaat", "T_ondertekeningsmandaat"]


async def test_attack_a_mandate_given_afterwards_covers_nothing_before_it(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    happened = NOW + 10 * MINUTE
    hub.hands.now = NOW + 4 * HOUR
    await duty(case.hovj)
    assert (await give_mandate(case.mayor, case.hovj, "beslissing")).answer.status == 200
    facts = ban_facts(happened, ten_days_after(happened), bevoegd_door="hovj_beslissingsmandaat")
    facts |= dated(hub, happened)
    reply = await attempt(case.hovj, "huisverbod.opgelegd", case.case_id, facts, MAYOR)
    assert (reply.answer.status, rules(reply)[0]) == (403, "T_geen_mandaat")


async def test_attack_times_that_cannot_be(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    hub.hands.now = NOW + HOUR

    async def with_times(happened: Any, recorded: Any) -> Reply:
        facts = ban_facts(happened, ten_days_after(happened))
        facts |= {"gebeurd_op": rfc3339(happened), "vastgelegd_op": rfc3339(recorded)}
        return await attempt(case.mayor, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)

    now = hub.hands.now
    future = await with_times(now + 5 * MINUTE, now + 5 * MINUTE)
    assert (future.answer.status, rules(future)) == (400, ["toekomst", "toekomst"])
    backwards = await with_times(now - 5 * MINUTE, now - 6 * MINUTE)
    assert (backwards.answer.status, rules(backwards)) == (400, ["tegenstrijdig"])
    before = await with_times(NOW - HOUR, now)
    assert (before.answer.status, rules(before)) == (400, ["voor_opening"])
    stranger = hub.node(ELDERS, "burgemeester", "eld-0001")
    facts = ban_facts(NOW - HOUR, ten_days_after(NOW - HOUR)) | dated(hub, NOW - HOUR)
    hidden = await attempt(stranger, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    assert hidden.answer.status == 404


async def extension(ban: Ban, until: Any, happened: Any, days: int = 28) -> Reply:
    facts = {"verlengd_tot": rfc3339(until), "totaal_dagen": days} | dated(ban.hub, happened)
    return await attempt(ban.mayor, "huisverbod.verlengd", ban.case_id, facts, HOUSEHOLD)


async def heard_again(ban: Ban) -> None:
    for heard in ("uithuisgeplaatste", "achterblijver"):
        report = {"gehoorde_rol": heard} | moments(ban.hub)
        await ban.hovj.send("besluit.hoorverslag", ban.case_id, report, [(GEM, "burgemeester")])


async def test_an_extension_that_is_registered_after_the_end_takes_the_end_back(each_hub: RunningHub) -> None:
    ban = await impose_ban(each_hub)
    imposed_at = each_hub.hands.now
    await ban.at(imposed_at + 9 * DAY)
    await heard_again(ban)
    decided_at = each_hub.hands.now + HOUR
    await ban.at(imposed_at + 10 * DAY + 2 * HOUR)
    reply = await extension(ban, latest_end(imposed_at, 28), decided_at)
    assert reply.answer.status == 200, reply.answer.body
    assert (reply.answer.body["toestand"], reply.answer.body["laatVastgelegd"]) == ("verlengd", True)
    assert await state_of(each_hub, ban.case_id) == ("verlengd", rfc3339(decided_at))
    rows = await life(each_hub, ban.case_id)
    assert {row.act for row in rows if row.lapsed_by is not None} <= {"aflopen"}
    again = await extension(ban, latest_end(imposed_at, 28), decided_at - 30 * MINUTE)
    assert (again.answer.status, rules(again)) == (403, ["latere_handeling"])
    await ban.at(latest_end(imposed_at, 28) + HOUR)
    over = await extension(ban, imposed_at + 40 * DAY, each_hub.hands.now)
    assert over.answer.status == 403
    assert "T_toestand" in rules(over)


async def test_attack_an_extension_before_a_withdrawal_on_record_is_refused_with_the_cause(
    hub: RunningHub,
) -> None:
    ban = await impose_ban(hub)
    start = hub.hands.now
    await ban.at(start + DAY)
    await heard_again(ban)
    await ban.at(start + 2 * DAY)
    facts = {"ingetrokken_per": rfc3339(hub.hands.now)} | moments(hub)
    assert (
        await attempt(ban.mayor, "huisverbod.ingetrokken", ban.case_id, facts, HOUSEHOLD)
    ).answer.status == 200
    await ban.at(start + 3 * DAY)
    reply = await extension(ban, latest_end(start, 28), start + DAY + HOUR)
    assert reply.answer.status == 403
    assert await state_of(hub, ban.case_id) == ("ingetrokken", rfc3339(start + 2 * DAY))


async def test_an_oral_announcement_fits_before_the_written_decision(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    announced, written = NOW + 5 * MINUTE, NOW + 2 * HOUR
    hub.hands.now = written + MINUTE
    ends = ten_days_after(announced)
    facts = ban_facts(written, ten_days_after(written)) | dated(hub, written)
    assert (
        await attempt(case.mayor, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    ).answer.status == 200
    hub.hands.now = NOW + 5 * HOUR
    oral = ban_facts(announced, ends, mondeling_aangezegd=True) | dated(hub, announced)
    reply = await attempt(case.mayor, "huisverbod.opgelegd", case.case_id, oral, HOUSEHOLD)
    assert reply.answer.status == 200, reply.answer.body
    assert await state_of(hub, case.case_id) == ("opgelegd", rfc3339(written))
    assert [row.act for row in await life(hub, case.case_id)][-2:] == ["opleggen_mondeling", "opleggen"]


async def test_attack_a_ban_that_is_stated_again_cannot_last_longer(hub: RunningHub) -> None:
    """Restating a decision records no act, yet it is judged as the decision was."""
    ban = await impose_ban(hub)
    start = hub.hands.now
    hub.hands.now += HOUR
    longer = ban_facts(start, start + 60 * DAY)
    reply = await attempt(ban.mayor, "huisverbod.opgelegd", ban.case_id, longer, HOUSEHOLD)
    assert (reply.answer.status, rules(reply)) == (403, ["T_termijn"])
    later = ban_facts(start, ten_days_after(start))
    assert (
        await attempt(ban.mayor, "huisverbod.opgelegd", ban.case_id, later, HOUSEHOLD)
    ).answer.status == 200


async def test_attack_writing_an_oral_ban_down_later_does_not_lengthen_it(hub: RunningHub) -> None:
    ban = await impose_ban(hub, mondeling_aangezegd=True)
    start = hub.hands.now
    await ban.at(start + 5 * DAY)
    facts = ban_facts(hub.hands.now, ten_days_after(hub.hands.now))
    reply = await attempt(ban.mayor, "huisverbod.opgelegd", ban.case_id, facts, HOUSEHOLD)
    assert (reply.answer.status, rules(reply)) == (403, ["T_termijn"])
    facts = ban_facts(start, ten_days_after(start)) | dated(hub, hub.hands.now)
    reply = await attempt(ban.mayor, "huisverbod.opgelegd", ban.case_id, facts, HOUSEHOLD)
    assert reply.answer.status == 200, reply.answer.body


async def test_a_refusal_names_all_that_is_missing_in_both_languages_with_its_article(
    hub: RunningHub,
) -> None:
    case = await _case_without_hearing(hub)
    now = hub.hands.now
    facts = ban_facts(now, now + 14 * DAY, grond_kindermishandeling=True)
    reply = await attempt(case.mayor, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    assert reply.answer.status == 403
    assert rules(reply) == ["T_vt_overleg", "T_termijn", "T_horen"]
    assert [error["artikel"] for error in reply.answer.body["errors"]] == [
        "Wth 2(3)",
        "Wth 2(1)",
        "Awb 4:8, 4:11",
    ]
    noodhulp = hub.node(POL, "politie_noodhulp", "pol-0003")
    both = await attempt(noodhulp, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    assert rules(both)[0] == "S_afzender_niet_bevoegd"
    assert "T_rol_niet_bevoegd" in rules(both)


async def test_attack_closing_in_the_past_does_not_close_away_what_happened_since(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    hub.hands.now += MINUTE * 2
    not_imposed = moments(hub)
    assert (
        await attempt(case.mayor, "huisverbod.niet_opgelegd", case.case_id, not_imposed, HOUSEHOLD)
    ).answer.status == 200
    quiet = hub.hands.now + 10 * MINUTE
    hub.hands.now += HOUR
    body = {
        "soort": "handeling",
        "zaakId": case.case_id,
        "handeling": "sluiten",
        "door": {"rol": "vt_medewerker", "medewerker": case.vt.staff},
        "feiten": {},
        "gebeurdOp": rfc3339(quiet),
        "vastgelegdOp": rfc3339(hub.hands.now),
    }
    closed = await decide(case.vt, body)
    assert (closed.answer.status, closed.answer.body["laatVastgelegd"]) == (200, True)
    assert await state_of(hub, case.case_id) == ("gesloten", rfc3339(quiet))
    hub.hands.now += HOUR
    facts = ban_facts(NOW + MINUTE, ten_days_after(NOW + MINUTE)) | dated(hub, NOW + MINUTE)
    reply = await attempt(case.mayor, "huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    assert reply.answer.status == 403
    assert (await state_of(hub, case.case_id))[0] == "gesloten"
