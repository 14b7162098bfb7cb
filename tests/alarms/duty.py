"""Duty rosters with addresses, alarms as a clock raises them, and a caller that knows real servers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from gateway.domain.clock import rfc3339
from gateway.hub.alarms.addresses import AddressSeal
from gateway.hub.alarms.calling import AlarmCaller, Calling
from gateway.hub.alarms.channel import AlarmChannel
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.hub.storage.duty_rows import AlarmCallRow
from gateway.hub.storage.duty_tables import alarm_calls
from gateway.hub.storage.selecting import select_all
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.problem_answers import Reply
from tests.hub.asking import decide
from tests.hub.makers import POL, RunningHub, Sender
from tests.hub.revoking import WITHOUT_LIMIT

SEAL = AddressSeal(key=b"k" * 32, domains=frozenset({"politie.example", "gemeente.example"}))
CALL_NUMBER = "0800-0000"
MAIL = "piket-hovj@politie.example"
SECOND_MAIL = "piket-achterwacht@politie.example"


def reachable(hub: RunningHub) -> RunningHub:
    """The same hub, set up to take duty addresses."""
    parts = replace(hub.parts, addresses=SEAL)
    return replace(hub, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))


def person(hub: RunningHub, staff: str = "pol-0007", role: str = "politie_hovj", oin: str = POL) -> Sender:
    return hub.node(oin, role, staff)


def line(number: int, staff: str, **changes: Any) -> dict[str, Any]:
    """A duty of the HOvJ on the wire, from two hours before the start of the tests to ten after."""
    values = {
        "regel": number,
        "rol": "politie_hovj",
        "medewerker": staff,
        "van": "2026-02-28T23:00:00.000Z",
        "tot": "2026-03-01T11:00:00.000Z",
        "volgorde": number - 1,
        "kanaal": "mail",
        "adres": MAIL,
    }
    return values | changes


async def roster(by: Sender, *lines: Mapping[str, Any]) -> Reply:
    question = {"soort": "rooster", "door": {"rol": by.role, "medewerker": by.staff}, "regels": list(lines)}
    return await decide(by, question)


async def raise_alarm(
    hub: RunningHub,
    *,
    case_id: str | None = None,
    owner: str | None = POL,
    roles: Sequence[str] = ("politie_hovj",),
    also: Sequence[str] = (),
    urgency: str = "U0",
) -> str:
    """An alarm as the watch of clocks writes it; its id."""
    alarm_id, now = str(uuid4()), hub.hands.now
    row = AlarmRow(
        alarm_id=alarm_id,
        case_id=case_id or str(uuid4()),
        clock_id=f"D29/{alarm_id}",
        deadline="D29",
        step="taak",
        round=0,
        urgency=urgency,
        due_at=rfc3339(now + timedelta(hours=1)),
        owner=json.dumps({"oin": owner, "roles": list(roles), "also": list(also)}),
        raised_at=rfc3339(now),
        settled_at=None,
        settled_by=None,
    )
    await hub.parts.writer.write(Change(key="", judge=lambda _: Judgement(inserts=(row,))))
    return alarm_id


def caller(hub: RunningHub, **channels: AlarmChannel) -> AlarmCaller:
    calling = Calling(channels=channels, seal=SEAL, call_number=CALL_NUMBER)
    return AlarmCaller(hub.parts, hub.store.engines, calling)


async def rounds(caller: AlarmCaller, count: int = 3) -> None:
    """As many looks as it takes to make one step and to see how long to wait."""
    for _ in range(count):
        await caller.call_due()


@dataclass(frozen=True, slots=True)
class Made:
    """A call on record: whom, whether it arrived, and the word about it."""

    staff: str
    delivered: bool
    evidence: str


async def calls(hub: RunningHub, alarm_id: str) -> list[Made]:
    query = select(alarm_calls).where(alarm_calls.c.alarm_id == alarm_id).order_by(alarm_calls.c.number)
    rows = await hub.parts.reader.read(lambda c: select_all(c, AlarmCallRow, query))
    return [Made(row.staff, row.delivered, row.evidence) for row in rows]


async def call_list(by: Sender) -> list[dict[str, Any]]:
    reply = await decide(by, {"soort": "bellijst", "door": {"rol": by.role, "medewerker": by.staff}})
    assert reply.answer.status == 200, reply.answer.body
    found: list[dict[str, Any]] = reply.answer.body["alarmen"]
    return found


async def take_on(by: Sender, alarm_id: str) -> Reply:
    door = {"rol": by.role, "medewerker": by.staff}
    return await decide(by, {"soort": "alarm_overname", "alarmId": alarm_id, "door": door})
