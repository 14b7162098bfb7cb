"""The view of a case and declared acts, each decided by the policy."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from audit.events import EventTag
from gateway.hub.storage.tables import decisions, log_leaves
from gateway.hub.usecases.context import side_of
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.settling import load_record
from tests.hub.asking import ask_case, assign, duty
from tests.hub.bans import ban_facts, impose_ban, ten_days_after
from tests.hub.makers import (
    DWELLING,
    ELDERS,
    POL,
    VT,
    RunningHub,
    notify_police,
    open_case,
)

UNKNOWN = "00000000-0000-4000-8000-000000000000"
REPORT = {"gebeurd_op": "2026-03-01T00:50:00Z", "vastgelegd_op": "2026-03-01T00:55:00Z"}


async def leaves(hub: RunningHub, *tags: EventTag) -> list[tuple[str, str | None, str | None]]:
    """(event, person, rule) of the leaves with one of these tags, in order."""

    def found(body: dict[str, Any]) -> tuple[str, str | None, str | None]:
        return body["wat"], body["wie"]["persoon"], (body["waarom"] or {}).get("regel")

    bodies = await hub.store.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    return [found(body) for body in map(json.loads, bodies) if body["wat"] in tags]


async def test_a_person_on_the_case_sees_it_for_a_purpose_and_the_decision_is_on_record(
    each_hub: RunningHub,
) -> None:
    case = await open_case(each_hub)
    shown = await ask_case(case.vt, case.case_id, "weging")
    assert (shown.answer.status, shown.answer.body["toestand"]) == (200, "verzoek_ingediend")
    assert [tag for tag, _, _ in await leaves(each_hub, EventTag.ACCESS_GIVEN)] == [EventTag.ACCESS_GIVEN]
    kept = await each_hub.store.reader.read(
        lambda c: c.execute(select(decisions.c.question).where(decisions.c.kind == "toegang")).scalars().all()
    )
    assert [json.loads(question)["question"] for question in kept] == ["zaak_zichtbaar"]


@pytest.mark.parametrize(
    ("purpose", "rule"), [(None, "G02_geen_doel"), ("nieuwsgierigheid", "G03_onbekend_doel")]
)
async def test_what_is_wrong_whatever_the_case_is_told_alike_for_every_case(
    hub: RunningHub, purpose: str | None, rule: str
) -> None:
    case = await open_case(hub)
    own, unknown = [await ask_case(case.vt, each, purpose) for each in (case.case_id, UNKNOWN)]
    assert (own.answer.status, own.answer.body["regel"]) == (403, rule)
    assert own.answer.to_bytes() == unknown.answer.to_bytes()


async def test_every_refusal_that_looks_at_the_case_is_that_of_an_unknown_case(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    await notify_police(case)
    people = [
        (each_hub.node(ELDERS, "gemeente_jurist", "eld-1"), "besluit", "G04_doel_niet_geldig_in_toestand"),
        (each_hub.node(VT, "vt_medewerker", "vt-0009"), "screening", "G06_niet_toegewezen"),
        (each_hub.node(POL, "politie_wijkagent", "pol-0042"), "screening", "G06_niet_toegewezen"),
        (
            each_hub.node(POL, "politie_wijkagent", "pol-0042"),
            "reclassering",
            "G04_doel_niet_geldig_in_toestand",
        ),
        (case.vt, "zsm", "G05_rol_mag_doel_niet_inroepen"),
    ]
    for person, purpose, rule in people:
        hidden = await ask_case(person, case.case_id, purpose)
        unknown = await ask_case(person, UNKNOWN, purpose)
        assert hidden.answer.to_bytes() == unknown.answer.to_bytes()
        assert hidden.answer.status == 404, (person, purpose, hidden.answer.body)
        inside = (await leaves(each_hub, EventTag.ACCESS_REFUSED))[-2]
        assert inside == (EventTag.ACCESS_REFUSED, person.staff, rule)


async def test_outside_its_territory_the_rule_is_in_the_log_only(hub: RunningHub) -> None:
    case = await open_case(hub)
    hidden = await ask_case(hub.node(ELDERS, "gemeente_jurist", "eld-1"), case.case_id, "weging")
    assert hidden.answer.status == 404
    assert "regel" not in hidden.answer.body
    assert await leaves(hub, EventTag.ACCESS_REFUSED) == [
        (EventTag.ACCESS_REFUSED, "eld-1", "G06_niet_toegewezen")
    ]


async def test_the_role_that_was_written_to_sees_the_case_on_duty_and_not_after_it(hub: RunningHub) -> None:
    case = await open_case(hub)
    await notify_police(case)
    officer = hub.node(POL, "politie_hovj", "pol-0007")
    assert (await ask_case(officer, case.case_id, "screening")).answer.status == 404
    await duty(officer)
    assert (await ask_case(officer, case.case_id, "screening")).answer.status == 200
    colleague = hub.node(POL, "politie_hovj", "pol-0008")
    await duty(colleague)
    assert (await ask_case(colleague, case.case_id, "screening")).answer.status == 200
    assert (await ask_case(officer, case.case_id, "screening")).answer.status == 404  # the roster moved on


async def test_an_act_that_facts_cannot_tell_is_declared_planned_and_sent(each_hub: RunningHub) -> None:
    """T29: the HOvJ finds no ground for a screening and hands over to Veilig Thuis with a concern report."""
    patrol = each_hub.node(POL, "politie_noodhulp", "pol-0099")
    officer = each_hub.node(POL, "politie_hovj", "pol-0007")
    await duty(officer)
    case_id, facts = str(uuid4()), REPORT | {"kinderen_aanwezig": True}
    await patrol.send("melding.acuut", case_id, facts, [(POL, "politie_hovj")], opening_in=DWELLING)
    report, to = {"kinderen_aanwezig": True, "gemeld_op": "2026-03-01T01:00:00Z"}, [(VT, "vt_medewerker")]
    plan = await officer.plan("melding.zorg", case_id, report, to, act="acuut_zonder_screening")
    assert plan.answer.status == 200, plan.answer.body
    assert plan.answer.body["handeling"] == "acuut_zonder_screening"
    without = await officer.plan("melding.zorg", case_id, report, to)
    assert without.answer.body["handeling"] is None
    sent = await officer.submit(officer.draft(plan.answer.body, report))
    assert (sent.answer.status, sent.answer.body["toestand"]) == (200, "melding"), sent.answer.body
    again = await officer.plan("melding.zorg", case_id, report, to, act="acuut_zonder_screening")
    assert (again.answer.status, again.answer.body["regel"]) == (403, "T_toestand")


async def test_a_declared_act_needs_its_power_and_a_message_that_records_it(hub: RunningHub) -> None:
    patrol = hub.node(POL, "politie_noodhulp", "pol-0099")
    case_id, facts = str(uuid4()), REPORT | {"kinderen_aanwezig": True}
    await patrol.send("melding.acuut", case_id, facts, [(POL, "politie_hovj")], opening_in=DWELLING)
    report, to = {"kinderen_aanwezig": True, "gemeld_op": "2026-03-01T01:00:00Z"}, [(VT, "vt_medewerker")]
    powerless = await patrol.plan("melding.zorg", case_id, report, to, act="acuut_zonder_screening")
    assert (powerless.answer.status, powerless.answer.body["regel"]) == (403, "T_rol_niet_bevoegd")
    for act in ("sluiten", "iets anders"):
        strange = await patrol.plan("melding.zorg", case_id, report, to, act=act)
        assert strange.answer.status == 400
        assert [cause["pointer"] for cause in strange.answer.body["errors"]] == ["/handeling"]


async def test_the_side_of_each_person_counts_and_the_perpetrators_side_for_a_role_that_has_both(
    hub: RunningHub,
) -> None:
    """A copy goes to a role, so it is judged by whoever in it works for the perpetrator; a person by his own side."""
    ban = await impose_ban(hub)
    one, other = hub.node(VT, "casemanager_vt", "vt-0011"), hub.node(VT, "casemanager_vt", "vt-0012")

    async def side() -> str:
        """As the plan of a message to that role tells the sender's node."""
        facts = ban_facts(hub.hands.now, ten_days_after(hub.hands.now))
        planned = await ban.mayor.plan(
            "huisverbod.opgelegd", ban.case_id, facts, [(VT, "casemanager_vt"), (VT, "vt_medewerker")]
        )
        assert planned.answer.status == 200, planned.answer.body
        return str(next(r["kant"] for r in planned.answer.body["ontvangers"] if r["rol"] == "casemanager_vt"))

    assert (await assign(one, ban.case_id, kant="slachtoffer")).answer.status == 200
    assert await side() == "slachtoffer"
    assert (await assign(other, ban.case_id, kant="pleger")).answer.status == 200
    assert await side() == "pleger"
    record = await load_record(hub.parts, Asker(oin=VT, trace_id="a" * 32), ban.case_id)
    assert side_of(record, VT, "casemanager_vt", "vt-0011") == "slachtoffer"
    assert side_of(record, VT, "casemanager_vt", "vt-0012") == "pleger"
    assert (await assign(other, ban.case_id, beeindigen=True)).answer.status == 200
    assert await side() == "slachtoffer"
