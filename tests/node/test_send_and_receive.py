"""A message from one node to another through a hub in memory: what arrives, what is kept, what comes back."""

import json
from pathlib import Path

import pytest

from gateway.domain.errors import Conflict, InvalidInput, NotFound, Refused
from gateway.local.registry_file import POLICE
from gateway.node.storage import received, sent
from gateway.node.usecases.overview import mailbox, sent_message
from gateway.node.usecases.read import read_copy
from gateway.node.usecases.send import send_message
from gateway.protocol.canonical import canonical
from gateway.protocol.plan import Plan, PlanRequest
from gateway.protocol.wire import OinRole
from tests.domain.makers import CANARY
from tests.node.makers import (
    HOVJ,
    HOVJ_ON_DUTY,
    PROCESCOORDINATOR,
    WIJKAGENT,
    Exchange,
    kennisgeving,
    kennisgeving_content,
)


async def test_a_message_arrives_and_its_receipts_come_back(exchange: Exchange) -> None:
    draft = kennisgeving()
    sent_now = await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    assert not sent_now.is_waiting
    await exchange.police.round()
    (delivery,) = exchange.police.system.kept.values()
    assert delivery.content == draft.content
    assert delivery.marks == ()
    (copy,) = exchange.hub.copies.values()
    assert copy.receipts == ["technisch", "functioneel"]
    await exchange.vt.receive()
    entry = await sent_message(exchange.vt.parts, PROCESCOORDINATOR, draft.message_id)
    assert [r.kind for r in entry.receipts] == ["technisch", "functioneel"]
    assert [c.status for c in entry.copies] == ["functioneel"]


async def test_each_recipient_gets_only_what_its_plan_allows(exchange: Exchange) -> None:
    exchange.hub.policy.choices["politie_wijkagent"] = {
        "onderbouwing_gevaar": "deny",
        "kinderen": "M_KIND",
        "woonadres": "M_GEM",
    }
    draft = kennisgeving(recipients=[HOVJ, WIJKAGENT])
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    await exchange.police.round()
    by_role = {delivery.role: delivery for delivery in exchange.police.system.kept.values()}
    assert by_role["politie_hovj"].content == draft.content
    wijkagent = by_role["politie_wijkagent"]
    assert "onderbouwing_gevaar" not in wijkagent.content
    assert set(wijkagent.content["woonadres"]) == {"gemeentecode", "binnen_regio"}
    assert set(wijkagent.content["kinderen"]) == {"aantal", "leeftijden"}
    assert {w.field for w in wijkagent.withheld} == {"onderbouwing_gevaar", "kinderen", "woonadres"}


async def test_every_mistake_in_the_content_is_named_before_the_hub_is_asked(exchange: Exchange) -> None:
    content = {**kennisgeving_content(spoedeisendheid="morgen"), "melder_naam": "x"}
    del content["woonadres"]
    with pytest.raises(InvalidInput) as refused:
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(content=content))
    assert {(c.pointer, c.code) for c in refused.value.causes} == {
        ("/inhoud/melder_naam", "S_categorie_niet_in_schema"),
        ("/inhoud/spoedeisendheid", "waarde"),
        ("/inhoud/woonadres", "verplicht"),
    }
    assert exchange.hub.asked == []


async def test_a_person_sends_only_in_a_role_of_his_own(exchange: Exchange) -> None:
    with pytest.raises(Refused, match="rol-niet-van-u"):
        await send_message(exchange.vt.parts, HOVJ_ON_DUTY, kennisgeving())
    assert exchange.hub.asked == []


async def test_a_refusal_of_the_hub_reaches_the_sender_with_rule_and_next_step(exchange: Exchange) -> None:
    exchange.hub.policy.refusal = Refused(
        rule="S_toestand", article="art. 3", next_step_nl="Wacht op het advies.", next_step_en="Wait."
    )
    with pytest.raises(Refused) as refused:
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    assert (refused.value.rule, refused.value.article) == ("S_toestand", "art. 3")
    assert refused.value.next_step_nl == "Wacht op het advies."
    assert exchange.hub.bodies == []


async def test_a_message_that_nobody_may_have_is_refused_with_each_reason(exchange: Exchange) -> None:
    exchange.hub.policy.without_purpose = {"politie_hovj", "politie_wijkagent"}
    with pytest.raises(Refused) as refused:
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(recipients=[HOVJ, WIJKAGENT]))
    assert [(c.pointer, c.code) for c in refused.value.causes] == [
        ("/ontvangers/0", "S_geen_leesdoel"),
        ("/ontvangers/1", "S_geen_leesdoel"),
    ]
    assert exchange.hub.bodies == []


async def test_a_recipient_without_a_reading_purpose_gets_nothing_and_is_named(exchange: Exchange) -> None:
    exchange.hub.policy.without_purpose = {"politie_wijkagent"}
    draft = kennisgeving(recipients=[HOVJ, WIJKAGENT])
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    entry = await sent_message(exchange.vt.parts, PROCESCOORDINATOR, draft.message_id)
    assert [copy.role for copy in entry.copies] == ["politie_hovj"]
    assert [(r.rol, r.toegestaan) for r in entry.plan.ontvangers] == [
        ("politie_hovj", True),
        ("politie_wijkagent", False),
    ]


async def test_a_plan_that_names_more_recipients_than_asked_sends_them_nothing(exchange: Exchange) -> None:
    """A hub that lies about who was asked must not make a node disclose."""
    honest = exchange.hub.plan

    def with_another(request: PlanRequest) -> Plan:
        plan = honest(request)
        another = plan.ontvangers[0].model_copy(update={"rol": "politie_wijkagent"})
        return plan.model_copy(update={"ontvangers": [*plan.ontvangers, another]})

    exchange.hub.plan = with_another  # type: ignore[method-assign]
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    (body,) = exchange.hub.bodies
    assert len(json.loads(body)["kopieen"]) == 1


async def test_the_same_request_again_gets_its_first_result(exchange: Exchange) -> None:
    draft = kennisgeving()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    again = await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    assert not again.is_waiting
    assert len(exchange.hub.bodies) == 1


async def test_another_content_under_the_same_id_is_a_conflict(exchange: Exchange) -> None:
    draft = kennisgeving()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    other = kennisgeving(
        message_id=draft.message_id, case_id=draft.case_id, correlation_id=draft.correlation_id,
        content=kennisgeving_content(tolk_taal="verzonnen"),
    )  # fmt: skip
    with pytest.raises(Conflict, match="bericht-id-hergebruikt"):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, other)
    assert len(exchange.hub.bodies) == 1


async def test_mail_for_another_role_does_not_exist_for_a_person(exchange: Exchange) -> None:
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(recipients=[WIJKAGENT]))
    await exchange.police.round()
    (copy_id,) = exchange.hub.copies
    assert (await mailbox(exchange.police.parts, HOVJ_ON_DUTY)).entries == ()
    with pytest.raises(NotFound):
        await read_copy(exchange.police.parts, HOVJ_ON_DUTY, copy_id, purpose="screening")


async def test_the_files_of_both_nodes_hold_no_content_in_clear(exchange: Exchange) -> None:
    exchange.hub.policy.choices["politie_hovj"] = {"persoon_pleger": "M_PSEUDO"}
    draft = kennisgeving()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    await exchange.police.round()
    await exchange.vt.round()
    person = str(draft.content["persoon_pleger"]["persoon_id"])
    files = files_of(exchange)
    stored = b"".join(path.read_bytes() for path in files)
    assert draft.case_id.encode() in stored  # the scan reads what it should
    assert CANARY.encode() not in stored
    assert person.encode() not in stored
    assert CANARY in canonical(draft.content).decode()


async def test_a_pseudonym_is_the_same_in_every_message_of_a_case_and_another_in_another(
    exchange: Exchange,
) -> None:
    exchange.hub.policy.choices["politie_hovj"] = {"persoon_pleger": "M_PSEUDO"}
    first = kennisgeving()
    for draft in (first, kennisgeving(case_id=first.case_id), kennisgeving()):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    await exchange.police.round()
    deliveries = exchange.police.system.kept.values()
    seen = [(d.case_id, d.content["persoon_pleger"]["persoon_id"]) for d in deliveries]
    assert len(seen) == 3
    assert len({pseudonym for _, pseudonym in seen}) == 2
    assert len({pseudonym for case, pseudonym in seen if case == first.case_id}) == 1
    assert first.content["persoon_pleger"]["persoon_id"] not in {pseudonym for _, pseudonym in seen}


async def test_two_roles_of_one_agency_get_two_copies(exchange: Exchange) -> None:
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(recipients=[HOVJ, WIJKAGENT]))
    await exchange.police.round()
    copies = await exchange.police.parts.database.read(
        lambda c: received.received_by(c, ["politie_hovj", "politie_wijkagent"])
    )
    assert sorted(copy.role for copy in copies) == ["politie_hovj", "politie_wijkagent"]
    assert len({copy.message_id for copy in copies}) == 1


async def test_a_recipient_that_is_not_in_the_registry_is_refused_and_nothing_is_stored(
    exchange: Exchange,
) -> None:
    stranger = OinRole(oin="00000099000000007777", rol="politie_hovj")
    draft = kennisgeving(recipients=[HOVJ, stranger])
    with pytest.raises(InvalidInput):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    stored = await exchange.vt.parts.database.read(lambda c: sent.find_message(c, draft.message_id))
    assert stored is None
    assert POLICE.oin != stranger.oin


def files_of(exchange: Exchange) -> list[Path]:
    """Database, write-ahead log and all else that stands beside them."""
    beside = exchange.directory.glob("*.db*")
    return [path for found in beside for path in [found, *found.rglob("*")] if path.is_file()]
