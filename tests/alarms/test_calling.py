"""Alarms reach people: along the roster, over real servers, once per step, and in the end on a call list."""

import asyncio
import json
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.events import EventTag
from gateway.domain.urgency import Urgency
from gateway.hub.alarms import (
    AlarmNotDelivered,
    AlarmNotice,
    Delivered,
    SmtpChannel,
    WebhookChannel,
)
from gateway.hub.alarms.calling import TAKEN_FOR
from gateway.hub.alarms.roster import ATTEMPTS, PATIENCE, RETRY_AFTER
from gateway.hub.storage.duty_tables import duty_addresses
from gateway.hub.storage.tables import log_leaves
from tests.alarms.duty import (
    MAIL,
    SEAL,
    SECOND_MAIL,
    call_list,
    caller,
    calls,
    line,
    person,
    raise_alarm,
    reachable,
    roster,
    rounds,
    take_on,
)
from tests.alarms.mailbox import PATIENT_S, mailbox
from tests.alarms.parties import Trust, make_trust
from tests.alarms.smtp_sink import Fault
from tests.alarms.webhook_sink import WebhookSink
from tests.hub.asking import assign
from tests.hub.makers import ELDERS, GEM, OM, RunningHub, open_case

KEY = b"an invented key of 32 bytes or so"


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("trust"))


async def two_on_duty(hub: RunningHub) -> RunningHub:
    """A hub that knows a first and a second HOvJ on duty."""
    known = reachable(hub)
    stored = await roster(person(known), line(1, "pol-0007"), line(2, "pol-0008", adres=SECOND_MAIL))
    assert stored.answer.status == 200, stored.answer.body
    return known


async def test_unanswered_goes_along_the_roster_and_ends_on_the_call_list(
    each_hub: RunningHub, trust: Trust
) -> None:
    hub = await two_on_duty(each_hub)
    alarm_id = await raise_alarm(hub)
    async with mailbox(trust) as box:
        ringing = caller(hub, mail=box.channel)
        await rounds(ringing)
        assert (box.to(), await call_list(person(hub))) == ([MAIL], [])
        hub.hands.pass_time(PATIENCE[Urgency.U0] - timedelta(seconds=1))
        await rounds(ringing)
        assert box.to() == [MAIL]
        hub.hands.pass_time(timedelta(seconds=61))
        await rounds(ringing)
        assert box.to() == [MAIL, SECOND_MAIL]
        hub.hands.pass_time(PATIENCE[Urgency.U0] + timedelta(minutes=1))
        await rounds(ringing)
        assert box.to() == [MAIL, SECOND_MAIL]
        assert set(box.ids()) == {alarm_id}
    listed = await call_list(person(hub))
    assert [entry["alarmId"] for entry in listed] == [alarm_id]
    assert [made["medewerker"] for made in listed[0]["gebeld"]] == ["pol-0007", "pol-0008"]
    assert "alarm@" not in json.dumps(listed)
    assert "@politie" not in json.dumps(listed)


async def test_whoever_takes_it_on_ends_the_calling(each_hub: RunningHub, trust: Trust) -> None:
    hub = await two_on_duty(each_hub)
    alarm_id = await raise_alarm(hub)
    async with mailbox(trust) as box:
        ringing = caller(hub, mail=box.channel)
        await rounds(ringing)
        taken = await take_on(person(hub), alarm_id)
        assert (taken.answer.status, taken.answer.body["doorU"]) == (200, True)
        again = await take_on(person(hub, "pol-0008"), alarm_id)
        assert (again.answer.status, again.answer.body["doorU"]) == (200, False)
        assert again.answer.body["afgehandeldOp"] == taken.answer.body["afgehandeldOp"]
        hub.hands.pass_time(timedelta(hours=1))
        await rounds(ringing)
        assert box.to() == [MAIL]
    assert await call_list(person(hub)) == []


async def test_an_alarm_is_taken_on_before_anybody_called(hub: RunningHub, trust: Trust) -> None:
    known = await two_on_duty(hub)
    alarm_id = await raise_alarm(known)
    assert (await take_on(person(known), alarm_id)).answer.body["doorU"] is True
    async with mailbox(trust) as box:
        await rounds(caller(known, mail=box.channel))
        assert box.to() == []


async def test_two_relays_at_once_call_once(each_hub: RunningHub, trust: Trust) -> None:
    """As two relays do on PostgreSQL; on SQLite there is one, which never overlaps itself."""
    hub = await two_on_duty(each_hub)
    alarm_ids = {await raise_alarm(hub) for _ in range(12)}
    async with mailbox(trust) as box:
        one, two = caller(hub, mail=box.channel), caller(hub, mail=box.channel)
        if hub.store.engines.is_sqlite:
            await rounds(one)
        else:
            await asyncio.gather(*(rounds(each, 4) for each in (one, two, one, two)))
        assert sorted(box.ids()) == sorted(alarm_ids)
    for alarm_id in alarm_ids:
        assert len(await calls(hub, alarm_id)) == 1


@dataclass
class Dying:
    """Delivers, and then its process is gone before anything is recorded."""

    channel: SmtpChannel

    async def send(self, notice: AlarmNotice, *, to: str) -> Delivered:
        await self.channel.send(notice, to=to)
        raise asyncio.CancelledError


async def test_killed_between_sending_and_recording_it_is_sent_again_under_the_same_id(
    each_hub: RunningHub, trust: Trust
) -> None:
    hub = await two_on_duty(each_hub)
    alarm_id = await raise_alarm(hub)
    async with mailbox(trust) as box:
        with pytest.raises(asyncio.CancelledError):
            await caller(hub, mail=Dying(box.channel)).call_due()
        assert (box.ids(), await calls(hub, alarm_id)) == ([alarm_id], [])
        hub.hands.pass_time(TAKEN_FOR)
        await rounds(caller(hub, mail=box.channel))
        assert box.ids() == [alarm_id, alarm_id]
        assert [made.delivered for made in await calls(hub, alarm_id)] == [True]


@pytest.mark.parametrize(
    ("fault", "permanent"),
    [
        (Fault.REFUSES_RECIPIENT, True),
        (Fault.REFUSES_MESSAGE, True),
        (Fault.GREYLISTS, False),
        (Fault.DROPS, False),
        (Fault.SILENT, False),
    ],
)
async def test_a_channel_that_fails_is_tried_again_or_passed_by(
    hub: RunningHub, trust: Trust, fault: Fault, *, permanent: bool
) -> None:
    """An address of no use: the next is called at once. A server out of order for a moment: a few times."""
    known = await two_on_duty(hub)
    alarm_id = await raise_alarm(known)
    async with mailbox(trust, fault, timeout_s=1.0 if fault is Fault.SILENT else PATIENT_S) as box:
        ringing = caller(known, mail=box.channel)
        await rounds(ringing, 1)
        assert [made.delivered for made in await calls(known, alarm_id)] == [False]
        for _ in range(ATTEMPTS):
            known.hands.pass_time(RETRY_AFTER)
            await rounds(ringing, 2)
        tried = [made.staff for made in await calls(known, alarm_id)]
    expected = ["pol-0007", "pol-0008"] if permanent else ["pol-0007"] * ATTEMPTS + ["pol-0008"]
    assert tried[: len(expected)] == expected
    if permanent:
        assert [entry["alarmId"] for entry in await call_list(person(known))] == [alarm_id]


async def test_a_webhook_gets_the_alarm_signed_and_nothing_about_people(
    hub: RunningHub, trust: Trust
) -> None:
    known = reachable(hub)
    sink = WebhookSink(tls=trust.server)
    async with sink.running(sink.tls), WebhookChannel(key=KEY, tls=trust.client) as channel:
        local = replace(
            known, parts=replace(known.parts, addresses=replace(SEAL, domains=frozenset({"127.0.0.1"})))
        )
        local = replace(local, desk=type(local.desk)(local.parts, known.desk._allowances))
        hook = line(1, "pol-0007", kanaal="webhook", adres=f"https://127.0.0.1:{sink.port}/piket-hovj")
        assert (await roster(person(local), hook)).answer.status == 200
        alarm_id = await raise_alarm(local)
        await rounds(caller(local, webhook=channel))
    got = json.loads(sink.got[0].body)
    assert (sink.got[0].path, got["alarmId"], got["telefoon"]) == ("/piket-hovj", alarm_id, "0800-0000")
    assert "pol-0007" not in sink.got[0].body.decode()


async def test_without_a_channel_or_anybody_on_duty_it_is_on_the_call_list_at_once(hub: RunningHub) -> None:
    known = await two_on_duty(hub)
    unreachable, unmanned = await raise_alarm(known), await raise_alarm(known, roles=["politie_wijkagent"])
    await rounds(caller(known), 4)
    assert [entry["alarmId"] for entry in await call_list(person(known))] == [unreachable]
    agent = person(known, "pol-0020", "politie_wijkagent")
    assert [entry["alarmId"] for entry in await call_list(agent)] == [unmanned]


async def test_a_clock_that_was_put_back_does_not_silence_an_alarm(
    each_hub: RunningHub, trust: Trust
) -> None:
    hub = await two_on_duty(each_hub)
    alarm_id = await raise_alarm(hub)
    async with mailbox(trust) as box:
        ringing = caller(hub, mail=box.channel)
        await rounds(ringing)
        hub.hands.now -= timedelta(minutes=50)
        hub.hands.pass_time(PATIENCE[Urgency.U0])
        await rounds(ringing)
        assert box.to() == [MAIL, SECOND_MAIL]
    assert len(await calls(hub, alarm_id)) == 2


async def test_attack_another_agency_sees_and_takes_on_nothing(hub: RunningHub) -> None:
    """Another agency, another role of the same one, and a colleague who is neither on duty nor on the case."""
    known = await two_on_duty(hub)
    case = await open_case(known)
    alarm_id = await raise_alarm(known, case_id=case.case_id)
    await rounds(caller(known), 4)
    outsiders = [
        person(known, "ovj-1", "om_ovj_zsm", OM),
        person(known, "bgm-1", "burgemeester", GEM),
        person(known, "pol-0020", "politie_wijkagent"),
    ]
    for outsider in outsiders:
        assert await call_list(outsider) == []
        refused = await take_on(outsider, alarm_id)
        unknown = await take_on(outsider, "geen-alarm")
        assert (refused.answer.status, refused.answer.body) == (404, unknown.answer.body)
    colleague = person(known, "pol-0099")
    off_duty = await take_on(colleague, alarm_id)
    assert (off_duty.answer.status, off_duty.answer.body["regel"]) == (403, "G06_niet_toegewezen")
    await assign(colleague, case.case_id)
    assert (await take_on(colleague, alarm_id)).answer.status == 200


async def test_attack_an_alarm_without_a_named_owner_stays_within_the_territory(
    hub: RunningHub, trust: Trust
) -> None:
    """The burgemeester elsewhere has the role, and is not called about a dwelling that is not his."""
    known = reachable(hub)
    case = await open_case(known)
    here, elsewhere = (
        person(known, "bgm-1", "burgemeester", GEM),
        person(known, "bgm-9", "burgemeester", ELDERS),
    )
    for mayor, address in ((elsewhere, "piket-elders"), (here, "piket-bgm")):
        duty = line(1, mayor.staff, rol="burgemeester", adres=f"{address}@gemeente.example")
        assert (await roster(mayor, duty)).answer.status == 200
    alarm_id = await raise_alarm(known, case_id=case.case_id, owner=None, roles=["burgemeester"])
    async with mailbox(trust) as box:
        await rounds(caller(known, mail=box.channel))
        assert box.to() == ["piket-bgm@gemeente.example"]
    known.hands.pass_time(timedelta(minutes=10))
    await rounds(caller(known), 4)
    assert await call_list(elsewhere) == []
    assert (await take_on(elsewhere, alarm_id)).answer.status == 404
    assert [entry["alarmId"] for entry in await call_list(here)] == [alarm_id]


def stored_in(folder: Path) -> bytes:
    """Every byte of the database."""
    return b"".join(path.read_bytes() for path in folder.glob("hub.db*"))


async def test_personal_data_no_address_in_database_logs_answers_or_audit(
    hub: RunningHub, trust: Trust, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    known = await two_on_duty(hub)
    await raise_alarm(known)
    async with mailbox(trust, Fault.REFUSES_RECIPIENT) as box:
        await rounds(caller(known, mail=box.channel), 6)
    stored = stored_in(tmp_path)
    assert MAIL.encode() not in stored
    assert b"piket-hovj" not in stored
    assert MAIL not in caplog.text
    sealed = await known.parts.reader.read(lambda c: c.execute(select(duty_addresses)).all())
    assert {SEAL.open(row.address_id, row.sealed) for row in sealed} == {MAIL, SECOND_MAIL}


async def test_every_call_and_what_came_of_it_stands_in_the_log(hub: RunningHub, trust: Trust) -> None:
    known = await two_on_duty(hub)
    alarm_id = await raise_alarm(known)
    async with mailbox(trust) as box:
        await rounds(caller(known, mail=box.channel))
    known.hands.pass_time(timedelta(minutes=6))
    await rounds(caller(known), 4)
    await take_on(person(known), alarm_id)
    bodies = await known.parts.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    assert [tag for body in bodies if (tag := json.loads(body)["wat"]).startswith("klok:alarm")] == [
        EventTag.ALARM_SENT,
        EventTag.ALARM_NOT_SENT,
        EventTag.ALARM_LISTED,
        EventTag.ALARM_TAKEN_ON,
    ]
    assert [made.staff for made in await calls(known, alarm_id)] == ["pol-0007", "pol-0008"]


@dataclass
class Faulty:
    """A channel with a fault of ours in it."""

    async def send(self, notice: AlarmNotice, *, to: str) -> Delivered:
        if notice.alarm_id.startswith("never"):
            raise AlarmNotDelivered("nooit", permanent=True)
        raise RuntimeError(to)


async def test_a_fault_with_one_alarm_does_not_silence_the_others(
    hub: RunningHub, caplog: pytest.LogCaptureFixture
) -> None:
    known = await two_on_duty(hub)
    await raise_alarm(known)
    other = await raise_alarm(known, roles=["politie_wijkagent"])
    await rounds(caller(known, mail=Faulty()), 3)
    agent = person(known, "pol-0020", "politie_wijkagent")
    assert [entry["alarmId"] for entry in await call_list(agent)] == [other]
    assert MAIL not in caplog.text
