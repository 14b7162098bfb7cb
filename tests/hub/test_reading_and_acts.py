"""Reading, acts, assignments, duties and the view of a case, with the real policies."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.retention import kept_until
from gateway.hub.storage.tables import duties, log_leaves
from gateway.hub.usecases.auditing import ARTICLE_LENGTH, cited
from gateway.hub.usecases.problem_answers import Reply
from tests.hub.asking import ask_case, ask_reading, assign, decide, duty
from tests.hub.makers import (
    ELDERS,
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    Draft,
    RunningHub,
    Sender,
    notify_police,
    open_case,
)


def copy_for(sent: Draft, role: str) -> str:
    return next(c.kopie_id for c, _ in sent.copies if c.ontvanger.rol == role)


async def events(hub: RunningHub) -> list[dict[str, Any]]:
    return await hub.store.reader.read(
        lambda c: [
            json.loads(row.body) for row in c.execute(select(log_leaves).order_by(log_leaves.c.leaf_index))
        ]
    )


async def test_the_hovj_on_duty_reads_under_screening_and_not_without_a_purpose(each_hub: RunningHub) -> None:
    sent = await notify_police(await open_case(each_hub))
    hovj = each_hub.node(POL, "politie_hovj", "pol-0007")
    copy_id = copy_for(sent, "politie_hovj")
    stranger = await ask_reading(hovj, copy_id, "screening")
    assert (stranger.answer.status, stranger.answer.body["regel"]) == (403, "G06_niet_toegewezen")
    await duty(hovj)
    read = await ask_reading(hovj, copy_id, "screening")
    assert read.answer.status == 200, read.answer.body
    by_field = {f["veld"]: f["besluit"] for f in read.answer.body["velden"]}
    assert by_field["onderbouwing_gevaar"] == "allow"
    none = await ask_reading(hovj, copy_id, None)
    assert (none.answer.status, none.answer.body["regel"]) == (403, "G02_geen_doel")
    assert none.answer.body["artikel"]
    assert none.answer.body["vervolgstap"]
    recorded = [
        (e["wat"], e["waarom"]["regel"]) for e in await events(each_hub) if e["wat"].startswith("lezen")
    ]
    assert recorded[0] == ("lezen:kopie:geweigerd", "G06_niet_toegewezen")
    assert recorded[1][0] == "lezen:kopie:toegestaan"
    assert recorded[2] == ("lezen:kopie:geweigerd", "G02_geen_doel")


async def test_the_log_names_the_articles_of_what_was_read_and_of_each_copy(hub: RunningHub) -> None:
    case = await open_case(hub)
    planned = await case.vt.plan(
        KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj"), (POL, "politie_wijkagent")]
    )
    expected = [cited(each["artikel"]) for each in planned.answer.body["ontvangers"]]
    sent = await notify_police(case)
    hovj = hub.node(POL, "politie_hovj", "pol-0007")
    await duty(hovj)
    read = await ask_reading(hovj, copy_for(sent, "politie_hovj"), "screening")
    found = {e["wat"]: e["waarom"]["artikel"] for e in await events(hub) if e["waarom"]}
    named = set(found["lezen:kopie:toegestaan"].removesuffix("; en meer").split("; "))
    given = {
        one
        for field in read.answer.body["velden"]
        if field["besluit"] != "deny"
        for one in field["artikel"].split("; ")
    }
    assert named <= given
    assert len(named) > 2
    copies = [e["waarom"] for e in await events(hub) if e["bericht"] and e["bericht"]["kopie_id"]]
    provided = {(why["regel"], why["artikel"]) for why in copies if why["artikel"] in expected}
    assert provided == {("matrix", article) for article in expected}


def test_a_leaf_holds_whole_citations_and_says_when_there_are_more() -> None:
    assert cited("Wth 2; Awb 4:8") == "Wth 2; Awb 4:8"
    many = "; ".join(f"Wth {number}" for number in range(60))
    kept = cited(many)
    assert len(kept) <= ARTICLE_LENGTH
    assert kept.endswith("; en meer")
    assert many.startswith(kept.removesuffix("; en meer") + "; ")
    assert cited("x" * 300) == "x" * ARTICLE_LENGTH


async def test_a_reader_under_another_purpose_than_his_is_refused(hub: RunningHub) -> None:
    """Purpose swap at reading."""
    sent = await notify_police(await open_case(hub))
    hovj = hub.node(POL, "politie_hovj", "pol-0007")
    await duty(hovj)
    for purpose in ("zsm", "weging", "kinderbescherming", "verzonnen", "jan jansen"):
        reply = await ask_reading(hovj, copy_for(sent, "politie_hovj"), purpose)
        assert reply.answer.status == 403, purpose


async def test_a_copy_of_another_agency_does_not_exist_for_a_reader(hub: RunningHub) -> None:
    """Tenant crossing: same status and bytes as for a copy that is nowhere."""
    sent = await notify_police(await open_case(hub))
    thief = hub.node(GEM, "burgemeester", "gem-0001")
    stolen = await ask_reading(thief, copy_for(sent, "politie_hovj"), "besluit")
    nowhere = await ask_reading(thief, "00000000-0000-4000-8000-000000000000", "besluit")
    assert stolen.answer.status == 404
    assert stolen.answer.to_bytes() == nowhere.answer.to_bytes()
    assert [e["waarom"]["regel"] for e in (await events(hub))[-2:]] == ["kopie-niet-van-deze-organisatie"] * 2


async def test_glass_may_be_broken_on_duty_for_screening_and_is_recorded(hub: RunningHub) -> None:
    sent = await notify_police(await open_case(hub))
    wijkagent_copy = copy_for(sent, "politie_wijkagent")
    noodhulp = hub.node(POL, "politie_noodhulp", "pol-0099")
    reason = {"reden": "Melding van gegil in de woning, dienstdoende leest mee."}
    before = await ask_reading(noodhulp, wijkagent_copy, "screening", breekglas=reason)
    assert before.answer.status == 403
    await duty(noodhulp)
    opened = await ask_reading(noodhulp, wijkagent_copy, "screening", breekglas=reason)
    assert opened.answer.status == 200, opened.answer.body
    allowed = {f["categorie"] for f in opened.answer.body["velden"] if f["besluit"] != "deny"}
    assert "vt_veiligheidsbeoordeling" not in allowed
    assert "identificerend" in allowed
    tags = [e["wat"] for e in await events(hub)]
    assert EventTag.BREAK_GLASS_REFUSED in tags
    assert EventTag.BREAK_GLASS_OPENED in tags
    assert not any("gegil" in json.dumps(e) for e in await events(hub))


async def test_an_assigned_wijkagent_reads_and_no_longer_after_it_ended(hub: RunningHub) -> None:
    case = await open_case(hub)
    sent = await notify_police(case)
    wijkagent = hub.node(POL, "politie_wijkagent", "pol-0042")
    copy_id = copy_for(sent, "politie_wijkagent")
    assert (await assign(wijkagent, case.case_id)).answer.status == 200
    assert (await ask_reading(wijkagent, copy_id, "screening")).answer.status == 200
    assert (await assign(wijkagent, case.case_id, beeindigen=True)).answer.status == 200
    assert (await ask_reading(wijkagent, copy_id, "screening")).answer.status == 403


async def test_an_agency_assigns_only_in_its_own_roles_and_only_where_the_case_exists_for_it(
    hub: RunningHub,
) -> None:
    case = await open_case(hub)
    wrong_role = await assign(hub.node(GEM, "politie_hovj", "gem-1"), case.case_id)
    assert (wrong_role.answer.status, wrong_role.answer.body["regel"]) == (
        403,
        "G01_rol_past_niet_bij_organisatie",
    )
    outside = hub.node(ELDERS, "burgemeester", "eld-1")
    hidden = await assign(outside, case.case_id)
    unknown = await assign(outside, "00000000-0000-4000-8000-000000000000")
    assert hidden.answer.status == 404
    assert hidden.answer.to_bytes() == unknown.answer.to_bytes()


async def test_the_weegteam_hovj_may_not_screen_in_the_same_case(hub: RunningHub) -> None:
    case = await open_case(hub)
    sent = await notify_police(case)
    assert (await assign(hub.node(POL, "politie_weegteam", "pol-0007"), case.case_id)).answer.status == 200
    hovj = hub.node(POL, "politie_hovj", "pol-0007")
    await duty(hovj)
    reply = await ask_reading(hovj, copy_for(sent, "politie_hovj"), "screening")
    assert (reply.answer.status, reply.answer.body["regel"]) == (403, "G10_functiescheiding")


async def test_a_duty_replaces_what_it_overlaps(each_hub: RunningHub) -> None:
    day = each_hub.hands.now
    first = each_hub.node(POL, "politie_hovj", "pol-0001")
    second = each_hub.node(POL, "politie_hovj", "pol-0002")
    assert (await duty(first, day, day + timedelta(hours=12))).answer.status == 200
    assert (await duty(second, day + timedelta(hours=4), day + timedelta(hours=6))).answer.status == 200
    rows = await each_hub.store.reader.read(
        lambda c: [
            (r.staff, r.starts_at, r.ends_at) for r in c.execute(select(duties).order_by(duties.c.starts_at))
        ]
    )
    assert rows == [
        ("pol-0001", rfc3339(day), rfc3339(day + timedelta(hours=4))),
        ("pol-0002", rfc3339(day + timedelta(hours=4)), rfc3339(day + timedelta(hours=6))),
        ("pol-0001", rfc3339(day + timedelta(hours=6)), rfc3339(day + timedelta(hours=12))),
    ]
    backwards = await duty(first, day, day - timedelta(hours=1))
    assert backwards.answer.status == 400


async def test_closing_follows_the_transition_and_a_wrong_state_names_its_rule(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)

    def close(sender: Any, case_id: str) -> dict[str, Any]:
        return {
            "soort": "handeling",
            "zaakId": case_id,
            "handeling": "sluiten",
            "door": {"rol": sender.role, "medewerker": sender.staff},
            "feiten": {},
            "gebeurdOp": rfc3339(each_hub.hands.now),
            "vastgelegdOp": rfc3339(each_hub.hands.now),
        }

    refused = await decide(case.vt, close(case.vt, case.case_id))
    assert (refused.answer.status, refused.answer.body["regel"]) == (403, "T_toestand")
    outside = each_hub.node(ELDERS, "gemeente_jurist", "eld-1")
    hidden = await decide(outside, close(outside, case.case_id))
    unknown = await decide(outside, close(outside, "00000000-0000-4000-8000-000000000000"))
    assert hidden.answer.status == 404
    assert hidden.answer.to_bytes() == unknown.answer.to_bytes()
    with_facts = close(case.vt, case.case_id) | {"feiten": {"verhaal": "Jan woont er"}}
    assert (await decide(case.vt, with_facts)).answer.status == 400
    by_message = close(case.vt, case.case_id) | {"handeling": "opleggen"}
    assert (await decide(case.vt, by_message)).answer.status == 400


async def test_a_negative_weighing_may_be_closed_once(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    await case.vt.send("weegteam.uitnodiging", case.case_id, {}, [(POL, "politie_weegteam")])
    await case.vt.send("weegteam.advies", case.case_id, {"advies": "negatief"}, [(POL, "politie_weegteam")])
    body = {
        "soort": "handeling",
        "zaakId": case.case_id,
        "handeling": "sluiten",
        "door": {"rol": case.vt.role, "medewerker": case.vt.staff},
        "feiten": {},
        "gebeurdOp": rfc3339(each_hub.hands.now),
        "vastgelegdOp": rfc3339(each_hub.hands.now),
    }
    closed = await decide(case.vt, body)
    assert closed.answer.body == {"zaakId": case.case_id, "handeling": "sluiten", "toestand": "gesloten"}
    again = await decide(case.vt, body)
    assert (again.answer.status, again.answer.body["regel"]) == (403, "T_toestand")


async def test_a_closed_case_is_not_shown_after_five_years_whether_it_was_destroyed_or_not(
    hub: RunningHub,
) -> None:
    case = await open_case(hub)
    await case.vt.send("weegteam.uitnodiging", case.case_id, {}, [(POL, "politie_weegteam")])
    await case.vt.send("weegteam.advies", case.case_id, {"advies": "negatief"}, [(POL, "politie_weegteam")])
    closed = await decide(
        case.vt,
        {
            "soort": "handeling",
            "zaakId": case.case_id,
            "handeling": "sluiten",
            "door": {"rol": case.vt.role, "medewerker": case.vt.staff},
            "feiten": {},
            "gebeurdOp": rfc3339(hub.hands.now),
            "vastgelegdOp": rfc3339(hub.hands.now),
        },
    )
    assert closed.answer.status == 200
    until = kept_until(hub.hands.now)
    hub.hands.pass_time(until - hub.hands.now - timedelta(seconds=1))
    assert (await ask_case(case.vt, case.case_id, "systeem")).answer.status == 200
    hub.hands.pass_time(timedelta(seconds=1))
    assert (await ask_case(case.vt, case.case_id, "systeem")).answer.status == 404


async def test_the_view_of_a_case_shows_an_agency_only_its_own_part(hub: RunningHub) -> None:
    case = await open_case(hub)
    await notify_police(case)

    async def view(person: Sender, purpose: str) -> Reply:
        return await ask_case(person, case.case_id, purpose)

    vt = (await view(case.vt, "screening")).answer.body
    assert vt["toestand"] == "screening_gepland"
    assert [m["type"] for m in vt["verzonden"]] == ["screening.verzoek", "screening.gepland.kennisgeving"]
    gem = hub.node(GEM, "gemeente_jurist", "gem-1")
    await assign(gem, case.case_id)
    other = await open_case(hub)
    await assign(gem, other.case_id)
    assert (await view(gem, "weging")).answer.status == 404  # weging is over in this case
    municipality = (await ask_case(gem, other.case_id, "weging")).answer.body
    assert municipality["verzonden"] == []
    assert [m["type"] for m in municipality["ontvangen"]] == ["screening.verzoek"]
    assert "politie" not in json.dumps(municipality)
    outside = await view(hub.node(ELDERS, "burgemeester", "e-1"), "besluit")
    assert outside.answer.status == 404
