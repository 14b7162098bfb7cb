"""Mandates of the burgemeester: who may give one, to whom, for which municipality, and until when it counts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.clock import rfc3339
from tests.hub.asking import decide, duty
from tests.hub.grounds import hovj, imposing, mayor, why
from tests.hub.makers import (
    ELDERS,
    GEM,
    NOW,
    POL,
    VT,
    RunningHub,
    open_case,
)
from tests.hub.registering import (
    give_mandate,
    mandate,
    registers,
    revoke,
    state,
)


async def test_a_mandate_is_given_shown_and_ended(each_hub: RunningHub) -> None:
    giver, holder = mayor(each_hub), hovj(each_hub)
    given = await give_mandate(giver, holder, "beslissing")
    assert given.answer.status == 200, given.answer.body
    mandate_id = given.answer.body["mandaatId"]
    for person in (giver, holder):
        shown = (await registers(person)).answer.body["mandaten"]
        assert [entry["mandaatId"] for entry in shown] == [mandate_id]
    ended = await revoke(giver, "mandaat", mandate_id)
    assert ended.answer.body["ingetrokkenOp"] == rfc3339(NOW)
    again = await revoke(giver, "mandaat", mandate_id)
    assert again.answer.body == ended.answer.body


async def test_the_same_mandate_twice_is_one_and_another_under_its_id_is_refused(
    each_hub: RunningHub,
) -> None:
    giver, holder = mayor(each_hub), hovj(each_hub)
    token = mandate(giver, holder, "beslissing")
    first = await decide(giver, {"soort": "mandaat", "mandaat": token})
    second = await decide(giver, {"soort": "mandaat", "mandaat": token})
    assert (first.answer.status, first.answer.body) == (200, second.answer.body)
    other = await give_mandate(giver, holder, "ondertekening", mandaat_id=first.answer.body["mandaatId"])
    assert (other.answer.status, why(other)) == (409, "id-hergebruikt")


@pytest.mark.parametrize(
    ("giver", "changes", "rule"),
    [
        (lambda h: h.node(GEM, "gemeente_jurist", "jur-1"), {}, "R_rol_niet_bevoegd"),
        (lambda h: h.node(POL, "politie_hovj", "pol-1"), {}, "R_rol_niet_bevoegd"),
        (lambda h: mayor(h, ELDERS), {}, "R_gemeente_niet_bevoegd"),
        (mayor, {"gemeentecode": "9902"}, "R_gemeente_niet_bevoegd"),
        (mayor, {"houder": {"rol": "politie_wijkagent", "medewerker": "p"}}, "R_houder_niet_bevoegd"),
        (mayor, {"houder_oin": VT}, "R_houder_niet_bevoegd"),
        (mayor, {"houder_oin": "00000099000000000777"}, "R_houder_niet_bevoegd"),
    ],
    ids=["jurist", "police-themselves", "other-municipality", "for-another", "wijkagent", "vt", "stranger"],
)
async def test_attack_a_mandate_that_the_law_does_not_let_be_given(
    hub: RunningHub, giver: Any, changes: dict[str, Any], rule: str
) -> None:
    refused = await give_mandate(giver(hub), hovj(hub), "beslissing", **changes)
    assert (refused.answer.status, why(refused)) == (403, rule), refused.answer.body
    assert (await registers(hovj(hub))).answer.body["mandaten"] == []


async def test_attack_a_mandate_signed_by_another_agency(hub: RunningHub) -> None:
    """The police sign a mandate and the municipality's connection brings it, or the other way round."""
    giver, holder = mayor(hub), hovj(hub)
    swapped = replace(hub.world, signing={**hub.world.signing, GEM: hub.world.signing[POL]})
    forged = mandate(replace(giver, hub=replace(hub, world=swapped)), holder, "beslissing")
    good = mandate(giver, holder, "beslissing")
    for bringer, token in ((giver, forged), (holder, forged), (holder, good)):
        assert (await decide(bringer, {"soort": "mandaat", "mandaat": token})).answer.status in {400, 403}
    assert (await registers(holder)).answer.body["mandaten"] == []


async def test_attack_a_mandate_of_another_municipality_opens_nothing_here(each_hub: RunningHub) -> None:
    """The police work in both; the burgemeester elsewhere gave the mandate for his own municipality."""
    case, officer = await open_case(each_hub), hovj(each_hub)
    await duty(officer)
    given = await give_mandate(mayor(each_hub, ELDERS), officer, "beslissing", gemeentecode="9902")
    assert given.answer.status == 200, given.answer.body
    elsewhere = await imposing(officer, case)
    assert elsewhere.facts["mandaat"] is None
    assert "T_geen_mandaat" in elsewhere.missing
    await give_mandate(mayor(each_hub), officer, "beslissing")
    here = await imposing(officer, case)
    assert here.facts["mandaat"] == "beslissing"
    assert "T_geen_mandaat" not in here.missing


async def test_a_mandate_is_of_one_person_and_ends_when_it_says_or_is_revoked(hub: RunningHub) -> None:
    case, officer, giver = await open_case(hub), hovj(hub), mayor(hub)
    colleague = hub.node(POL, "politie_hovj", "pol-0008")
    first = await give_mandate(giver, officer, "beslissing", tot=rfc3339(NOW + timedelta(hours=2)))
    assert (await imposing(colleague, case)).facts["mandaat"] is None
    assert (await imposing(officer, case)).facts["mandaat"] == "beslissing"
    hub.hands.pass_time(timedelta(hours=2))
    assert (await imposing(officer, case)).facts["mandaat"] is None
    second = await give_mandate(giver, officer, "beslissing")
    assert (await imposing(officer, case)).facts["mandaat"] == "beslissing"
    assert (await revoke(giver, "mandaat", second.answer.body["mandaatId"])).answer.status == 200
    assert (await imposing(officer, case)).facts["mandaat"] is None
    assert first.answer.status == 200


@pytest.mark.parametrize("decision", ["opleggen", "niet_opleggen"])
async def test_a_signing_mandate_needs_that_the_burgemeester_decided_the_same(
    hub: RunningHub, decision: str
) -> None:
    """That he decided not to impose is no ground to sign that it is imposed."""
    case, officer, giver = await open_case(hub), hovj(hub), mayor(hub)
    await give_mandate(giver, officer, "ondertekening")
    before = await imposing(officer, case)
    assert (before.facts["mandaat"], before.facts["burgemeester_akkoord"]) == ("ondertekening", False)
    assert "T_ondertekeningsmandaat" in before.missing
    await duty(giver)
    stated = await state(giver, case.case_id, "burgemeester_akkoord", besluit=decision)
    assert stated.answer.status == 200, stated.answer.body
    agrees = decision == "opleggen"
    after = await imposing(officer, case)
    assert after.facts["burgemeester_akkoord"] is agrees
    assert ("T_ondertekeningsmandaat" in after.missing) is not agrees
    await revoke(giver, "verklaring", stated.answer.body["verklaringId"])
    assert (await imposing(officer, case)).facts["burgemeester_akkoord"] is False
