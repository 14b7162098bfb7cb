"""Agreements, consents and decisions in a case: who may state them and what they open."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from gateway.domain.clock import rfc3339
from gateway.local.registry_file import PROBATION as PROBATION_AGENCY
from gateway.protocol.wire import OinRole
from tests.hub.asking import decide, duty
from tests.hub.grounds import HISTORY, hovj, mayor, opened_for, why
from tests.hub.makers import (
    ELDERS,
    GEM,
    NOW,
    OM,
    POL,
    VT,
    RunningHub,
    open_case,
)
from tests.hub.registering import (
    disclosure,
    registers,
    revoke,
    state,
    statement,
)

PROBATION: Final = PROBATION_AGENCY.oin

PURPOSES = ("monitoring", "uitvoering", "verlenging")

TO_HOVJ: Final[dict[str, Any]] = {"ontvanger": OinRole(oin=POL, rol="politie_hovj"), "doelen": ["besluit"]}


async def test_consent_opens_only_what_it_names_and_only_own_data(each_hub: RunningHub) -> None:
    """Recipient, role, every category that asks for it and every possible purpose; recorded by the sender's agency."""
    case = await open_case(each_hub)
    vt, key = each_hub.node(VT, "vt_medewerker", "vt-0002"), "toestemming_betrokkene"
    to = each_hub.node(GEM, "casemanager_gemeente", "cm-1")
    await duty(vt)
    await duty(hovj(each_hub))

    async def says(*args: Any) -> bool:
        stated = await state(vt, case.case_id, key, **disclosure(*args))
        assert stated.answer.status == 200, stated.answer.body
        return await opened_for(vt, case, HISTORY, to, key)

    assert not await says(to, "hulpverlening_status", *PURPOSES)
    assert not await says(to, "reclasseringsadvies", "uitvoering")
    other = each_hub.node(VT, "casemanager_vt", "cm-2")
    assert not await says(other, "reclasseringsadvies", *PURPOSES)
    assert await says(to, "reclasseringsadvies", *PURPOSES)
    assert not await opened_for(hovj(each_hub), case, HISTORY, to, key)
    shown = (await registers(vt, case.case_id)).answer.body["verklaringen"]
    assert len(shown) == 4
    first = next(entry for entry in shown if entry["categorie"] == "hulpverlening_status")
    await revoke(vt, "verklaring", first["verklaringId"])
    assert not await opened_for(vt, case, HISTORY, to, key)


async def test_a_police_decision_counts_only_with_the_authority_over_them(hub: RunningHub) -> None:
    """Wpg 19, 20: in agreement with the bevoegd gezag; one of the two is no decision."""
    case, officer, key = await open_case(hub), hovj(hub), "wpg20_besluit"
    to, prosecutor = hub.node(GEM, "casemanager_gemeente", "cm-1"), hub.node(OM, "om_ovj_zsm", "ovj-1")
    names = disclosure(to, "politie_art8", *PURPOSES)
    for person in (officer, prosecutor):
        await duty(person)
        assert not await opened_for(officer, case, HISTORY, to, key)
        assert (await state(person, case.case_id, key, **names)).answer.status == 200
    assert await opened_for(officer, case, HISTORY, to, key)
    assert not await opened_for(hub.node(VT, "vt_medewerker", "vt-1"), case, HISTORY, to, key)


@pytest.mark.parametrize(
    ("kind", "who", "members"),
    [
        ("burgemeester_akkoord", (GEM, "gemeente_jurist"), {"besluit": "opleggen"}),
        ("burgemeester_akkoord", (POL, "politie_hovj"), {"besluit": "opleggen"}),
        ("gemeentelijke_opdracht", (GEM, "casemanager_gemeente"), {"opdrachtnemer": PROBATION}),
        ("om_akkoord", (OM, "om_parketsecretaris"), TO_HOVJ | {"categorie": "politie_art9"}),
        ("om_akkoord", (POL, "politie_hovj"), TO_HOVJ | {"categorie": "politie_art9"}),
        ("arts_besluit", (VT, "vt_medewerker"), TO_HOVJ | {"categorie": "medisch"}),
        ("opvang_noodzaak", (VT, "vt_medewerker"), TO_HOVJ | {"categorie": "geheim_adres_slachtoffer"}),
        ("wpg20_besluit", (POL, "politie_wijkagent"), TO_HOVJ | {"categorie": "politie_art8"}),
        ("toestemming_betrokkene", (POL, "politie_hovj"), TO_HOVJ | {"categorie": "kind_zorg"}),
    ],
)
async def test_attack_a_statement_by_whom_the_law_does_not_let(
    hub: RunningHub, kind: str, who: tuple[str, str], members: dict[str, Any]
) -> None:
    case, person = await open_case(hub), hub.node(*who, "iemand-1")
    await duty(person)
    refused = await state(person, case.case_id, kind, **members)
    assert (refused.answer.status, why(refused)) == (403, "R_rol_niet_bevoegd"), refused.answer.body
    assert refused.answer.body["artikel"]
    assert (await registers(person, case.case_id)).answer.body["verklaringen"] == []


async def test_attack_statements_in_a_case_that_is_not_yours_to_know(hub: RunningHub) -> None:
    """The burgemeester elsewhere, and an unknown case: the same answer; and one who is not on the case."""
    case = await open_case(hub)
    outside, stranger = mayor(hub, ELDERS), mayor(hub)
    await duty(outside)
    unseen = await state(outside, case.case_id, "burgemeester_akkoord", besluit="opleggen")
    unknown = await state(outside, str(uuid4()), "burgemeester_akkoord", besluit="opleggen")
    assert (unseen.answer.status, unseen.answer.body) == (404, unknown.answer.body)
    off_duty = await state(stranger, case.case_id, "burgemeester_akkoord", besluit="opleggen")
    assert (off_duty.answer.status, why(off_duty)) == (403, "G06_niet_toegewezen")
    assert (await registers(outside, case.case_id)).answer.status == 404


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("verzonnen", {"besluit": "opleggen"}),
        ("burgemeester_akkoord", {}),
        ("burgemeester_akkoord", {"besluit": "sluiten"}),
        ("burgemeester_akkoord", {"besluit": "opleggen", "opdrachtnemer": PROBATION}),
        ("burgemeester_akkoord", {"besluit": "opleggen", "tot": rfc3339(NOW - timedelta(seconds=1))}),
        ("burgemeester_akkoord", {"besluit": "opleggen", "van": rfc3339(NOW - timedelta(days=2))}),
        ("burgemeester_akkoord", {"besluit": "opleggen", "tot": rfc3339(NOW + timedelta(days=400))}),
        ("gemeentelijke_opdracht", {"opdrachtnemer": POL}),
        ("gemeentelijke_opdracht", {"opdrachtnemer": PROBATION, "van": rfc3339(NOW - timedelta(hours=1))}),
        ("wpg20_besluit", TO_HOVJ | {"categorie": "medisch"}),
        ("wpg20_besluit", TO_HOVJ | {"categorie": "politie_art8", "doelen": ["verzonnen"]}),
        ("wpg20_besluit", TO_HOVJ | {"categorie": "politie_art8", "doelen": []}),
        ("wpg20_besluit", {"categorie": "politie_art8", "doelen": ["besluit"]}),
        (
            "wpg20_besluit",
            {
                "categorie": "politie_art8",
                "doelen": ["besluit"],
                "ontvanger": OinRole(oin=VT, rol="politie_hovj"),
            },
        ),
    ],
)
async def test_a_statement_that_says_too_much_too_little_or_too_long_is_refused(
    hub: RunningHub, kind: str, members: dict[str, Any]
) -> None:
    case, person = await open_case(hub), mayor(hub)
    await duty(person)
    reply = await state(person, case.case_id, kind, **members)
    assert reply.answer.status == 400, reply.answer.body
    assert (await registers(person, case.case_id)).answer.body["verklaringen"] == []


async def test_attack_a_statement_of_another_agency_is_no_statement(hub: RunningHub) -> None:
    """What the municipality signed does not become the police's by bringing it, nor the other way round."""
    case, giver = await open_case(hub), mayor(hub)
    await duty(giver)
    token = statement(giver, case.case_id, "burgemeester_akkoord", besluit="opleggen")
    stolen = await decide(hovj(hub), {"soort": "verklaring", "verklaring": token})
    assert stolen.answer.status == 400
    wrong_kind = await decide(giver, {"soort": "mandaat", "mandaat": token})
    assert wrong_kind.answer.status == 400
    elsewhere = statement(giver, case.case_id, "burgemeester_akkoord", besluit="opleggen", aud=POL)
    assert (await decide(giver, {"soort": "verklaring", "verklaring": elsewhere})).answer.status == 400
