"""The owner of a duty gives it more time through the hub: on record, in the log, and nobody else can."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from gateway.domain.clock import rfc3339
from gateway.protocol.exchange import Answer
from tests.hub.asking import ask_case, decide, duty
from tests.hub.makers import DWELLING, POL, VT, RunningHub, Sender
from tests.hub.watching import clocks


async def extend(person: Sender, case_id: str, name: str, **changes: Any) -> Answer:
    question = {
        "soort": "klok_verlengd",
        "zaakId": case_id,
        "klokId": name,
        "door": {"rol": person.role, "medewerker": person.staff},
        "doel": "melding_vt",
        "reden": "veiligheid",
    }
    return (await decide(person, question | changes)).answer


async def test_the_owner_gives_two_weeks_with_a_reason(each_hub: RunningHub) -> None:
    vt = each_hub.node(VT, "vt_medewerker", "vt-0002")
    police = each_hub.node(POL, "politie_noodhulp", "pol-0003")
    case_id = str(uuid4())
    facts = {"kinderen_aanwezig": False, "gemeld_op": rfc3339(each_hub.hands.now)}
    melding = await police.send("melding.zorg", case_id, facts, [(VT, "vt_medewerker")], opening_in=DWELLING)
    key, name = f"D21/{melding.message_id}", f"D21~{melding.message_id}"
    each_hub.hands.pass_time(timedelta(days=20))
    for person in (vt, police):
        assert (await duty(person)).answer.status == 200
    before = (await clocks(each_hub, case_id))[key]
    assert before.due_at is not None
    theirs = await extend(police, case_id, name, doel="melding_vt")
    assert theirs.status in {403, 404}, theirs.body
    assert (await extend(vt, case_id, name, reden="drukte")).status == 400
    refused = await extend(vt, case_id, f"D19~{melding.message_id}")
    assert (refused.status, refused.body["code"]) == (409, "klok-niet-te-verlengen")
    assert (await clocks(each_hub, case_id))[key] == before
    done = await extend(vt, case_id, name)
    assert done.status == 200, done.body
    after = (await clocks(each_hub, case_id))[key]
    assert (before.due_local, after.due_local) == ("2026-03-29T01:10:00+01:00", "2026-04-12T01:10:00+02:00")
    assert [(e.reason, e.oin, e.staff) for e in after.extensions] == [("veiligheid", VT, vt.staff)]
    assert done.body["eindigtOp"] == after.due_local
    view = (await ask_case(vt, case_id, "melding_vt")).answer
    (shown,) = [clock for clock in view.body["klokken"] if clock["klokId"] == name]
    assert [each["reden"] for each in shown["verlengd"]] == ["veiligheid"]
    again = await extend(vt, case_id, name)
    assert (again.status, again.body["code"]) == (409, "verlenging-te-vroeg")
    assert (await clocks(each_hub, case_id))[key] == after
