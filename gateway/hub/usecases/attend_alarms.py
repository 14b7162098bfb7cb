"""People and alarms: the call list of what nobody took on, and a person who takes an alarm on.

Both are of the agencies and roles that own the alarm or are told beside the owner, and of nobody else: to others it
does not exist. Taking one on ends the calling, not the duty: its clock runs on and raises its next alarm when that is
due.
"""

from datetime import datetime
from typing import Any, Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import deadlines, rules_of
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import new_id
from gateway.hub.alarms.file import concerns, owners_of
from gateway.hub.storage.calling import AlarmFile, find_alarm, listed_alarms, load_alarm
from gateway.hub.storage.changes import Change, Judgement, Revision
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.hub.storage.duty_rows import AlarmCallingRow
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.registering import NOT_ON_CASE, audit_refusal, refusal
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.duty_questions import CallListQuestion, TakeOnQuestion
from gateway.protocol.exchange import Answer
from gateway.protocol.submission import Staff

AT_MOST: Final = 500
NOT_YOURS: Final = "alarm-niet-van-deze-organisatie"


async def show_call_list(parts: Parts, asker: Asker, question: CallListQuestion) -> Answer:
    """The alarms on the call list for this role of the agency, the most urgent and oldest first. Raises InvalidInput,
    Refused."""
    require_own_role(asker.participant(parts.registry()), question.door)
    listed = await parts.reader.read(lambda c: listed_alarms(c, limit=AT_MOST))
    files = [await _file(parts, row) for row in listed if question.door.rol in owners_of(row).all_roles]
    role = question.door.rol
    registry, now = parts.registry(), parts.clock()
    mine = [file for file in files if file and concerns(file, registry, now, oin=asker.oin, role=role)]
    return Answer(200, {"alarmen": [_view(file, asker.oin) for file in mine]})


async def take_on(parts: Parts, asker: Asker, question: TakeOnQuestion) -> Answer:
    """Who took the alarm on, and when; of two the first. Raises InvalidInput, NotFound, Refused, Moved."""
    require_own_role(asker.participant(parts.registry()), question.door)
    row = await parts.reader.read(lambda c: find_alarm(c, question.alarm_id))
    file = None if row is None else await _file(parts, row)
    by, now = question.door, parts.clock()
    if file is None or not concerns(file, parts.registry(), now, oin=asker.oin, role=by.rol):
        await audit_refusal(parts, asker, by, NOT_YOURS, "")
        raise NotFound
    if not _may_take_on(file, asker.oin, by):
        await audit_refusal(parts, asker, by, NOT_ON_CASE, "", case_id=file.alarm.case_id)
        raise refusal(NOT_ON_CASE, "AVG 5(1)(f); Wpg 6")
    if file.alarm.settled_at is None:
        await parts.writer.write(_taken(asker, by, file, now))
        file = await _file(parts, file.alarm) or file
    calling = file.calling
    return Answer(
        200,
        {
            "alarmId": file.alarm.alarm_id,
            "zaakId": file.alarm.case_id,
            "afgehandeldOp": file.alarm.settled_at,
            "doorU": calling is not None
            and (calling.taken_oin, calling.taken_role, calling.taken_staff)
            == (asker.oin, by.rol, by.medewerker),
        },
    )


def _may_take_on(file: AlarmFile, oin: str, by: Staff) -> bool:
    """On the case in that role, or on duty in it now."""
    who = (oin, by.rol, by.medewerker)
    working = {(each.oin, each.role, each.staff) for each in file.assignments}
    return who in working | {(each.oin, each.role, each.staff) for each in file.duties}


async def _file(parts: Parts, row: AlarmRow) -> AlarmFile | None:
    roles, now = owners_of(row).all_roles, rfc3339(parts.clock())
    return await parts.reader.read(lambda c: load_alarm(c, row.alarm_id, roles=roles, now=now))


def _taken(asker: Asker, by: Staff, file: AlarmFile, now: datetime) -> Change:
    """The first word counts, whoever else settles it at the same moment. A caller may not have begun on it yet."""
    key, at = {"alarm_id": file.alarm.alarm_id}, rfc3339(now)
    taken = {
        "taken_oin": asker.oin,
        "taken_role": by.rol,
        "taken_staff": by.medewerker,
        "taken_at": at,
    }
    begun = AlarmCallingRow(
        alarm_id=file.alarm.alarm_id,
        next_at=at,
        listed_at=None,
        taken_oin=asker.oin,
        taken_role=by.rol,
        taken_staff=by.medewerker,
        taken_at=at,
    )
    settled = Revision(
        row=type(file.alarm),
        key=key,
        values={"settled_at": at, "settled_by": f"overgenomen:{by.medewerker}"},
        unset="settled_at",
    )
    calling = Revision(row=AlarmCallingRow, key=key, values=taken, unset="taken_at")
    judgement = Judgement(
        inserts=(begun,) if file.calling is None else (),
        revisions=(settled,) if file.calling is None else (settled, calling),
    )
    written = leaf(
        EventTag.ALARM_TAKEN_ON,
        asker,
        now,
        role=by.rol,
        staff=by.medewerker,
        why=Why(rule=file.alarm.deadline),
        case_id=file.alarm.case_id,
    )
    return Change(key=f"alarm-overname:{new_id()}", judge=lambda _: judgement, leaves=(written,))


def _view(file: AlarmFile, oin: str) -> dict[str, Any]:
    """Which clock of which case, what to do, and what was tried: nothing about people of the case, and of those who
    were called only the agency's own."""
    row = file.alarm
    return {
        "alarmId": row.alarm_id,
        "zaakId": row.case_id,
        "termijn": row.deadline,
        "naam": deadlines()[row.deadline].name_nl,
        "taak": rules_of(row.deadline).task_nl,
        "urgentie": row.urgency,
        "rollen": list(owners_of(row).roles),
        "ontstaanOp": row.raised_at,
        "uiterlijk": row.due_at,
        "opBellijstSinds": None if file.calling is None else file.calling.listed_at,
        "gebeld": [
            {
                "rol": call.role,
                "medewerker": call.staff,
                "kanaal": call.channel,
                "op": call.called_at,
                "aangekomen": call.delivered,
            }
            for call in file.calls
            if call.oin == oin
        ],
    }
