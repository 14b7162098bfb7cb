"""On whose side somebody stands in a case: what is stated counts, what nobody stated is never neutral (G16, cap)."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.hub.usecases.context import Actor, actor_context, recipient_context, side_of
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.settling import load_record
from gateway.protocol.subjects import Verb
from tests.hub.asking import assign, decide, duty
from tests.hub.bans import Ban, impose_ban
from tests.hub.makers import GEM, POL, VT, RunningHub, Sender, notify_police, open_case
from tests.reference import reference

PLAN = "veiligheidsplan.vastgesteld"
CASEMANAGER = "casemanager_vt"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a plan of the safety plan gives its recipient: of the plan itself, of the victim's contact, and its side."""

    plan: tuple[str, str | None, str]
    contact: tuple[str, str | None, str]
    side: str


async def plan_for(ban: Ban, sender: Sender, to: tuple[str, str]) -> Seen:
    facts = {"vastgesteld_op": rfc3339(ban.hub.hands.now)}
    reply = await sender.plan(PLAN, ban.case_id, facts, [to])
    assert reply.answer.status == 200, reply.answer.body
    (found,) = reply.answer.body["ontvangers"]
    of = {f["veld"]: (f["besluit"], f["masker"], f["regel"]) for f in found["velden"]}
    assert of["vastgesteld_op"][0] == "allow"  # the rest of the message goes on its way
    return Seen(of["afspraken"], of["noodcontacten"], found["kant"])


UNKNOWN = Seen(("deny", None, "P_feit_ontbreekt"), ("deny", None, "P_feit_ontbreekt"), "onbekend")
WHOLE = ("allow", None, "matrix")


async def test_a_recipient_whose_side_nobody_recorded_gets_neither_the_plan_nor_the_contact_of_the_victim(
    hub: RunningHub,
) -> None:
    ban = await impose_ban(hub)
    one, other = (hub.node(VT, CASEMANAGER, staff) for staff in ("vt-0011", "vt-0012"))
    to = (VT, CASEMANAGER)
    assert await plan_for(ban, ban.vt, to) == UNKNOWN

    assert (await assign(one, ban.case_id, kant="slachtoffer")).answer.status == 200
    assert await plan_for(ban, ban.vt, to) == Seen(WHOLE, WHOLE, "slachtoffer")

    assert (await assign(other, ban.case_id, kant="pleger")).answer.status == 200
    assert await plan_for(ban, ban.vt, to) == Seen(
        ("mask", "M_PLEGER", "matrix"), ("deny", None, "G16_geheim_adres"), "pleger"
    )

    for person in (other, one):  # nobody is on the case any more, so nothing is known any more
        assert (await assign(person, ban.case_id, kant=None, beeindigen=True)).answer.status == 200
    assert await plan_for(ban, ban.vt, to) == UNKNOWN


async def test_a_public_authority_is_on_no_side_until_somebody_of_it_is(hub: RunningHub) -> None:
    ban = await impose_ban(hub)
    to, officer = (POL, "politie_wijkagent"), hub.node(POL, "politie_wijkagent", "pol-0021")
    assert await plan_for(ban, ban.vt, to) == Seen(("mask", "M_SAM", "matrix"), WHOLE, "neutraal")
    assert (await assign(officer, ban.case_id, kant="pleger")).answer.status == 200
    assert (await plan_for(ban, ban.vt, to)).contact == ("deny", None, "G16_geheim_adres")


async def test_an_assignment_states_the_side(hub: RunningHub) -> None:
    ban = await impose_ban(hub)
    unstated = await assign(hub.node(VT, CASEMANAGER, "vt-0011"), ban.case_id, kant=None)
    assert unstated.answer.status == 400
    body: dict[str, Any] = {
        "soort": "toewijzing", "zaakId": ban.case_id,
        "medewerker": {"rol": CASEMANAGER, "medewerker": "vt-0011"},
    }  # fmt: skip
    assert (await decide(ban.vt, body)).answer.status == 400
    assert await plan_for(ban, ban.vt, (VT, CASEMANAGER)) == UNKNOWN


@pytest.mark.parametrize(
    ("stated", "side"), [(None, "onbekend"), ("slachtoffer", "slachtoffer"), ("pleger", "pleger")]
)
async def test_whoever_takes_a_message_on_has_the_side_that_was_stated(
    hub: RunningHub, stated: str | None, side: str
) -> None:
    ban = await impose_ban(hub, [(VT, CASEMANAGER), (GEM, "gemeente_jurist")])
    manager = hub.node(VT, CASEMANAGER, "vt-0011")
    assert (await duty(manager)).answer.status == 200
    taken = manager.receipt(ban.imposed, "aanvaard", staff="vt-0011", kant=stated)
    assert (await hub.ask(Verb.RECEIPT, VT, taken)).answer.status == 200
    assert (await plan_for(ban, ban.vt, (VT, CASEMANAGER))).side == side


async def test_one_colleague_whose_side_is_not_known_makes_the_side_of_the_role_unknown(
    hub: RunningHub,
) -> None:
    """A copy goes to the role: it may be read by the one of whom nobody stated the side."""
    ban = await impose_ban(hub, [(VT, CASEMANAGER), (GEM, "gemeente_jurist")])
    manager = hub.node(VT, CASEMANAGER, "vt-0011")
    assert (await duty(manager)).answer.status == 200
    taken = manager.receipt(ban.imposed, "aanvaard", staff="vt-0011")
    assert (await hub.ask(Verb.RECEIPT, VT, taken)).answer.status == 200
    stated = hub.node(VT, CASEMANAGER, "vt-0012")
    assert (await assign(stated, ban.case_id, kant="neutraal")).answer.status == 200
    assert await plan_for(ban, ban.vt, (VT, CASEMANAGER)) == UNKNOWN


async def test_a_side_that_is_not_known_is_no_fact_of_the_question(hub: RunningHub) -> None:
    case = await open_case(hub)
    await notify_police(case)
    record = await load_record(hub.parts, Asker(oin=VT, trace_id="a" * 32), case.case_id)
    agency = hub.parts.registry().participant(VT)
    reader = actor_context(record, Actor(agency=agency, role=CASEMANAGER, staff="vt-0011"), hub.hands.now)
    recipient = recipient_context(record, agency, CASEMANAGER, hub.hands.now)
    assert "kant" not in reader
    assert "ontvanger_kant" not in recipient


PERPETRATORS = {"piketadvocaat", "reclassering_adviseur", "reclassering_toezichthouder", "rvr_piket"}
WORK_FOR_SOMEBODY = {
    "casemanager_vt", "casemanager_gemeente", "crisisdienst_medewerker", "gi_jeugdbeschermer",
    "hulpverlener", "opvang_medewerker",
}  # fmt: skip


async def test_each_role_before_anybody_states_a_side(hub: RunningHub) -> None:
    case = await open_case(hub)
    record = await load_record(hub.parts, Asker(oin=VT, trace_id="a" * 32), case.case_id)
    found = {role: side_of(record, GEM, role, None) for role in catalogue().roles}
    assert {role for role, side in found.items() if side == "pleger"} == PERPETRATORS
    assert {role for role, side in found.items() if side == "onbekend"} == WORK_FOR_SOMEBODY
    assert set(found.values()) == {"neutraal", "pleger", "onbekend"}
    assert side_of(record, GEM, "rol_van_niemand", None) == "onbekend"


def test_no_role_that_a_worked_case_puts_on_a_side_is_never_on_one() -> None:
    cases = json.loads(reference("domain/cases.json").read_text())
    on_a_side = {
        case["context"].get("ontvanger_rol", case["subject"]["role"])
        if "ontvanger_kant" in case["context"]
        else case["subject"]["role"]
        for case in cases
        if {case["context"].get("kant"), case["context"].get("ontvanger_kant")} & {"pleger", "slachtoffer"}
    }
    assert on_a_side
    assert not {role for role in on_a_side if catalogue().roles[role].never_on_a_side}
