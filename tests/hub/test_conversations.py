"""Answers: what is owed, late, double or contradictory shows to those who may know; an answer to nothing is refused."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.hub.asking import decide, duty
from tests.hub.makers import (
    ELDERS,
    GEM,
    POL,
    VT,
    Draft,
    OpenCase,
    RunningHub,
    Sender,
    notify_police,
    open_case,
)

BEVESTIGING = "screening.gepland.bevestiging"


def hovj(hub: RunningHub) -> Sender:
    return hub.node(POL, "politie_hovj", "pol-0007")


async def conversations(person: Sender, *message_ids: str) -> dict[str, Mapping[str, Any]]:
    """By message id."""
    reply = await decide(person, {"soort": "gesprek", "berichten": list(message_ids)})
    assert reply.answer.status == 200, reply.answer.body
    return {each["berichtId"]: each for each in reply.answer.body["gesprekken"]}


async def confirm(police: Sender, case: OpenCase, notice: Draft, **facts: Any) -> Draft:
    known = {"reactie": "ingepland"} | facts
    return await police.send(
        BEVESTIGING, case.case_id, known, [(VT, "vt_procescoordinator")], in_reply_to=notice.message_id
    )


async def asked_and_on_duty(hub: RunningHub) -> tuple[OpenCase, Draft, Sender]:
    case = await open_case(hub)
    notice = await notify_police(case)
    police = hovj(hub)
    assert (await duty(police)).answer.status == 200
    return case, notice, police


async def test_an_answer_is_expected_missing_and_then_late(hub: RunningHub) -> None:
    case, notice, police = await asked_and_on_duty(hub)
    (owed,) = (await conversations(case.vt, notice.message_id))[notice.message_id]["verwacht"]
    assert (owed["van"], owed["stand"], owed["antwoorden"]) == ([POL], "wacht", [])
    hub.hands.pass_time(timedelta(hours=8, minutes=1))
    (owed,) = (await conversations(case.vt, notice.message_id))[notice.message_id]["verwacht"]
    assert owed["stand"] == "uitgebleven"
    assert (await duty(police)).answer.status == 200
    answer = await confirm(police, case, notice)
    shown = await conversations(case.vt, notice.message_id, answer.message_id)
    (owed,) = shown[notice.message_id]["verwacht"]
    assert (owed["stand"], owed["antwoorden"][0]["teLaat"]) == ("te_laat", True)
    assert shown[notice.message_id]["volledig"]
    assert (shown[answer.message_id]["antwoordOp"], shown[answer.message_id]["teLaat"]) == (
        notice.message_id,
        True,
    )


async def test_double_and_contradictory_answers_are_marked(hub: RunningHub) -> None:
    case, notice, police = await asked_and_on_duty(hub)
    first = await confirm(police, case, notice)
    second = await confirm(police, case, notice)
    third = await confirm(police, case, notice, reactie="gestart")
    shown = await conversations(case.vt, notice.message_id, second.message_id, third.message_id)
    (owed,) = shown[notice.message_id]["verwacht"]
    assert [each["dubbel"] for each in owed["antwoorden"]] == [False, True, False]
    assert owed["stand"] == "beantwoord"
    assert shown[second.message_id]["dubbel"]
    assert not shown[third.message_id]["spreektTegen"]
    assert first.message_id not in shown
    fourth = await confirm(police, case, notice)  # the screening has begun: "planned" is no longer true
    shown = await conversations(case.vt, notice.message_id, fourth.message_id)
    assert shown[notice.message_id]["verwacht"][0]["stand"] == "tegenstrijdig"
    assert not shown[notice.message_id]["volledig"]
    assert shown[fourth.message_id]["spreektTegen"] == [third.message_id]


async def test_only_the_agencys_own_messages_are_told_of(hub: RunningHub) -> None:
    """Probing: a message of others in the case, one of another case and one that does not exist look alike."""
    case, notice, police = await asked_and_on_duty(hub)
    await confirm(police, case, notice)
    stranger = hub.node(ELDERS, "gemeente_jurist", "els-1")
    municipality = hub.node(GEM, "gemeente_jurist", "gem-1")
    ids = (notice.message_id, "00000000-0000-4000-8000-000000000000")
    assert await conversations(stranger, *ids) == {}
    assert await conversations(municipality, *ids) == {}
    seen = await conversations(municipality, case.request.message_id)
    assert POL not in str(seen)  # that the police were asked as well is not told to the municipality


async def test_an_agency_sees_what_it_owes_itself(hub: RunningHub) -> None:
    _, notice, police = await asked_and_on_duty(hub)
    (owed,) = (await conversations(police, notice.message_id))[notice.message_id]["verwacht"]
    assert (owed["van"], owed["stand"]) == ([POL], "wacht")


async def refused_answer(
    person: Sender, case: OpenCase, answered: str | None, **changes: Any
) -> Mapping[str, Any]:
    """The problem that plan and submission both give."""
    values = {"message": BEVESTIGING, "facts": {"reactie": "ingepland"}, "to": [(VT, "vt_procescoordinator")]}
    wanted = values | changes
    planned = await person.plan(
        wanted["message"], case.case_id, wanted["facts"], wanted["to"], in_reply_to=answered
    )
    assert planned.answer.status == 400, planned.answer.body
    free = await person.plan(wanted["message"], case.case_id, wanted["facts"], wanted["to"])
    draft = person.draft(free.answer.body, wanted["facts"], in_reply_to=answered)
    reply = await person.submit(draft)
    assert reply.answer.status == 400, reply.answer.body
    assert reply.answer.body["code"] == planned.answer.body["code"]
    return reply.answer.body


async def test_a_reply_to_nothing_to_others_mail_or_of_the_wrong_kind_is_refused(hub: RunningHub) -> None:
    case, notice, police = await asked_and_on_duty(hub)
    other = await open_case(hub)
    unknown = "00000000-0000-4000-8000-000000000000"
    nothing = await refused_answer(police, case, unknown)
    assert nothing["code"] == "antwoord-op-niets"
    elsewhere = await refused_answer(police, case, other.request.message_id)
    assert elsewhere["detail"] == nothing["detail"]
    wrong = await refused_answer(police, case, case.request.message_id)
    assert wrong["code"] == "antwoord-past-niet"
    astray = await refused_answer(police, case, notice.message_id, to=[(GEM, "gemeente_jurist")])
    assert astray["code"] == "antwoord-aan-ander"
    shown = await conversations(case.vt, notice.message_id)
    assert shown[notice.message_id]["verwacht"][0]["antwoorden"] == []
