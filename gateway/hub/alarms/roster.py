"""Who is called next about an alarm: along the roster, and in the end on a call list on a screen.

Pure. The hub keeps what was done (AlarmProgress) and carries out the step; nobody taking it on never makes it end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias

from gateway.domain.identifiers import Oin, RoleId, StaffRef
from gateway.domain.urgency import Urgency

PATIENCE: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.U0: timedelta(minutes=5),
        Urgency.U1: timedelta(minutes=15),
        Urgency.U2: timedelta(hours=2),
        Urgency.U3: timedelta(hours=8),
    }
)
"""How long one person has to take an alarm on before the next is called (a design choice)."""
ATTEMPTS: Final = 3
"""How often one address is tried when its server is out of order for a moment."""
RETRY_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """One line of the roster: a person on duty from `starts_at` up to `ends_at`, reached at `address` by the channel
    of that name. One person may stand in several lines, one per address."""

    oin: Oin
    role: RoleId
    staff: StaffRef
    channel: str
    address: str
    starts_at: datetime
    ends_at: datetime

    def on_duty(self, now: datetime) -> bool:
        """Whether the duty has begun and is not over."""
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An attempt: to whom, when, and whether the channel took it. `permanent`: the address is of no use."""

    line: OnDuty
    at: datetime
    delivered: bool
    permanent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmProgress:
    """What was done about one alarm. `settled` once somebody took it on or its clock was stopped; `listed` once it
    is on the call list. `calls` are in the order in which they were made."""

    urgency: Urgency
    calls: tuple[Call, ...] = ()
    settled: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPerson:
    """Send the alarm to this line now."""

    line: OnDuty


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitUntil:
    """Nothing to do before this moment."""

    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOnCallList:
    """Nobody on the roster took it on, or nobody is on duty: show it to whoever watches the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Nothing to do any more, or the call list has it."""


NextStep: TypeAlias = AskPerson | WaitUntil | PutOnCallList | Settled


def next_step(
    roster: Sequence[OnDuty],
    progress: AlarmProgress,
    now: datetime,
    patience: Mapping[Urgency, timedelta] = PATIENCE,
) -> NextStep:
    """What to do now. `roster` is in order of preference; asked again after each step and whenever it changes.

    A person who did not answer keeps the alarm; the next one is called beside him. A clock that jumps back makes
    nobody wait longer than once more for the same person."""
    if progress.settled or progress.listed:
        return Settled()
    last = progress.calls[-1] if progress.calls else None
    if last is not None and last.delivered:
        until = last.at + patience[progress.urgency]
        if last.at <= now < until:
            return WaitUntil(moment=until)
    if last is not None and not last.delivered and _may_try_again(last, progress) and last.line.on_duty(now):
        again = last.at + RETRY_AFTER
        return WaitUntil(moment=again) if last.at <= now < again else AskPerson(line=last.line)
    tried = {_address(call.line) for call in progress.calls}
    for line in roster:
        if line.on_duty(now) and _address(line) not in tried:
            return AskPerson(line=line)
    return PutOnCallList()


def _may_try_again(last: Call, progress: AlarmProgress) -> bool:
    attempts = sum(_address(call.line) == _address(last.line) for call in progress.calls)
    return not last.permanent and attempts < ATTEMPTS


def _address(line: OnDuty) -> tuple[str, str]:
    return line.channel, line.address
