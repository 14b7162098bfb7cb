"""Registers that decisions rest on: who may write them, what they open, and that ending one counts at once."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import select

from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.hub.storage.tables import decisions, log_leaves
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.problem_answers import Reply
from gateway.local.registry_file import PROBATION as PROBATION_AGENCY
from gateway.protocol.wire import OinRole
from tests.hub.asking import assign, decide, duty
from tests.hub.makers import (
    DWELLING,
    ELDERS,
    GEM,
    NOW,
    OM,
    POL,
    RVDK,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    OpenCase,
    RunningHub,
    Sender,
    open_case,
)
from tests.hub.registering import (
    disclosure,
    give_mandate,
    mandate,
    register_pilot,
    registers,
    revoke,
    state,
    statement,
)
from tests.hub.revoking import WITHOUT_LIMIT

PROBATION: Final = PROBATION_AGENCY.oin
IMPOSED, HISTORY, RIHG = "huisverbod.opgelegd", "historie.antwoord", "screening.rihg.uitkomst"
PURPOSES = ("monitoring", "uitvoering", "verlenging")
TO_HOVJ: Final[dict[str, Any]] = {"ontvanger": OinRole(oin=POL, rol="politie_hovj"), "doelen": ["besluit"]}
TEN_DAYS: Final[dict[str, Any]] = {
    "mondeling_aangezegd": False,
    "opgelegd_op": rfc3339(NOW),
    "eindigt_op": rfc3339(NOW + timedelta(days=10)),
}
PILOT = """
regio = "verzonnen-noord"
gemeenten = ["9901"]
simulatie = false
[vlaggen]
verzoekers = ["rvdk_raadsonderzoeker"]
"""


def mayor(hub: RunningHub, oin: str = GEM) -> Sender:
    return hub.node(oin, "burgemeester", "bgm-1")


def hovj(hub: RunningHub) -> Sender:
    return hub.node(POL, "politie_hovj", "pol-0007")


def why(reply: Reply) -> str:
    """The rule of a refusal, or the code of another problem."""
    body = reply.answer.body
    return str(body.get("regel") or body["code"])


async def recorded(hub: RunningHub, kind: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Question and verdict of every decision of that kind that is on record, in order."""
    rows = await hub.store.reader.read(
        lambda c: c.execute(select(decisions).where(decisions.c.kind == kind)).all()
    )
    return [(json.loads(row.question), json.loads(row.verdict)) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the policy was asked about an act, and which rules failed."""

    facts: dict[str, Any]
    missing: list[str]


async def imposing(officer: Sender, case: OpenCase) -> Asked:
    """What the policy answers when this officer would impose the ban. It is too early for one in every case here."""
    before = len(await recorded(officer.hub, "besluiten"))
    await officer.plan(IMPOSED, case.case_id, TEN_DAYS, [(VT, "vt_medewerker")])
    new = (await recorded(officer.hub, "besluiten"))[before:]
    assert len(new) == 1
    question, verdict = new[0]
    return Asked(facts=question["context"], missing=verdict["ontbreekt"])


async def opened_for(sender: Sender, case: OpenCase, message: str, to: Sender, key: str) -> bool:
    """What the policy is told of that condition when this message would be sent to that recipient."""
    count = len(await recorded(sender.hub, "verzenden"))
    await sender.plan(message, case.case_id, {}, [(to.oin, to.role)])
    new = (await recorded(sender.hub, "verzenden"))[count:]
    assert len(new) == 1
    return bool(new[0][0]["recipients"][0]["context"][key])


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


async def test_attack_another_agency_ends_what_it_did_not_register(hub: RunningHub) -> None:
    case, giver, officer = await open_case(hub), mayor(hub), hovj(hub)
    given = (await give_mandate(giver, officer, "beslissing")).answer.body["mandaatId"]
    for other in (officer, mayor(hub, ELDERS)):
        assert (await revoke(other, "mandaat", given)).answer.status == 404
    clerk = hub.node(GEM, "gemeente_jurist", "jur-1")
    refused = await revoke(clerk, "mandaat", given)
    assert (refused.answer.status, why(refused)) == (403, "R_rol_niet_bevoegd")
    assert (await imposing(officer, case)).facts["mandaat"] == "beslissing"


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


async def test_every_entry_end_and_refusal_stands_in_the_log_without_a_word_of_text(hub: RunningHub) -> None:
    case, giver, officer = await open_case(hub), mayor(hub), hovj(hub)
    given = await give_mandate(giver, officer, "beslissing")
    await revoke(giver, "mandaat", given.answer.body["mandaatId"])
    await give_mandate(officer, officer, "beslissing")
    await duty(giver)
    stated = await state(giver, case.case_id, "burgemeester_akkoord", besluit="opleggen")
    await revoke(giver, "verklaring", stated.answer.body["verklaringId"])
    pilot = await register_pilot(giver, PILOT)
    await revoke(giver, "proef", pilot.answer.body["proefId"])
    bodies = await hub.store.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    found = [json.loads(body)["wat"] for body in bodies]
    assert [tag for tag in found if tag.startswith(("zaak:mandaat", "zaak:verklaring", "register:"))] == [
        EventTag.MANDATE_CHANGED,
        EventTag.MANDATE_REVOKED,
        EventTag.REGISTER_REFUSED,
        EventTag.STATEMENT_MADE,
        EventTag.STATEMENT_REVOKED,
        EventTag.PILOT_CHANGED,
        EventTag.PILOT_REVOKED,
    ]
