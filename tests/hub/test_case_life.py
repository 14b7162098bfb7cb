"""The view of a case tells its life, and of its parallel regions what the person may know. With the real policies."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from gateway.domain.clock import rfc3339
from gateway.hub.storage.tables import decisions
from gateway.hub.usecases.case_life import region_categories
from tests.hub.asking import ask_case, assign
from tests.hub.bans import HOUSEHOLD, ban_facts, before_a_ban, impose_ban, moments, ten_days_after
from tests.hub.makers import GEM, NOW, POL, RunningHub, notify_police, open_case


def regions(body: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["spoor"]: (each["stand"], each["artikel"]) for each in body["sporen"]}


async def test_the_timeline_tells_every_state_with_its_article_and_marks_what_was_late(
    hub: RunningHub,
) -> None:
    case = await before_a_ban(hub)
    announced = NOW + timedelta(minutes=5)
    hub.hands.now = NOW + timedelta(hours=4)
    facts = ban_facts(announced, ten_days_after(announced))
    facts["vastgelegd_op"] = rfc3339(hub.hands.now)
    await case.mayor.send("huisverbod.opgelegd", case.case_id, facts, HOUSEHOLD)
    view = await ask_case(case.mayor, case.case_id, "besluit")
    assert view.answer.status == 200, view.answer.body
    *earlier, last = view.answer.body["tijdlijn"]
    assert earlier[0]["toestand"] == "verzoek_ingediend"
    assert not any("laatVastgelegd" in state for state in earlier)
    assert (last["toestand"], last["artikel"]) == ("opgelegd", "Wth 2(1),(2),(4), 3, 4(2)")
    assert (last["gebeurdOp"], last["vastgelegdOp"]) == (rfc3339(announced), rfc3339(hub.hands.now))
    assert last["laatVastgelegd"] is True
    assert last["uitleg"]


async def test_regions_are_shown_with_their_article_to_who_may_read_what_they_follow_from(
    hub: RunningHub,
) -> None:
    """The decision is the municipality's own; what the police reported of serving it is not."""
    ban = await impose_ban(hub, mondeling_aangezegd=True)
    own = await ask_case(ban.mayor, ban.case_id, "besluit")
    assert own.answer.status == 200, own.answer.body
    assert regions(own.answer.body)["bekendmaking"] == ("mondeling", "Wth 2(7)")
    served = {"soort": "opleggen", "wijze": "in_persoon"} | moments(hub)
    await ban.hovj.send("huisverbod.uitreiking", ban.case_id, served, [(GEM, "burgemeester")])
    wijkagent = hub.node(POL, "politie_wijkagent", "pol-0042")
    assert (await assign(wijkagent, ban.case_id)).answer.status == 200
    breach = {"betreft": "huisverbod", "stand": "gesignaleerd"} | moments(hub)
    await ban.hovj.send("overtreding.melding", ban.case_id, breach, [(GEM, "burgemeester")])
    view = await ask_case(wijkagent, ban.case_id, "handhaving")
    assert view.answer.status == 200, view.answer.body
    assert regions(view.answer.body)["bekendmaking"] == ("uitgereikt", "Awb 3:41")


async def test_attack_who_may_not_read_a_conduct_order_does_not_learn_of_it_from_the_strafspoor(
    hub: RunningHub,
) -> None:
    planned = await open_case(hub)
    await notify_police(planned)
    wijkagent = hub.node(POL, "politie_wijkagent", "pol-0042")
    assert (await assign(wijkagent, planned.case_id)).answer.status == 200
    view = await ask_case(wijkagent, planned.case_id, "screening")
    assert view.answer.status == 200, view.answer.body
    assert "afdoening_maatregel" not in await _readable(hub)
    assert "strafspoor" not in regions(view.answer.body)
    case = await before_a_ban(hub)
    mayor = await ask_case(case.mayor, case.case_id, "besluit")
    assert regions(mayor.answer.body)["strafspoor"] == ("geen", "")


async def _readable(hub: RunningHub) -> set[str]:
    """What the recorded decision said about the categories."""
    query = select(decisions.c.verdict).where(decisions.c.kind == "sporen").order_by(decisions.c.decided_at)
    rows = await hub.store.reader.read(lambda c: c.execute(query).scalars().all())
    newest: dict[str, Any] = json.loads(rows[-1])
    return {category for category, decision, *_ in newest["categorieen"] if decision == "allow"}


def test_every_region_has_categories_that_guard_it() -> None:
    assert {name: set(categories) for name, categories in region_categories().items()} == {
        "strafspoor": {"afdoening_maatregel", "vrijlating"},
        "rechtsbescherming": {"huisverbod_besluit"},
        "kindspoor": {"kind_basis"},
        "overtreding": {"monitoring_signaal"},
        "bekendmaking": {"huisverbod_besluit", "uitreiking_bewijs"},
    }
