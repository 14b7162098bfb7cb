"""An agency that the facts of a message name exists, hears of it and can do what is asked; else the plan and the
submission are refused, and nothing is stored."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.catalogue import Kind, catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.named_agencies import named_agencies
from tests.hub.asking import duty
from tests.hub.bans import Ban, ban_facts, before_a_ban, impose_ban, moments, ten_days_after
from tests.hub.makers import ELDERS, GEM, OM, POL, RVDK, VT, RunningHub, Sender
from tests.hub.watching import clocks

NOBODY = "00000099000000099999"
INFORMED = [(VT, "vt_medewerker")]


def test_every_case_fact_that_names_an_agency_is_judged() -> None:
    """A new one cannot be forgotten."""
    facts = {
        (message.name, field.name)
        for message in catalogue().messages
        for field in message.fields
        if field.is_fact and Kind.OIN in {field.spec.kind, getattr(field.spec.item, "kind", None)}
    }
    assert facts == {(named.message, named.fact) for named in named_agencies()}


async def prosecutor(hub: RunningHub) -> Sender:
    person = hub.node(OM, "om_ovj_zsm", "om-0001")
    assert (await duty(person)).answer.status == 200
    return person


def release(hub: RunningHub, **changes: Any) -> dict[str, Any]:
    free_at = rfc3339(hub.hands.now + timedelta(hours=2))
    return {"in_vrijheid_op": free_at, "strafzaak_loopt": True} | moments(hub) | changes


async def refused(
    by: Sender, message: str, ban: Ban, facts: Mapping[str, Any], to: list[tuple[str, str]], **how: Any
) -> list[tuple[str, str]]:
    """The causes with which the plan is refused, and the submission alike: it is made as if a plan had allowed it."""
    plan = await by.plan(message, ban.case_id, facts, to, **how)
    assert plan.answer.status == 400, plan.answer.body
    named = {name for named in named_agencies() if (name := named.fact) in facts}
    harmless = {name: value for name, value in facts.items() if name not in named}
    if message == "zsm.afdoening":
        harmless.pop("in_vrijheid_op")
    allowed = await by.plan(message, ban.case_id, harmless, to, **how)
    assert allowed.answer.status == 200, allowed.answer.body
    sent = await by.submit(by.draft(allowed.answer.body, facts, **how))
    assert sent.answer.body["errors"] == plan.answer.body["errors"]
    return [(each["pointer"], each["code"]) for each in plan.answer.body["errors"]]


@pytest.mark.parametrize(
    ("informs", "to", "code"),
    [
        (NOBODY, INFORMED, "deelnemer"),
        (OM, INFORMED, "rol_ontbreekt"),
        (RVDK, INFORMED, "rol_ontbreekt"),
        (POL, INFORMED, "geen_ontvanger"),
        (GEM, [*INFORMED, (GEM, "burgemeester")], "geen_ontvanger"),
        (POL, [*INFORMED, (POL, "politie_zsm")], "geen_ontvanger"),
    ],
    ids=["no participant", "the OM", "RvdK", "police untold", "only the mayor", "only the police at ZSM"],
)
async def test_who_informs_of_a_release_must_exist_hear_of_it_and_be_able_to_confirm_it(
    hub: RunningHub, informs: str, to: list[tuple[str, str]], code: str
) -> None:
    ban = await impose_ban(hub)
    officer = await prosecutor(hub)
    facts = release(hub, informeren_door=informs)
    assert await refused(officer, "zsm.afdoening", ban, facts, to) == [("/feiten/informeren_door", code)]
    assert not [key for key in await clocks(hub, ban.case_id) if key.startswith("D29")]


async def test_who_is_named_and_addressed_has_the_duty(hub: RunningHub) -> None:
    ban = await impose_ban(hub)
    officer = await prosecutor(hub)
    to = [*INFORMED, (POL, "politie_wijkagent")]
    sent = await officer.send("zsm.afdoening", ban.case_id, release(hub, informeren_door=POL), to)
    assert (await clocks(hub, ban.case_id))[f"D29/{sent.message_id}"].owner.oin == POL


async def test_a_release_that_names_nobody_reaches_veilig_thuis(hub: RunningHub) -> None:
    """Their staff has the duty then; who has it must have the message."""
    ban = await impose_ban(hub)
    officer = await prosecutor(hub)
    plan = await officer.plan("zsm.afdoening", ban.case_id, release(hub), [(POL, "politie_wijkagent")])
    assert plan.answer.status == 400
    assert [each["code"] for each in plan.answer.body["errors"]] == ["niemand_informeert"]
    sent = await officer.send("zsm.afdoening", ban.case_id, release(hub), INFORMED)
    clock = (await clocks(hub, ban.case_id))[f"D29/{sent.message_id}"]
    assert (clock.owner.oin, clock.owner.roles) == (None, ("vt_medewerker",))


@pytest.mark.parametrize(
    ("to", "code"), [(NOBODY, "deelnemer"), (OM, "rol_ontbreekt"), (POL, "geen_ontvanger")]
)
async def test_a_duty_is_handed_over_only_to_who_hears_of_it(hub: RunningHub, to: str, code: str) -> None:
    ban = await impose_ban(hub)
    officer = await prosecutor(hub)
    sent = await officer.send("zsm.afdoening", ban.case_id, release(hub, informeren_door=VT), INFORMED)
    handed = {"afdoening_id": sent.message_id, "resultaat": "overgedragen", "overgedragen_aan": to}
    found = await refused(
        ban.vt, "achterblijver.geinformeerd", ban, handed | moments(hub), [(OM, "om_ovj_zsm")]
    )
    assert found == [("/feiten/overgedragen_aan", code)]
    assert (await clocks(hub, ban.case_id))[f"D29/{sent.message_id}"].owner.oin == VT


async def test_a_ban_does_not_wait_for_a_designated_agency_outside_the_exchange(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    now = hub.hands.now
    facts = ban_facts(now, ten_days_after(now), aangewezen_instantie=NOBODY)
    await case.mayor.send("huisverbod.opgelegd", case.case_id, facts, INFORMED)
    assert "D01" in await clocks(hub, case.case_id)


async def test_a_participant_that_is_designated_gives_help(hub: RunningHub) -> None:
    case = await before_a_ban(hub)
    now = hub.hands.now
    facts = ban_facts(now, ten_days_after(now), aangewezen_instantie=POL)
    plan = await case.mayor.plan("huisverbod.opgelegd", case.case_id, facts, INFORMED)
    assert [(each["pointer"], each["code"]) for each in plan.answer.body["errors"]] == [
        ("/feiten/aangewezen_instantie", "rol_ontbreekt")
    ]


async def test_the_designated_agency_gets_the_ban_and_the_lawyer_may_get_it_later(hub: RunningHub) -> None:
    """Told before, it need not be told again when the ban is sent once more."""
    case = await before_a_ban(hub)
    now = hub.hands.now
    facts = ban_facts(now, ten_days_after(now))
    police = [(POL, "politie_wijkagent")]
    untold = await case.mayor.plan("huisverbod.opgelegd", case.case_id, facts, police)
    assert [each["code"] for each in untold.answer.body["errors"]] == ["geen_ontvanger"]
    await case.mayor.send("huisverbod.opgelegd", case.case_id, facts, INFORMED)
    await case.mayor.send("huisverbod.opgelegd", case.case_id, facts, police)


async def test_attack_names_in_a_case_of_others_tell_nothing_of_it(hub: RunningHub) -> None:
    """What can be told of the names alone is the same for a case that does not exist."""
    ban = await impose_ban(hub)
    stranger = hub.node(ELDERS, "burgemeester", "bgm-9")
    facts = ban_facts(hub.hands.now, ten_days_after(hub.hands.now))
    absent = "3f2a91c0-1111-4111-8111-0123456789ab"
    answers = [
        await stranger.plan("huisverbod.opgelegd", case_id, facts | {"aangewezen_instantie": named}, [])
        for case_id in (ban.case_id, absent)
        for named in (VT, POL)
    ]
    told = [(each.answer.status, each.answer.body.get("errors")) for each in answers]
    assert told[:2] == told[2:]
    assert [status for status, _ in told] == [404, 400] * 2
