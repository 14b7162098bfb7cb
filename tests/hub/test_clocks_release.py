"""A release from custody that its sender takes back: the task, who may end it by hand, and closing the case."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from gateway.domain.clock import rfc3339
from gateway.protocol.exchange import Answer
from tests.hub.asking import decide, duty
from tests.hub.bans import moments
from tests.hub.makers import DWELLING, OM, POL, VT, RunningHub, Sender
from tests.hub.watching import clocks

UNTOLD = "T_open_taak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """A case that Veilig Thuis could close, and the officer of justice who decides on a release in it."""

    hub: RunningHub
    case_id: str
    vt: Sender
    zsm: Sender

    async def release(self, *, in_time: timedelta = timedelta(hours=2)) -> str:
        facts = {"in_vrijheid_op": rfc3339(self.hub.hands.now + in_time), "strafzaak_loopt": True}
        to = [(VT, "vt_medewerker")]
        sent = await self.zsm.send("zsm.afdoening", self.case_id, facts | moments(self.hub), to)
        return sent.message_id

    async def take_back(self, release: str, kind: str) -> str:
        facts = {"bericht_id": release, "soort": kind}
        sent = await self.zsm.send("bericht.correctie", self.case_id, facts, [(VT, "vt_medewerker")])
        return sent.message_id

    async def close(self) -> Answer:
        now = rfc3339(self.hub.hands.now)
        question = {
            "soort": "handeling",
            "zaakId": self.case_id,
            "handeling": "sluiten",
            "door": {"rol": self.vt.role, "medewerker": self.vt.staff},
            "feiten": {},
            "gebeurdOp": now,
            "vastgelegdOp": now,
        }
        return (await decide(self.vt, question)).answer

    async def settle(self, release: str) -> Answer:
        question = {
            "soort": "klok_afgehandeld",
            "zaakId": self.case_id,
            "klokId": f"D29~{release}",
            "door": {"rol": self.vt.role, "medewerker": self.vt.staff},
            "doel": "melding_vt",
        }
        return (await decide(self.vt, question)).answer


@pytest.fixture
async def custody(each_hub: RunningHub) -> Custody:
    vt, zsm = each_hub.node(VT, "vt_medewerker", "vt-0002"), each_hub.node(OM, "om_ovj_zsm", "om-0001")
    police = each_hub.node(POL, "politie_noodhulp", "pol-0003")
    for person in (vt, zsm):
        assert (await duty(person)).answer.status == 200
    case_id = str(uuid4())
    facts = {"kinderen_aanwezig": False, "gemeld_op": rfc3339(each_hub.hands.now)}
    await police.send("melding.zorg", case_id, facts, [(VT, "vt_medewerker")], opening_in=DWELLING)
    return Custody(hub=each_hub, case_id=case_id, vt=vt, zsm=zsm)


async def refused_closing(custody: Custody) -> bool:
    answer = await custody.close()
    if answer.status == 200:
        return False
    assert (answer.status, answer.body["regel"]) == (403, UNTOLD), answer.body
    return True


async def test_a_case_is_not_closed_while_a_household_is_to_be_told(custody: Custody) -> None:
    release = await custody.release()
    assert await refused_closing(custody)
    told = {"afdoening_id": release, "resultaat": "geinformeerd"} | moments(custody.hub)
    await custody.vt.send("achterblijver.geinformeerd", custody.case_id, told, [(OM, "om_ovj_zsm")])
    assert not await refused_closing(custody)


async def test_a_release_that_was_withdrawn_in_time_is_nobodys_task(custody: Custody) -> None:
    release = await custody.release()
    custody.hub.hands.pass_time(timedelta(minutes=5))
    withdrawn = await custody.take_back(release, "ten_onrechte_verzonden")
    clock = (await clocks(custody.hub, custody.case_id))[f"D29/{release}"]
    assert (clock.status, clock.ended_by) == ("vervallen", withdrawn)
    assert not await refused_closing(custody)


async def test_a_wrong_release_stays_a_task_until_the_right_one_is_one(custody: Custody) -> None:
    wrong = await custody.release()
    await custody.take_back(wrong, "onjuist")
    assert (await custody.settle(wrong)).body["code"] == "klok-niet-met-de-hand"
    assert await refused_closing(custody)
    custody.hub.hands.pass_time(timedelta(minutes=5))
    right = await custody.release()
    found = await clocks(custody.hub, custody.case_id)
    assert (found[f"D29/{wrong}"].status, found[f"D29/{wrong}"].ended_by) == ("vervallen", right)
    assert found[f"D29/{right}"].running
    assert await refused_closing(custody)


async def test_withdrawn_after_its_moment_a_person_must_say_that_nobody_was_freed(custody: Custody) -> None:
    release = await custody.release(in_time=timedelta(0))
    custody.hub.hands.pass_time(timedelta(minutes=5))
    assert (await custody.settle(release)).body["code"] == "klok-niet-met-de-hand"
    await custody.take_back(release, "ten_onrechte_verzonden")
    assert await refused_closing(custody)
    done = await custody.settle(release)
    assert (done.status, done.body["status"]) == (200, "gestopt"), done.body
    clock = (await clocks(custody.hub, custody.case_id))[f"D29/{release}"]
    assert clock.ended_by == f"{VT}:{custody.vt.staff}"
    assert not await refused_closing(custody)
