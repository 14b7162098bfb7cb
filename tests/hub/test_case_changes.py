"""Cases that are linked, merged or handed over, with the real policies. Attacks by name."""

import json
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.hub.storage.clock_tables import clocks
from gateway.hub.storage.tables import assignments, cases
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.problem_answers import Reply
from gateway.hub.usecases.settling import load_record
from tests.hub.asking import ask_case, assign, decide, duty
from tests.hub.bans import impose_ban
from tests.hub.makers import (
    DWELLING,
    ELDERS,
    GEM,
    OM,
    POL,
    VT,
    OpenCase,
    RunningHub,
    Sender,
    open_case,
)
from tests.hub.test_reading_and_acts import events

NOWHERE = "00000000-0000-4000-8000-000000000000"


async def change(person: Sender, kind: str, **members: str) -> Reply:
    door = {"rol": person.role, "medewerker": person.staff}
    return await decide(person, {"soort": kind, "door": door, **members})


async def merge(person: Sender, ends: str, goes_on: str) -> Reply:
    return await change(person, "samenvoeging", zaakId=ends, voortgezetIn=goes_on)


async def two_cases(hub: RunningHub) -> tuple[OpenCase, OpenCase]:
    kept = await open_case(hub)
    hub.hands.now += timedelta(minutes=5)
    return kept, await open_case(hub)


async def test_a_case_that_was_opened_twice_goes_on_in_one_of_them(each_hub: RunningHub) -> None:
    kept, double = await two_cases(each_hub)
    merged = await merge(kept.vt, double.case_id, kept.case_id)
    assert merged.answer.status == 200, merged.answer.body
    assert merged.answer.body["voortgezetIn"] == kept.case_id
    late = await kept.vt.plan("weegteam.uitnodiging", double.case_id, {}, [(POL, "politie_weegteam")])
    assert (late.answer.status, late.answer.body["code"]) == (409, "zaak-samengevoegd")
    assert kept.case_id in late.answer.body["errors"][0]["detail"]
    assert (
        await assign(each_hub.node(POL, "politie_wijkagent", "pol-1"), double.case_id)
    ).answer.status == 409
    again = await merge(kept.vt, double.case_id, kept.case_id)
    assert again.answer.status == 409
    goes_on = await kept.vt.plan("weegteam.uitnodiging", kept.case_id, {}, [(POL, "politie_weegteam")])
    assert goes_on.answer.status == 200, goes_on.answer.body
    tags = [each["wat"] for each in await events(each_hub)]
    assert tags.count(EventTag.CASES_MERGED) == 2  # one leaf in each case


async def test_attack_a_merger_tells_nobody_the_id_of_a_case_that_is_not_theirs(hub: RunningHub) -> None:
    """The neighbours got a message in the old case, and nothing in the one that goes on."""
    kept, double = await two_cases(hub)
    outsider = hub.node(ELDERS, "gemeente_jurist", "eld-0001")
    assert (await merge(kept.vt, double.case_id, kept.case_id)).answer.status == 200
    for case_id in (double.case_id, kept.case_id, NOWHERE):
        hidden = await outsider.plan("weegteam.uitnodiging", case_id, {}, [(POL, "politie_weegteam")])
        assert (hidden.answer.status, kept.case_id in json.dumps(hidden.answer.body)) == (404, False)
    unknown = await merge(outsider, double.case_id, kept.case_id)
    nowhere = await merge(outsider, NOWHERE, kept.case_id)
    assert unknown.answer.status == nowhere.answer.status == 404
    assert unknown.answer.to_bytes() == nowhere.answer.to_bytes()


async def test_facts_and_terms_of_the_ended_case_count_in_the_one_that_goes_on(each_hub: RunningHub) -> None:
    kept = await open_case(each_hub)
    each_hub.hands.now += timedelta(minutes=5)
    agent = each_hub.node(POL, "politie_wijkagent", "pol-0042")
    double, reported = str(uuid4()), {"gemeld_op": rfc3339(each_hub.hands.now), "kinderen_aanwezig": True}
    await agent.send("melding.zorg", double, reported, [(VT, "vt_medewerker")], opening_in=DWELLING)
    assert (await assign(kept.vt, double)).answer.status == 200
    moved = {name for name, legal in (await running(each_hub, double)).items() if legal}
    assert "D19" in {name.partition("/")[0] for name in moved}
    assert not moved & set(await running(each_hub, kept.case_id))
    assert (await merge(kept.vt, double, kept.case_id)).answer.status == 200
    assert moved <= set(await running(each_hub, kept.case_id))
    assert not {name for name, legal in (await running(each_hub, double)).items() if legal}
    record = await load_record(each_hub.parts, Asker(oin=VT, trace_id="a" * 32), kept.case_id)
    assert record.facts.any_true("melding.zorg", "kinderen_aanwezig")
    assert not record.is_involved(OM)
    feedback = {"beoordeeld_op": rfc3339(each_hub.hands.now)}
    vt = each_hub.node(VT, "vt_medewerker", "vt-0002")
    await duty(vt)
    reply = await vt.plan("melding.terugkoppeling", kept.case_id, feedback, [(POL, "politie_wijkagent")])
    assert reply.answer.status == 200, reply.answer.body


async def running(hub: RunningHub, case_id: str) -> dict[str, bool]:
    """The running clocks of a case; True for those of the law, False for those of one copy."""
    query = select(clocks.c.clock_id, clocks.c.deadline).where(
        clocks.c.case_id == case_id, clocks.c.status == "lopend"
    )
    rows = await hub.store.reader.read(lambda c: c.execute(query).all())
    return {row.clock_id: row.deadline.startswith("D") for row in rows}


async def test_attack_a_case_with_a_ban_in_force_is_not_merged_away_nor_handed_over(hub: RunningHub) -> None:
    ban = await impose_ban(hub)
    hub.hands.now += timedelta(minutes=5)
    other = await open_case(hub)
    vt = other.vt
    away = await merge(vt, ban.case_id, other.case_id)
    assert (away.answer.status, away.answer.body["regel"]) == (403, "A_zaakfase")
    moved = await change(vt, "zaak_overdracht", zaakId=ban.case_id, gemeentecode="9902")
    assert (moved.answer.status, moved.answer.body["regel"]) == (403, "A_zaakfase")
    into = await merge(vt, other.case_id, ban.case_id)
    assert into.answer.status == 200, into.answer.body


async def test_attack_a_circle_of_cases_and_a_case_in_itself(hub: RunningHub) -> None:
    kept, double = await two_cases(hub)
    itself = await merge(kept.vt, kept.case_id, kept.case_id)
    assert (itself.answer.status, itself.answer.body["code"]) == (409, "zelfde-zaak")
    assert (await merge(kept.vt, double.case_id, kept.case_id)).answer.status == 200
    back = await merge(kept.vt, kept.case_id, double.case_id)
    assert (back.answer.status, back.answer.body["code"]) == (409, "zaak-samengevoegd")


async def test_attack_a_role_that_does_not_answer_for_the_case_merges_nothing(hub: RunningHub) -> None:
    kept, double = await two_cases(hub)
    wijkagent = hub.node(POL, "politie_wijkagent", "pol-0042")
    await duty(wijkagent)
    reply = await merge(wijkagent, double.case_id, kept.case_id)
    assert (reply.answer.status, reply.answer.body["regel"]) == (403, "A_zaakrol")
    assert EventTag.CASE_CHANGE_REFUSED in [each["wat"] for each in await events(hub)]


async def test_a_repeated_ban_is_linked_to_the_earlier_case_and_opens_nothing(hub: RunningHub) -> None:
    earlier = await impose_ban(hub)
    hub.hands.now += timedelta(hours=1)
    new = await open_case(hub)
    link = {"zaakId": new.case_id, "eerdereZaakId": earlier.case_id}
    made = await change(earlier.mayor, "koppeling", **link)
    assert made.answer.status == 200, made.answer.body
    assert (await change(earlier.mayor, "koppeling", **link)).answer.status == 200
    seen = await ask_case(earlier.mayor, new.case_id, "weging")
    shown = seen if seen.answer.status == 200 else await ask_case(earlier.mayor, earlier.case_id, "besluit")
    assert shown.answer.status == 200, shown.answer.body
    assert shown.answer.body["koppelingen"] == [{"aard": "latere_zaak", "zaakId": new.case_id}]
    turned = await change(earlier.mayor, "koppeling", zaakId=earlier.case_id, eerdereZaakId=new.case_id)
    assert (turned.answer.status, turned.answer.body["code"]) == (409, "zaak-niet-eerder")
    jurist = hub.node(GEM, "gemeente_jurist", "gem-0009")
    await duty(jurist)
    assert (await change(jurist, "koppeling", **link)).answer.body["regel"] == "A_zaakrol"
    lost = await change(earlier.mayor, "koppeling", zaakId=new.case_id, eerdereZaakId=NOWHERE)
    assert lost.answer.status == 404


async def test_a_case_is_handed_over_to_who_is_competent_for_the_new_dwelling(hub: RunningHub) -> None:
    case = await open_case(hub)
    code = _other_code(hub)
    jurist = hub.node(GEM, "gemeente_jurist", "gem-0002")
    assert (await assign(jurist, case.case_id)).answer.status == 200
    new = hub.node(ELDERS, "gemeente_jurist", "eld-0001")
    assert (await assign(new, case.case_id)).answer.status == 404
    moved = await change(jurist, "zaak_overdracht", zaakId=case.case_id, gemeentecode=code)
    assert moved.answer.status == 200, moved.answer.body
    assert moved.answer.body["beeindigdeToewijzingen"] == 1
    assert (await assign(new, case.case_id)).answer.status == 200
    query = select(assignments.c.oin).where(
        assignments.c.case_id == case.case_id, assignments.c.ended_at.is_(None)
    )
    working = set(await hub.store.reader.read(lambda c: c.execute(query).scalars().all()))
    assert GEM not in working
    back = await change(jurist, "zaak_overdracht", zaakId=case.case_id, gemeentecode=DWELLING)
    assert (back.answer.status, back.answer.body["regel"]) == (403, "G06_niet_toegewezen")
    where = select(cases.c.municipality).where(cases.c.case_id == case.case_id)
    assert await hub.store.reader.read(lambda c: c.execute(where).scalar()) == code


async def test_a_case_is_not_handed_over_to_nobody(hub: RunningHub) -> None:
    case = await open_case(hub)
    nobody = await change(case.vt, "zaak_overdracht", zaakId=case.case_id, gemeentecode="0000")
    assert (nobody.answer.status, nobody.answer.body["errors"][0]["code"]) == (400, "niet_aangesloten")
    same = await change(case.vt, "zaak_overdracht", zaakId=case.case_id, gemeentecode=DWELLING)
    assert (same.answer.status, same.answer.body["code"]) == (409, "zelfde-gemeente")


def _other_code(hub: RunningHub) -> str:
    return next(iter(sorted(hub.world.registry.participant(ELDERS).municipalities)))
