"""Attacks on the hub, by name. Each asserts the refusal and that nothing of the attempt is on record as accepted."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from gateway.domain.clock import rfc3339
from gateway.hub.storage.tables import copies, deliveries, log_leaves, messages
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import OinRole
from tests.hub.asking import assign, duty
from tests.hub.makers import (
    DWELLING,
    ELDERS,
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    OM,
    POL,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    OpenCase,
    RunningHub,
    notify_police,
    open_case,
)

HOVJ = [(POL, "politie_hovj")]
BOTH = [(POL, "politie_hovj"), (POL, "politie_wijkagent")]


async def planned(case: OpenCase, to: list[tuple[str, str]] = HOVJ) -> dict[str, Any]:
    reply = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, to)
    assert reply.answer.status == 200, reply.answer.body
    return reply.answer.body


async def accepted(hub: RunningHub) -> tuple[int, int]:
    """How many messages and copies are on record."""
    return await hub.store.reader.read(
        lambda c: (
            c.execute(select(func.count()).select_from(messages)).scalar() or 0,
            c.execute(select(func.count()).select_from(copies)).scalar() or 0,
        )
    )


async def last_leaf(hub: RunningHub) -> dict[str, Any]:
    body = await hub.store.reader.read(
        lambda c: c.execute(
            select(log_leaves.c.body).order_by(log_leaves.c.leaf_index.desc()).limit(1)
        ).scalar()
    )
    found: dict[str, Any] = json.loads(body or b"{}")
    return found


async def test_replay_of_other_bytes_under_a_used_id_is_refused_for_ever(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    plan = await planned(case)
    first = case.vt.draft(plan, KENNISGEVING_FACTS)
    assert (await case.vt.submit(first)).answer.status == 200
    before = await accepted(each_hub)
    other = case.vt.draft(plan, KENNISGEVING_FACTS, message_id=first.message_id)
    for _ in range(2):
        reply = await case.vt.submit(other)
        assert (reply.answer.status, reply.answer.body["code"]) == (409, "bericht-id-hergebruikt")
    assert await accepted(each_hub) == before


async def test_replay_of_a_jti_under_a_new_id_is_refused(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    plan = await planned(case)
    first = case.vt.draft(plan, KENNISGEVING_FACTS)
    await case.vt.submit(first)
    fresh = await planned(case)
    again = case.vt.draft(fresh, KENNISGEVING_FACTS, submission_changes={"jti": first.submission.jti})
    reply = await case.vt.submit(again)
    assert reply.answer.status == 400
    assert reply.answer.body["errors"][0]["code"] == "protocol-jti"


async def test_after_a_stale_plan_the_old_bytes_stay_void_and_new_bytes_may_come(
    each_hub: RunningHub,
) -> None:
    case = await open_case(each_hub)
    plan = await planned(case)
    stale = case.vt.draft(plan | {"revisie": "6-000000000000"}, KENNISGEVING_FACTS)
    refused = await case.vt.submit(stale)
    assert (refused.answer.status, refused.answer.body["code"]) == (409, "plan-verouderd")
    new_plan = refused.answer.body["plan"]
    assert new_plan == plan | {"opgesteldOp": new_plan["opgesteldOp"]}
    assert (await last_leaf(each_hub))["wat"] == "bericht:inzending:verouderd"
    rebuilt = case.vt.draft(new_plan, KENNISGEVING_FACTS, message_id=stale.message_id)
    assert (await case.vt.submit(rebuilt)).answer.status == 200
    void = await case.vt.submit(stale)
    assert void.answer.to_bytes() == refused.answer.to_bytes()
    third = case.vt.draft(new_plan, KENNISGEVING_FACTS, message_id=stale.message_id)
    assert (await case.vt.submit(third)).answer.body["code"] == "bericht-id-hergebruikt"


async def test_an_expired_signature_may_be_renewed_with_a_new_jti(each_hub: RunningHub) -> None:
    case = await open_case(each_hub)
    draft = case.vt.draft(await planned(case), KENNISGEVING_FACTS)
    each_hub.hands.pass_time(timedelta(minutes=11))
    refused = await case.vt.submit(draft)
    assert (refused.answer.status, refused.answer.body["code"]) == (409, "handtekening-verlopen")
    renewed = case.vt.draft(await planned(case), KENNISGEVING_FACTS, message_id=draft.message_id)
    assert (await case.vt.submit(renewed)).answer.status == 200


async def test_a_refusal_is_remembered_and_cannot_be_retried_into_an_acceptance(hub: RunningHub) -> None:
    case = await open_case(hub)
    plan = await planned(case)
    wrong_role = hub.node(VT, "vt_vertrouwensarts", "vt-0009")
    draft = wrong_role.draft(plan, KENNISGEVING_FACTS)
    first = await wrong_role.submit(draft)
    assert (first.answer.status, first.answer.body["regel"]) == (403, "S_afzender_niet_bevoegd")
    await assign(wrong_role, case.case_id)
    again = await wrong_role.submit(draft)
    assert again.answer.to_bytes() == first.answer.to_bytes()


async def test_confused_deputy_a_body_of_another_agency_gets_neither_acceptance_nor_its_answer(
    each_hub: RunningHub,
) -> None:
    case = await open_case(each_hub)
    draft = case.vt.draft(await planned(case), KENNISGEVING_FACTS)
    stolen = await each_hub.ask(Verb.SUBMIT, POL, draft.body)
    assert stolen.answer.status == 400
    assert (await case.vt.submit(draft)).answer.status == 200
    answer_of_another = await each_hub.ask(Verb.SUBMIT, POL, draft.body)
    assert answer_of_another.answer.status == 400
    assert "bewijs" not in answer_of_another.answer.body


async def test_confused_deputy_a_submission_signed_by_another_key_is_refused(hub: RunningHub) -> None:
    case = await open_case(hub)
    draft = case.vt.draft(await planned(case), KENNISGEVING_FACTS)
    forger = hub.node(POL, "vt_procescoordinator", "vt-0001")
    forged = forger.sign(draft.submission, draft.copies)
    assert (await hub.ask(Verb.SUBMIT, VT, forged)).answer.status == 400
    assert (await hub.ask(Verb.SUBMIT, POL, forged)).answer.status == 400
    assert await accepted(hub) == (1, 2)


async def test_a_submission_for_another_hub_is_refused(hub: RunningHub) -> None:
    case = await open_case(hub)
    draft = case.vt.draft(await planned(case), KENNISGEVING_FACTS, submission_changes={"aud": "0" * 20})
    assert (await case.vt.submit(draft)).answer.status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"doel": "handhaving"},
        {"doel_afzender": "zsm"},
        {"kant": "slachtoffer"},
    ],
    ids=["the reading purpose", "the sender's purpose", "the side"],
)
async def test_purpose_swap_a_copy_made_for_another_purpose_is_stale(
    hub: RunningHub, changes: dict[str, Any]
) -> None:
    case = await open_case(hub)
    draft = case.vt.draft(await planned(case), KENNISGEVING_FACTS, context_changes=changes)
    reply = await case.vt.submit(draft)
    assert (reply.answer.status, reply.answer.body["code"]) == (409, "plan-verouderd")
    assert await accepted(hub) == (1, 2)


async def test_a_manifest_that_gives_more_than_is_decided_is_stale(hub: RunningHub) -> None:
    case = await open_case(hub)
    plan = await planned(case, BOTH)
    generous = json.loads(json.dumps(plan))
    hovj, wijkagent = generous["ontvangers"]
    wijkagent["velden"] = hovj["velden"]
    reply = await case.vt.submit(case.vt.draft(generous, KENNISGEVING_FACTS))
    assert (reply.answer.status, reply.answer.body["code"]) == (409, "plan-verouderd")
    strict = json.loads(json.dumps(plan))
    for recipient in strict["ontvangers"]:
        for field in recipient["velden"]:
            if field["veld"] == "tolk_taal":
                field |= {"besluit": "deny", "masker": None}
    assert (await case.vt.submit(case.vt.draft(strict, KENNISGEVING_FACTS))).answer.status == 200


async def test_a_manifest_that_hides_a_field_of_the_schema_is_refused(hub: RunningHub) -> None:
    case = await open_case(hub)
    plan = json.loads(json.dumps(await planned(case)))
    plan["ontvangers"][0]["velden"].pop()
    assert (await case.vt.submit(case.vt.draft(plan, KENNISGEVING_FACTS))).answer.status == 400


async def test_obligations_that_were_left_out_make_the_plan_stale(hub: RunningHub) -> None:
    case = await open_case(hub)
    plan = json.loads(json.dumps(await planned(case, BOTH)))
    assert any(recipient["verplichtingen"] for recipient in plan["ontvangers"])
    for recipient in plan["ontvangers"]:
        recipient["verplichtingen"] = []
    reply = await case.vt.submit(case.vt.draft(plan, KENNISGEVING_FACTS))
    assert reply.answer.body["code"] == "plan-verouderd"


async def test_a_recipient_that_was_changed_after_the_plan_is_refused(hub: RunningHub) -> None:
    case = await open_case(hub)
    plan = await planned(case)
    swapped = json.loads(json.dumps(plan))
    swapped["ontvangers"][0] |= {"oin": OM, "rol": "om_ovj_zsm"}
    reply = await case.vt.submit(case.vt.draft(swapped, KENNISGEVING_FACTS))
    assert (reply.answer.status, reply.answer.body["code"]) == (409, "plan-verouderd")
    assert not reply.answer.body["plan"]["ontvangers"][0]["toegestaan"]
    fewer = case.vt.draft(await planned(case, BOTH), KENNISGEVING_FACTS)
    without = fewer.submission.model_copy(update={"kopieen": fewer.submission.kopieen[:1]})
    body = case.vt.sign(without, fewer.copies[:1])
    assert (await hub.ask(Verb.SUBMIT, VT, body)).answer.body["code"] == "plan-verouderd"


async def test_a_context_that_names_another_recipient_than_the_submission_is_refused(hub: RunningHub) -> None:
    case = await open_case(hub)
    other = {"ontvanger": OinRole(oin=POL, rol="politie_noodhulp")}
    draft = case.vt.draft(await planned(case), KENNISGEVING_FACTS, context_changes=other)
    lying = draft.submission.model_copy(
        update={
            "kopieen": [
                k.model_copy(update={"ontvanger": OinRole(oin=POL, rol="politie_hovj")})
                for k in draft.submission.kopieen
            ]
        }
    )
    assert (await hub.ask(Verb.SUBMIT, VT, case.vt.sign(lying, draft.copies))).answer.status == 400


async def test_rollback_a_copy_made_under_an_older_revision_is_stale(hub: RunningHub) -> None:
    case = await open_case(hub)
    plan = await planned(case)
    number, _, digest = plan["revisie"].partition("-")
    older = plan | {"revisie": f"{int(number) - 1}-{digest}"}
    reply = await case.vt.submit(case.vt.draft(older, KENNISGEVING_FACTS))
    assert (reply.answer.status, reply.answer.body["code"]) == (409, "plan-verouderd")
    assert reply.answer.body["plan"]["revisie"] == plan["revisie"]


async def test_a_copy_id_of_another_message_is_refused(hub: RunningHub) -> None:
    case = await open_case(hub)
    sent = await notify_police(case)
    taken = sent.copies[0][0].kopie_id
    facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}
    plan = await case.vt.plan(KENNISGEVING, case.case_id, facts, HOVJ)
    draft = case.vt.draft(plan.answer.body, facts, context_changes={"kopie_id": taken})
    reply = await case.vt.submit(draft)
    assert (reply.answer.status, reply.answer.body["code"]) == (409, "kopie-id-hergebruikt")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"zonder_weegteam": "ja, want Piet dreigt"}, "type"),
        ({"spoedeisendheid": "Kerkstraat 1"}, "waarde"),
        ({"melder": "buurvrouw"}, "protocol-feiten"),
    ],
)
async def test_text_cannot_travel_in_clear_as_a_fact(
    hub: RunningHub, facts: dict[str, Any], code: str
) -> None:
    case = await open_case(hub)
    lying = KENNISGEVING_FACTS | facts
    reply = await case.vt.plan(KENNISGEVING, case.case_id, lying, HOVJ)
    assert reply.answer.status == 400
    assert reply.answer.body["errors"][0]["code"] == code
    draft = case.vt.draft(await planned(case), lying)
    assert (await case.vt.submit(draft)).answer.status == 400
    assert await accepted(hub) == (1, 2)


async def test_a_name_cannot_stand_where_a_staff_reference_belongs(hub: RunningHub) -> None:
    named = hub.node(VT, "vt_procescoordinator", "Jan Jansen")
    reply = await named.plan(VERZOEK, str(uuid4()), VERZOEK_FACTS, [], opening_in=DWELLING)
    assert reply.answer.status == 400
    unknown_role = hub.node(VT, "Jan Jansen", "vt-1")
    assert (
        await unknown_role.plan(VERZOEK, str(uuid4()), VERZOEK_FACTS, [], opening_in=DWELLING)
    ).answer.status == 400


async def test_an_act_in_the_future_is_refused(hub: RunningHub) -> None:
    police = hub.node(POL, "politie_hovj", "pol-1")
    later = rfc3339(hub.hands.now + timedelta(hours=1))
    facts = {"kinderen_aanwezig": False, "gebeurd_op": later, "vastgelegd_op": later}
    reply = await police.plan("melding.acuut", str(uuid4()), facts, [], opening_in=DWELLING)
    assert reply.answer.body["errors"][0]["code"] == "toekomst"


@pytest.mark.parametrize("state", ["just opened", "further on"])
async def test_existence_leak_a_case_outside_the_territory_answers_as_an_unknown_one(
    each_hub: RunningHub, state: str
) -> None:
    """By status, body and headers, for plan and submission; the rule stands in the log only."""
    case = await open_case(each_hub)
    if state == "further on":
        await notify_police(case)
    outside = each_hub.node(ELDERS, "gemeente_jurist", "eld-0001")
    facts = {"gebeurd_op": "2026-03-01T00:00:00Z", "vastgelegd_op": "2026-03-01T00:00:00Z"}
    kinds = ["huisverbod.niet_opgelegd", "monitoring.signaal", "besluit.context.verzoek"]
    for kind in kinds:
        asked = facts if kind.startswith("huisverbod") else {}
        hidden = await outside.plan(kind, case.case_id, asked, [])
        unknown = await outside.plan(kind, str(uuid4()), asked, [])
        assert hidden.answer.status == unknown.answer.status == 404, kind
        assert hidden.answer.to_bytes() == unknown.answer.to_bytes(), kind
        assert hidden.headers == unknown.headers
    leaf = await last_leaf(each_hub)
    assert leaf["wat"] == "bericht:plan:geweigerd"
    assert leaf["wie"] == {"oin": ELDERS, "rol": "gemeente_jurist", "persoon": "eld-0001"}


async def test_g07_stands_in_the_log_and_nowhere_else(hub: RunningHub) -> None:
    """A municipality outside its territory, by somebody on duty, with a message that role and state would allow."""
    case = await open_case(hub)
    outside = hub.node(ELDERS, "gemeente_jurist", "eld-0001")
    await duty(outside)
    to = [(VT, "vt_procescoordinator")]
    reply = await outside.plan("weegteam.inbreng", case.case_id, {}, to)
    unknown = await outside.plan("weegteam.inbreng", str(uuid4()), {}, to)
    assert (reply.answer.status, reply.answer.to_bytes()) == (404, unknown.answer.to_bytes())
    leaves = await hub.store.reader.read(
        lambda c: [json.loads(b) for b in c.execute(select(log_leaves.c.body)).scalars() if b is not None]
    )
    refused = [leaf for leaf in leaves if leaf["wat"] == "bericht:plan:geweigerd"]
    assert refused[0]["waarom"]["regel"] == "G07_niet_bevoegd_gebied"
    assert refused[0]["over"]["zaak_id"] == case.case_id


async def test_existence_leak_a_submission_to_anothers_case_answers_as_to_an_unknown_one(
    hub: RunningHub,
) -> None:
    case = await open_case(hub)
    outside = hub.node(ELDERS, "gemeente_jurist", "eld-0001")
    replies = []
    for case_id in (case.case_id, str(uuid4())):
        plan: dict[str, Any] = {
            "type": "monitoring.signaal",
            "zaakId": case_id,
            "doel": "monitoring",
            "urgentie": "U2",
            "revisie": "7-x",
            "handeling": None,
            "planSha256": "0" * 64,
            "ontvangers": [],
        }
        replies.append(await outside.submit(outside.draft(plan, {})))
    assert [reply.answer.status for reply in replies] == [404, 404]
    assert replies[0].answer.to_bytes() == replies[1].answer.to_bytes()


async def test_a_listed_recipient_outside_the_case_is_refused_and_gets_nothing(hub: RunningHub) -> None:
    case = await open_case(hub)
    facts = VERZOEK_FACTS
    plan = await case.vt.plan(
        VERZOEK, case.case_id, facts, [(GEM, "gemeente_jurist"), (ELDERS, "gemeente_jurist")]
    )
    inside, outside = plan.answer.body["ontvangers"]
    assert inside["toegestaan"]
    assert (outside["toegestaan"], outside["regel"]) == (False, "S_ontvanger")
    assert all(field["besluit"] == "deny" for field in outside["velden"])
    reply = await case.vt.submit(case.vt.draft(plan.answer.body, facts))
    assert {(d["oin"], d["status"]) for d in reply.answer.body["afleveringen"]} == {
        (GEM, "wacht"),
        (ELDERS, "vervallen"),
    }
    got = await hub.store.reader.read(
        lambda c: c.execute(select(deliveries.c.oin).where(deliveries.c.oin == ELDERS)).all()
    )
    assert got == []


async def test_sending_while_the_weegteam_deliberates_is_refused_with_reason_and_article(
    hub: RunningHub,
) -> None:
    case = await open_case(hub)
    await case.vt.send("weegteam.uitnodiging", case.case_id, {}, [(POL, "politie_weegteam")])
    facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}
    reply = await case.vt.plan(KENNISGEVING, case.case_id, facts, HOVJ)
    assert (reply.answer.status, reply.answer.body["regel"]) == (403, "S_toestand")
    assert reply.answer.body["artikel"]
    assert reply.answer.body["vervolgstap"]
