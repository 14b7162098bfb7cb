"""Calls people about alarms: along the duty roster until somebody takes the alarm on, and in the end on a call list.

(1) Begin calling about what is new. (2) Take what is due; no other relay calls about it meanwhile. (3) Ask the roster
for the next step, on what is on record now. (4) Send, once. (5) Record the call, and when to look again.

Killed between sending and recording, the call is made again under the same alarm id, by which the receiver tells: at
least once, never not at all. An alarm that was settled while it was being sent is not called about again. An alarm
stays on the call list until it is settled, whatever happens to the roster.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit.body import Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.clock import rfc3339
from gateway.domain.errors import SchakelError
from gateway.domain.identifiers import new_id
from gateway.hub.alarms.addresses import AddressSeal, AddressUnreadable
from gateway.hub.alarms.channel import AlarmChannel, AlarmNotDelivered
from gateway.hub.alarms.file import alarm_of, due_at, owners_of, progress_of, roster_of
from gateway.hub.alarms.notice import notice_of
from gateway.hub.alarms.roster import AskPerson, OnDuty, PutOnCallList, Settled, WaitUntil, next_step
from gateway.hub.storage.calling import AlarmFile, load_alarm, new_alarms, take_alarms
from gateway.hub.storage.changes import Change, Clash, Judgement, Numbers, Revision
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.hub.storage.duty_rows import AlarmCallingRow, AlarmCallRow, DutyAddressRow
from gateway.hub.storage.engine import Engines
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0
TAKEN_FOR: Final = timedelta(seconds=90)
"""Longer than any channel takes: a caller that was killed leaves its alarms to the next one after this."""
AT_ONCE: Final = 20
LOOK_AGAIN: Final = timedelta(seconds=60)
"""However long a person has: a clock that was put back must not make an alarm wait for the old time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """The ways to reach people. Without any, every alarm comes on the call list at once."""

    channels: Mapping[str, AlarmChannel]
    seal: AddressSeal | None
    call_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """How one call went; `evidence` is the receiver's word or the reason, never the address."""

    line: OnDuty
    delivered: bool
    permanent: bool
    evidence: str


class AlarmCaller:
    """One caller. `run` until it is cancelled; several beside each other never call twice for one step."""

    def __init__(self, parts: Parts, engines: Engines, calling: Calling) -> None:
        self._parts = parts
        self._engines = engines
        self._calling = calling

    async def run(self) -> None:
        """Works until it is cancelled. A failure is logged and tried again: the alarms are still there."""
        while True:
            try:
                await self.call_due()
            except SchakelError as error:
                logger.warning("calling about alarms goes on after %s", error.code)
            except Exception as error:  # noqa: BLE001 - a fault in one alarm must not silence all others
                logger.error("fault %s while calling about alarms", type(error).__name__)  # noqa: TRY400
            await asyncio.sleep(LOOK_EVERY_S)

    async def call_due(self) -> int:
        """One round; how many alarms were looked at."""
        now = self._parts.clock()
        await self._begin(now)  # (1)
        taken = await asyncio.to_thread(  # (2)
            take_alarms,
            self._engines,
            now=rfc3339(now),
            until=rfc3339(now + TAKEN_FOR),
            beyond=rfc3339(now + 2 * TAKEN_FOR),
            limit=AT_ONCE,
        )
        results = await asyncio.gather(*(self._attend(row) for row in taken), return_exceptions=True)
        for row, result in zip(taken, results, strict=True):
            if isinstance(result, asyncio.CancelledError):
                raise result
            if isinstance(result, BaseException):
                logger.error("alarm %s: %s", row.alarm_id, type(result).__name__)
        return len(taken)

    async def _begin(self, now: datetime) -> None:
        fresh = await self._parts.reader.read(lambda c: new_alarms(c, limit=AT_ONCE))
        for row in fresh:
            begun = AlarmCallingRow(
                alarm_id=row.alarm_id,
                next_at=rfc3339(now),
                listed_at=None,
                taken_oin=None,
                taken_role=None,
                taken_staff=None,
                taken_at=None,
            )
            try:
                await self._parts.writer.write(Change(key="", judge=_writes(Judgement(inserts=(begun,)))))
            except Clash:
                logger.info("another relay calls about %s", row.alarm_id)

    async def _attend(self, row: AlarmRow) -> None:
        now = self._parts.clock()
        roles = owners_of(row).all_roles
        file = await self._parts.reader.read(
            lambda c: load_alarm(c, row.alarm_id, roles=roles, now=rfc3339(now))
        )
        if file is None:
            return
        step = next_step(roster_of(file, self._parts.registry(), now), progress_of(file), now)  # (3)
        match step:
            case AskPerson(line=line):
                attempt = await self._send(file, line)  # (4)
                await self._record(file, attempt, now)  # (5)
            case WaitUntil(moment=moment):
                await self._write(row, {"next_at": rfc3339(min(moment, now + LOOK_AGAIN))})
            case PutOnCallList():
                await self._write(
                    row, {"listed_at": rfc3339(now)}, leaves=(self._leaf(EventTag.ALARM_LISTED, row, now),)
                )
            case Settled():
                return

    async def _send(self, file: AlarmFile, line: OnDuty) -> _Attempt:
        """One attempt on one line. A channel that is not there, or an address that cannot be read, is of no use."""
        channel, seal = self._calling.channels.get(line.channel), self._calling.seal
        stored = next((a for a in file.addresses if a.address_id == line.address), None)
        if channel is None or seal is None or stored is None:
            return _Attempt(line=line, delivered=False, permanent=True, evidence="kanaal niet ingericht")
        notice = notice_of(
            alarm_of(file.alarm),
            alarm_id=file.alarm.alarm_id,
            due_at=due_at(file.alarm),
            call_number=self._calling.call_number,
            simulation=self._parts.simulation,
        )
        try:
            taken = await channel.send(notice, to=_address(seal, stored))
        except AlarmNotDelivered as error:
            return _Attempt(line=line, delivered=False, permanent=error.permanent, evidence=error.reason)
        except AddressUnreadable:
            logger.error("the duty address %s cannot be read", stored.address_id)  # noqa: TRY400
            return _Attempt(line=line, delivered=False, permanent=True, evidence="adres onleesbaar")
        return _Attempt(line=line, delivered=True, permanent=False, evidence=taken.evidence)

    async def _record(self, file: AlarmFile, attempt: _Attempt, now: datetime) -> None:
        """The call, and that the next step is looked at right away: the roster says how long to wait."""
        event = EventTag.ALARM_SENT if attempt.delivered else EventTag.ALARM_NOT_SENT
        call = _call_row(file, attempt, now)
        written = self._leaf(event, file.alarm, now)
        try:
            await self._write(file.alarm, {"next_at": rfc3339(now)}, call=call, leaves=(written,))
        except Clash:
            logger.info("another relay recorded call %d about %s", call.number, file.alarm.alarm_id)

    def _leaf(self, event: EventTag, row: AlarmRow, now: datetime) -> Leaf:
        """The hub did this by itself; whom it called stands with the call."""
        hub = Asker(oin=self._parts.registry().hub_oin, trace_id=new_id().replace("-", ""))
        return leaf(event, hub, now, why=Why(rule=row.deadline), case_id=row.case_id)

    async def _write(
        self,
        row: AlarmRow,
        values: Mapping[str, object],
        *,
        call: AlarmCallRow | None = None,
        leaves: Sequence[Leaf] = (),
    ) -> None:
        revision = Revision(row=AlarmCallingRow, key={"alarm_id": row.alarm_id}, values=values)
        judgement = Judgement(inserts=() if call is None else (call,), revisions=(revision,))
        key = f"alarm:{new_id()}" if leaves else ""
        await self._parts.writer.write(Change(key=key, judge=_writes(judgement), leaves=tuple(leaves)))


def _writes(judgement: Judgement) -> Callable[[Numbers], Judgement]:
    return lambda _: judgement


def _address(seal: AddressSeal, stored: DutyAddressRow) -> str:
    return seal.open(stored.address_id, stored.sealed)


def _call_row(file: AlarmFile, attempt: _Attempt, now: datetime) -> AlarmCallRow:
    line = attempt.line
    return AlarmCallRow(
        call_id=new_id(),
        alarm_id=file.alarm.alarm_id,
        number=len(file.calls) + 1,
        address_id=line.address,
        oin=line.oin,
        role=line.role,
        staff=line.staff,
        channel=line.channel,
        duty_starts_at=rfc3339(line.starts_at),
        duty_ends_at=rfc3339(line.ends_at),
        called_at=rfc3339(now),
        delivered=attempt.delivered,
        permanent=attempt.permanent,
        evidence=attempt.evidence,
    )
