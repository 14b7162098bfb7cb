"""What the node of a sender asks of a form, of itself and because of the pilot of the region."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.domain.errors import InvalidInput
from gateway.local.registry_file import MUNICIPALITY
from gateway.local.simulate.contents import make_content
from gateway.local.simulate.people import seeded
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.pilot import form_summary
from gateway.node.usecases.plan import plan_message
from gateway.node.usecases.send import send_message
from gateway.protocol.plan import PilotPlan
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import OinRole
from tests.node.makers import HOVJ_ON_DUTY, Exchange, kennisgeving

RIHG, SERVED = "screening.rihg.uitkomst", "huisverbod.uitreiking"


def pilot(**changes: Any) -> PilotPlan:
    values: dict[str, Any] = {
        "regio": "noord",
        "simulatie": False,
        "verplicht": [],
        "risicosignalen_tellen": False,
    }
    return PilotPlan(**(values | changes))


def draft(name: str, **fields: Any) -> Draft:
    """A message of the HOvJ, as a simulation would write it; a field that is None is left out."""
    content = {**make_content(name, seeded("proef")), **fields}
    return kennisgeving(
        message_type=name,
        role="politie_hovj",
        staff="pol-0007",
        recipients=[OinRole(oin=MUNICIPALITY.oin, rol="burgemeester")],
        content={field: value for field, value in content.items() if value is not None},
    )


def without_red(**fields: Any) -> Draft:
    """A RiHG without a red signal, and two risk signals beside it."""
    signals = [{**each, "kleur": "geel"} for each in make_content(RIHG, seeded("proef"))["signalen"]]
    levels = {f"onderdeel_{part}": "laag" for part in ("pleger", "incident", "gezin")}
    beside = ["wurging", "stalking"]
    made = {"signalen": signals, "aantal_rood_per_onderdeel": [0, 0, 0], "risicosignalen": beside, **levels}
    return draft(RIHG, **(made | fields))


async def causes(exchange: Exchange, message: Draft) -> list[tuple[str, str]]:
    """What is wrong with the message; nothing is sent."""
    with pytest.raises(InvalidInput) as refused:
        await send_message(exchange.police.parts, HOVJ_ON_DUTY, message)
    assert exchange.hub.bodies == []
    return [(cause.pointer, cause.code) for cause in refused.value.causes]


async def remarks(exchange: Exchange, message: Draft) -> list[str]:
    """What the officer is told in a plan, in Dutch."""
    plan = await plan_message(exchange.police.parts, message)
    found = form_summary(exchange.police.parts, message, plan)
    assert found is not None
    return [each.detail_nl for each in found.remarks if each.code == "wijkt_af"]


async def test_a_rihg_that_does_not_add_up_is_not_sent_and_the_hub_does_not_hear_of_it(
    exchange: Exchange,
) -> None:
    broken = without_red(aantal_rood_per_onderdeel=[1, 0, 0])
    assert await causes(exchange, broken) == [("/inhoud/aantal_rood_per_onderdeel", "telling")]
    assert Verb.PLAN not in [verb for verb, _ in exchange.hub.asked]


async def test_a_field_that_the_pilot_of_the_region_asks_for_is_required_there(exchange: Exchange) -> None:
    lacking = draft(SERVED, handtekening_of_weigering=None, pv_nummer=None)
    exchange.hub.policy.pilot = pilot(verplicht=["handtekening_of_weigering", "pv_nummer"])
    assert await causes(exchange, lacking) == [
        ("/inhoud/handtekening_of_weigering", "verplicht_in_proef"),
        ("/inhoud/pv_nummer", "verplicht_in_proef"),
    ]
    exchange.hub.policy.pilot = pilot()
    assert (await plan_message(exchange.police.parts, lacking)).type == SERVED


async def test_risk_signals_are_beside_a_rihg_and_do_not_count(exchange: Exchange) -> None:
    assert await remarks(exchange, without_red(advies="niet_opleggen")) == []
    (told,) = await remarks(exchange, without_red(advies="opleggen"))
    assert "risicosignalen" not in told


async def test_in_a_simulation_with_that_pilot_risk_signals_count_and_the_remark_says_so(
    exchange: Exchange,
) -> None:
    exchange.registry = replace(exchange.registry, simulation=True)
    exchange.hub.policy.pilot = pilot(simulatie=True, risicosignalen_tellen=True)
    assert await remarks(exchange, without_red(advies="opleggen")) == []
    (told,) = await remarks(exchange, without_red(advies="niet_opleggen"))
    assert "SIMULATIE" in told
    one = without_red(advies="niet_opleggen", risicosignalen=["wurging"])
    assert await remarks(exchange, one) == []


@pytest.mark.parametrize("changes", [{"simulatie": True}, {"risicosignalen_tellen": True}])
async def test_attack_a_hub_that_names_a_pilot_of_a_simulation_outside_one_gets_nothing(
    exchange: Exchange, changes: dict[str, Any]
) -> None:
    exchange.hub.policy.pilot = pilot(**changes)
    with pytest.raises(InvalidInput) as refused:
        await send_message(exchange.police.parts, HOVJ_ON_DUTY, without_red(advies="opleggen"))
    assert refused.value.code == "proef-uit-simulatie"
    assert exchange.hub.bodies == []
