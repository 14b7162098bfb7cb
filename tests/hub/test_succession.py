"""One agency takes the place of another: what passes, what does not, and who is refused. Attacks by name."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from gateway.domain.clock import rfc3339
from gateway.hub.policy.recorded import question_from
from gateway.hub.storage.tables import assignments, cases
from gateway.hub.usecases.problem_answers import Reply
from gateway.protocol.subjects import Verb
from tests.hub.asking import ask_case, ask_reading, assign, decide, duty
from tests.hub.bans import impose_ban
from tests.hub.makers import (
    DWELLING,
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    Draft,
    RunningHub,
    Sender,
    notify_police,
    open_case,
)
from tests.hub.registering import give_mandate
from tests.hub.succeeding import (
    DATE,
    NEW_GEM,
    NEW_VT,
    links_in_log,
    stored_decisions,
)
from tests.hub.test_reading_and_acts import copy_for, events

UITNODIGING = "weegteam.uitnodiging"


def refusal(reply: Reply) -> tuple[int, str]:
    body = reply.answer.body
    return reply.answer.status, str(body.get("regel") or body["code"])


def successor(hub: RunningHub, staff: str = "nvt-0001", role: str = "vt_procescoordinator") -> Sender:
    return hub.node(NEW_VT, role, staff)


async def rows_of(hub: RunningHub, table: Any) -> list[tuple[Any, ...]]:
    found = await hub.store.reader.read(lambda c: c.execute(select(table)).all())
    return sorted(tuple(row) for row in found)


async def test_the_case_of_a_predecessor_is_its_successors_from_the_date_on(merger: RunningHub) -> None:
    """Owned by it, without a row of the past being changed, and every decision says on which succession it rests."""
    case = await open_case(merger)
    before = await rows_of(merger, assignments)
    merger.hands.now = DATE
    after = successor(merger)
    assert (await duty(after)).answer.status == 200
    sent = await after.send(UITNODIGING, case.case_id, {}, [(POL, "politie_weegteam")])
    stayed = await merger.store.reader.read(
        lambda c: c.execute(select(cases.c.opened_by, cases.c.municipality)).one()
    )
    assert (tuple(stayed), await rows_of(merger, assignments)) == ((VT, DWELLING), before)
    assert (NEW_VT, VT) in await links_in_log(merger)
    question, verdict = next(
        (q, v)
        for q, v in map(_parsed, await stored_decisions(merger))
        if q["subject"]["oin"] == NEW_VT and v["toegestaan"]
    )
    (link,) = verdict["opvolging"]
    assert (link["voorganger"], link["opvolger"], link["sinds"]) == (VT, NEW_VT, rfc3339(DATE))
    assert len(link["verklaring_sha256"]) == 64
    assert question_from("schakel.sending", question).subject.oin == NEW_VT
    assert sent.copies


def _parsed(stored: tuple[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    return json.loads(stored[0]), json.loads(stored[1])


async def test_the_case_shows_what_the_predecessor_sent_and_got(merger: RunningHub) -> None:
    case = await open_case(merger)
    merger.hands.now = DATE
    after = successor(merger)
    assert (await duty(after)).answer.status == 200
    assert (await assign(after, case.case_id)).answer.status == 200
    seen = await ask_case(after, case.case_id, "weging")
    assert seen.answer.status == 200, seen.answer.body
    assert [each["berichtId"] for each in seen.answer.body["verzonden"]] == [case.request.message_id]
    assert seen.answer.body["opvolgingen"] == [{"voorganger": VT, "opvolger": NEW_VT, "sinds": rfc3339(DATE)}]
    assert [each["medewerker"] for each in seen.answer.body["toewijzingen"]] == ["nvt-0001"]


async def test_attack_a_successor_acts_before_the_date(merger: RunningHub) -> None:
    """The case does not exist for it, by the same answer as a case that does not exist at all."""
    case = await open_case(merger)
    early = successor(merger)
    assert (await duty(early, end=DATE + timedelta(days=1))).answer.status == 200
    nowhere = "00000000-0000-4000-8000-000000000000"
    for moment in (merger.hands.now, DATE - timedelta(seconds=1)):
        merger.hands.now = moment
        for case_id in (case.case_id, nowhere):
            reply = await early.plan(UITNODIGING, case_id, {}, [(POL, "politie_weegteam")])
            assert reply.answer.status == 404
            assert (await assign(early, case_id)).answer.status == 404
    assert await links_in_log(merger) == []


async def test_attack_a_successor_dates_an_act_back_before_the_date(merger: RunningHub) -> None:
    """It was not competent then, whoever of it was put on the case since."""
    ban = await impose_ban(merger)
    merger.hands.now = DATE + timedelta(hours=1)
    mayor = merger.node(NEW_GEM, "burgemeester", "ngem-0001")
    assert (await duty(mayor)).answer.status == 200
    assert (await assign(mayor, ban.case_id)).answer.status == 200
    refused = []
    for happened in (DATE - timedelta(minutes=30), merger.hands.now):
        facts = {
            "ingetrokken_per": rfc3339(happened),
            "gebeurd_op": rfc3339(happened),
            "vastgelegd_op": rfc3339(merger.hands.now),
        }
        reply = await mayor.plan("huisverbod.ingetrokken", ban.case_id, facts, [(POL, "politie_wijkagent")])
        refused.append(refusal(reply) if reply.answer.status != 200 else (200, ""))
    assert refused[0][0] == 403, refused
    assert refused[1] == (200, ""), refused


async def test_attack_a_predecessor_acts_after_the_date(merger: RunningHub) -> None:
    case = await open_case(merger)
    plan = await case.vt.plan(UITNODIGING, case.case_id, {}, [(POL, "politie_weegteam")])
    notice = await notify_police(case)
    late = case.vt.draft(plan.answer.body, {})
    merger.hands.now = DATE
    old = case.vt
    copy_id = copy_for(notice, "politie_hovj")
    refused = [
        await old.plan(UITNODIGING, case.case_id, {}, [(POL, "politie_weegteam")]),
        await old.submit(late),
        await duty(old),
        await assign(old, case.case_id),
        await ask_case(old, case.case_id, "weging"),
        await ask_reading(old, copy_id, "screening"),
        await decide(old, {"soort": "gesprek", "berichten": [notice.message_id]}),
    ]
    assert {refusal(reply) for reply in refused} == {(403, "X_organisatie_opgevolgd")}
    told = refused[0].answer.body
    assert NEW_VT in told["detail"]
    assert told["vervolgstap"]
    new_case = await old.plan(
        VERZOEK,
        "11111111-1111-4111-8111-111111111111",
        VERZOEK_FACTS,
        [(POL, "politie_weegteam")],
        opening_in=DWELLING,
    )
    assert refusal(new_case) == (403, "X_organisatie_opgevolgd")
    tried = [e for e in await events(merger) if (e["waarom"] or {}).get("regel") == "X_organisatie_opgevolgd"]
    assert len(tried) == len(refused) + 1


async def test_what_was_accepted_before_the_date_keeps_its_answer(merger: RunningHub) -> None:
    case = await open_case(merger)
    merger.hands.now = DATE
    again = await case.vt.submit(case.request)
    assert again.answer.status == 200


async def test_a_predecessor_reports_on_what_lies_in_its_inbox_and_takes_nothing_on(
    merger: RunningHub,
) -> None:
    case = await open_case(merger)
    old = merger.node(GEM, "gemeente_jurist", "gem-0002")
    assert (await duty(old, end=DATE + timedelta(days=1))).answer.status == 200
    merger.hands.now = DATE
    for kind, staff in (("technisch", None), ("functioneel", None), ("geopend", "gem-0002")):
        told = await merger.ask(Verb.RECEIPT, GEM, old.receipt(case.request, kind, staff=staff))
        assert told.answer.status == 200, (kind, told.answer.body)
    taken = await merger.ask(Verb.RECEIPT, GEM, old.receipt(case.request, "aanvaard", staff="gem-0002"))
    assert refusal(taken) == (403, "X_organisatie_opgevolgd")


async def test_a_message_to_a_predecessor_is_refused_and_names_the_successor(merger: RunningHub) -> None:
    case = await open_case(merger)
    police = merger.node(POL, "politie_hovj", "pol-0007")
    notice = await notify_police(case)
    merger.hands.now = DATE
    assert (await duty(police)).answer.status == 200
    to_old, to_new = [(VT, "vt_procescoordinator")], [(NEW_VT, "vt_procescoordinator")]
    confirmed: dict[str, Any] = {"reactie": "ingepland"}

    async def answer(to: list[tuple[str, str]]) -> Reply:
        return await police.plan(
            "screening.gepland.bevestiging",
            case.case_id,
            confirmed,
            to,
            in_reply_to=notice.message_id,
        )

    old = await answer(to_old)
    (cause,) = old.answer.body["errors"]
    assert (old.answer.status, cause["code"], cause["pointer"]) == (400, "opgevolgd", "/ontvangers/0/oin")
    assert NEW_VT in cause["detail"]
    new = await answer(to_new)
    assert new.answer.status == 200, new.answer.body
    assert new.answer.body["ontvangers"][0]["toegestaan"]


async def test_attack_a_person_of_the_predecessor_with_an_old_assignment(merger: RunningHub) -> None:
    """The same reference at the successor is on no case and no roster: people are assigned anew."""
    case = await open_case(merger)
    merger.hands.now = DATE
    same = successor(merger, staff=case.vt.staff)
    reply = await same.plan(UITNODIGING, case.case_id, {}, [(POL, "politie_weegteam")])
    assert refusal(reply) == (403, "G06_niet_toegewezen")
    hidden = await ask_case(same, case.case_id, "weging")
    assert hidden.answer.status == 404
    assert (await assign(same, case.case_id)).answer.status == 200
    allowed = await same.plan(UITNODIGING, case.case_id, {}, [(POL, "politie_weegteam")])
    assert allowed.answer.status == 200, allowed.answer.body


async def test_attack_a_mandate_of_a_mayor_who_is_no_more(merger: RunningHub) -> None:
    """Decided before the date it counts; afterwards the new mayor must give one."""
    hovj = merger.node(POL, "politie_hovj", "pol-0007")
    old, new = (merger.node(oin, "burgemeester", "bgm-1") for oin in (GEM, NEW_GEM))
    given = await give_mandate(old, hovj, "beslissing", tot=rfc3339(DATE + timedelta(days=300)))
    assert given.answer.status == 200, given.answer.body
    early = await give_mandate(new, hovj, "beslissing")
    assert refusal(early) == (403, "R_gemeente_niet_bevoegd")
    case = await open_case(merger)
    assert (await duty(hovj, end=DATE + timedelta(days=1))).answer.status == 200
    before = await _mandate_in(merger, hovj, case.case_id)
    merger.hands.now = DATE
    after = await _mandate_in(merger, hovj, case.case_id)
    assert (await give_mandate(new, hovj, "beslissing")).answer.status == 200
    anew = await _mandate_in(merger, hovj, case.case_id)
    assert (before, after, anew) == ("beslissing", None, "beslissing")
    nobody = await give_mandate(old, hovj, "beslissing")
    assert refusal(nobody) == (403, "X_organisatie_opgevolgd")


async def _mandate_in(hub: RunningHub, person: Sender, case_id: str) -> str | None:
    """The mandate that the policy was told of when the person last planned something in the case."""
    await person.plan(KENNISGEVING, case_id, KENNISGEVING_FACTS, [(POL, "politie_wijkagent")])
    question, _ = _parsed((await stored_decisions(hub))[-1])
    found: str | None = question["context"].get("mandaat")
    return found


async def test_attack_a_stranger_gets_nothing_by_a_succession_of_others(merger: RunningHub) -> None:
    """The merged municipality stands in the place of the old one, and not of Veilig Thuis."""
    sent: Draft = (case := await open_case(merger)).request
    merger.hands.now = DATE
    other = merger.node(NEW_GEM, "gemeente_jurist", "ngem-0002")
    assert (await duty(other)).answer.status == 200
    seen = await ask_case(other, case.case_id, "weging")
    if seen.answer.status == 200:
        assert seen.answer.body["verzonden"] == []
        assert [each["berichtId"] for each in seen.answer.body["ontvangen"]] == [sent.message_id]
    foreign = await ask_reading(other, sent.copies[0][0].kopie_id, "weging")
    assert foreign.answer.status == 404
