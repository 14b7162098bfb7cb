"""A municipality's part in a pilot: what it opens, where and how long, and what only a simulation may try."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from gateway.domain.clock import rfc3339
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.problem_answers import Reply
from tests.hub.asking import assign, duty
from tests.hub.bans import moments
from tests.hub.grounds import PILOT, RIHG, hovj, imposing, mayor, opened_for, recorded, why
from tests.hub.makers import (
    DWELLING,
    ELDERS,
    GEM,
    RVDK,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    RunningHub,
    Sender,
    notify_police,
    open_case,
)
from tests.hub.registering import (
    give_mandate,
    register_pilot,
    registers,
    revoke,
)
from tests.hub.revoking import WITHOUT_LIMIT
from tests.hub.test_moments import state_of


async def ask_screening(person: Sender, municipality: str) -> Reply:
    """The person asks for a screening in a new case there."""
    to = [(VT, "vt_procescoordinator")]
    return await person.plan(VERZOEK, str(uuid4()), VERZOEK_FACTS, to, opening_in=municipality)


async def test_a_pilot_lets_a_role_ask_where_it_was_registered_and_as_long_as_it_holds(
    each_hub: RunningHub,
) -> None:
    asker, giver = each_hub.node(RVDK, "rvdk_raadsonderzoeker", "rvdk-1"), mayor(each_hub)
    assert why(await ask_screening(asker, DWELLING)) == "S_afzender_niet_bevoegd"
    entry = await register_pilot(giver, PILOT)
    assert entry.answer.status == 200, entry.answer.body
    assert entry.answer.body["simulatie"] is False
    assert (await ask_screening(asker, DWELLING)).answer.status == 200
    assert why(await ask_screening(asker, "9902")) == "S_afzender_niet_bevoegd"
    assert (await revoke(giver, "proef", entry.answer.body["proefId"])).answer.status == 200
    assert why(await ask_screening(asker, DWELLING)) == "S_afzender_niet_bevoegd"


async def test_who_takes_the_rihg_follows_from_the_pilot_and_an_assignment_for_it(hub: RunningHub) -> None:
    """Having opened the case is no assignment for it."""
    case, vt, key = (
        await open_case(hub),
        hub.node(VT, "vt_procescoordinator", "vt-0009"),
        "pilot_rihg_afnemers",
    )
    flags = 'rihg_afnemers = ["vt_procescoordinator"]'
    await register_pilot(mayor(hub), PILOT + flags)
    police = hovj(hub)
    assert not await opened_for(police, case, RIHG, vt, key)
    await assign(vt, case.case_id)
    assert await opened_for(police, case, RIHG, vt, key)


async def test_attack_a_rihg_of_veilig_thuis_in_a_pilot_is_not_the_signature_of_the_hovj(
    hub: RunningHub,
) -> None:
    """It does not end the screening, and the policy hears of no signature until the HOvJ sends his own."""
    case, police = await open_case(hub), hovj(hub)
    vt = hub.node(VT, "vt_procescoordinator", "vt-0009")
    await register_pilot(mayor(hub), PILOT + 'rihg_afnemers = ["vt_procescoordinator"]')
    notice = await notify_police(case)
    assert (await assign(vt, case.case_id)).answer.status == 200
    assert (await duty(police)).answer.status == 200
    started = {"reactie": "gestart"}
    to_vt = [(VT, "vt_procescoordinator")]
    await police.send(
        "screening.gepland.bevestiging", case.case_id, started, to_vt, in_reply_to=notice.message_id
    )
    form = {"ondertekend_op": rfc3339(hub.hands.now)} | moments(hub)
    to_mayor = [(GEM, "burgemeester")]
    await vt.send(RIHG, case.case_id, form, to_mayor)
    assert (await recorded(hub, "verzenden"))[-1][0]["context"]["rihg_ondertekend"] is False
    assert (await state_of(hub, case.case_id))[0] == "screening"
    await police.send(RIHG, case.case_id, form, to_mayor)
    assert (await recorded(hub, "besluiten"))[-1][0]["context"]["rihg_ondertekend"] is True
    assert (await state_of(hub, case.case_id))[0] == "besluitvorming"


@pytest.mark.parametrize("flag", ["eerste_termijn_dagen = 14", "risicosignalen_tellen = true"])
async def test_what_needs_a_change_of_law_is_only_for_a_simulation_and_is_marked(
    hub: RunningHub, flag: str
) -> None:
    settings = PILOT + flag
    refused = await register_pilot(mayor(hub), settings)
    assert refused.answer.status == 400
    assert "wetswijziging_nodig" in {cause["code"] for cause in refused.answer.body["errors"]}
    pretended = await register_pilot(mayor(hub), settings.replace("simulatie = false", "simulatie = true"))
    assert pretended.answer.status == 400
    parts = replace(hub.parts, simulation=True)
    simulated = replace(hub, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))
    taken = await register_pilot(mayor(simulated), settings.replace("simulatie = false", "simulatie = true"))
    assert taken.answer.status == 200, taken.answer.body
    assert taken.answer.body["simulatie"] is True
    assert [entry["simulatie"] for entry in (await registers(mayor(hub))).answer.body["proeven"]] == [True]


@pytest.mark.parametrize(
    ("giver", "changes", "rule"),
    [
        (lambda h: h.node(GEM, "gemeente_jurist", "jur-1"), {}, "R_rol_niet_bevoegd"),
        (lambda h: mayor(h, ELDERS), {}, "R_gemeente_niet_bevoegd"),
        (mayor, {"gemeentecode": "9902"}, "R_gemeente_niet_bevoegd"),
    ],
)
async def test_attack_a_pilot_for_another_municipality(
    hub: RunningHub, giver: Any, changes: dict[str, Any], rule: str
) -> None:
    refused = await register_pilot(giver(hub), PILOT, **changes)
    assert (refused.answer.status, why(refused)) == (403, rule)


async def test_where_the_administration_decides_itself_no_mandate_to_decide_counts_and_one_to_sign_does(
    hub: RunningHub,
) -> None:
    case, giver, officer = await open_case(hub), mayor(hub), hovj(hub)
    await give_mandate(giver, officer, "beslissing")
    assert (await imposing(officer, case)).facts["mandaat"] == "beslissing"
    entry = await register_pilot(giver, PILOT + "bestuurlijke_besluitvorming = true")
    assert (await imposing(officer, case)).facts["mandaat"] is None
    await give_mandate(giver, officer, "ondertekening")
    assert (await imposing(officer, case)).facts["mandaat"] == "ondertekening"
    assert (await revoke(giver, "proef", entry.answer.body["proefId"])).answer.status == 200
    assert (await imposing(officer, case)).facts["mandaat"] == "ondertekening"
