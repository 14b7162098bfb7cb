"""What the memory of the hub says about one alarm, in the terms of the roster. Pure.

Whose alarm it is: the agency that the clock names; else those who work on the case in one of its roles; else every
agency with that role that is competent for the dwelling. A role that is told beside the owner is of other agencies
mostly, so who that is follows from that role alone: who works on the case in it, else who is competent. It comes after
the owner.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.deadlines import Alarm, Owner
from gateway.domain.identifiers import CaseId, Oin, RoleId, StaffRef
from gateway.domain.urgency import Urgency
from gateway.hub.alarms.reach import addresses_at
from gateway.hub.alarms.roster import AlarmProgress, Call, OnDuty
from gateway.hub.storage.calling import AlarmFile
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.hub.storage.duty_rows import AlarmCallRow
from gateway.hub.storage.rows import DutyRow
from gateway.protocol.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Whose an alarm is: the agency, if one is named, the roles that own it, and those told beside."""

    oin: str | None
    roles: tuple[str, ...]
    also: tuple[str, ...]

    @property
    def all_roles(self) -> tuple[str, ...]:
        """Owner first. Without a role every role of the named agency."""
        return tuple(dict.fromkeys((*self.own_roles, *self.also)))

    @property
    def own_roles(self) -> tuple[str, ...]:
        """The roles of the owner alone."""
        return self.roles if self.roles or self.oin is None else tuple(catalogue().roles)


def owners_of(row: AlarmRow) -> Owners:
    """The owner as it was stored with the alarm."""
    stored = json.loads(row.owner)
    return Owners(oin=stored["oin"], roles=tuple(stored["roles"]), also=tuple(stored.get("also", ())))


def alarm_of(row: AlarmRow) -> Alarm:
    """The alarm in the terms of the deadlines."""
    owners = owners_of(row)
    return Alarm(
        case_id=CaseId(row.case_id),
        clock_id=row.clock_id,
        deadline=row.deadline,
        step=row.step,
        name=row.step,
        at=parse_time(row.raised_at),
        urgency=Urgency(row.urgency),
        owner=Owner(
            oin=None if owners.oin is None else Oin(owners.oin), roles=tuple(map(RoleId, owners.roles))
        ),
        also=tuple(map(RoleId, owners.also)),
    )


def concerns(file: AlarmFile, registry: Registry, now: datetime, *, oin: str, role: str) -> bool:
    """Whether the alarm is for this role of that agency at `now`, as an owner or told beside it: what was for a
    predecessor is for its successor."""
    return _Judging(file, owners_of(file.alarm), registry, now).rank(oin, role) is not None


@dataclass(frozen=True, slots=True)
class _Judging:
    """Whom an alarm is for, by what is on record at `now`."""

    file: AlarmFile
    owners: Owners
    registry: Registry
    now: datetime

    def rank(self, oin: str, role: str) -> tuple[int, int] | None:
        """The place of that role in the order of calling, owners first; None when the alarm is not for it."""
        owners = self.owners
        if role in owners.own_roles and self._is_owner(oin):
            return 0, owners.own_roles.index(role)
        if role in owners.also and self._works_or_competent(oin, {role}):
            return 1, owners.also.index(role)
        return None

    def _is_owner(self, oin: str) -> bool:
        if self.owners.oin is not None:
            return oin == self.registry.successions.heir(self.owners.oin, self.now)
        return self._works_or_competent(oin, self.owners.roles)

    def _works_or_competent(self, oin: str, roles: Collection[str]) -> bool:
        heir, case = self.registry.successions.heir, self.file.case
        working = {heir(each.oin, self.now) for each in self.file.assignments if each.role in roles}
        if working:
            return oin in working
        agency = self.registry.participants.get(oin)
        return agency is not None and case is not None and agency.is_competent(case.municipality, self.now)


def roster_of(file: AlarmFile, registry: Registry, now: datetime) -> list[OnDuty]:
    """Who may be called, in order of preference. The address in a line is the id under which it is stored."""
    judging = _Judging(file, owners_of(file.alarm), registry, now)
    ranked = [
        (rank, duty.rank or 0, duty.starts_at, duty.duty_id, duty)
        for duty in file.duties
        if (rank := judging.rank(duty.oin, duty.role)) is not None
    ]
    duties = [duty for *_, duty in sorted(ranked, key=lambda each: each[:-1])]
    return [line for duty in duties for line in _lines(duty, file, now)]


def _lines(duty: DutyRow, file: AlarmFile, now: datetime) -> Iterator[OnDuty]:
    for address in addresses_at(duty, file.addresses, rfc3339(now)):
        yield OnDuty(
            oin=Oin(duty.oin),
            role=RoleId(duty.role),
            staff=StaffRef(duty.staff),
            channel=address.channel,
            address=address.address_id,
            starts_at=parse_time(duty.starts_at),
            ends_at=parse_time(duty.ends_at),
        )


def progress_of(file: AlarmFile) -> AlarmProgress:
    """What was done about the alarm until now."""
    calling = file.calling
    return AlarmProgress(
        urgency=Urgency(file.alarm.urgency),
        calls=tuple(_call(row) for row in file.calls),
        settled=file.alarm.settled_at is not None,
        listed=calling is not None and calling.listed_at is not None,
    )


def _call(row: AlarmCallRow) -> Call:
    line = OnDuty(
        oin=Oin(row.oin),
        role=RoleId(row.role),
        staff=StaffRef(row.staff),
        channel=row.channel,
        address=row.address_id,
        starts_at=parse_time(row.duty_starts_at),
        ends_at=parse_time(row.duty_ends_at),
    )
    return Call(line=line, at=parse_time(row.called_at), delivered=row.delivered, permanent=row.permanent)


def due_at(row: AlarmRow) -> datetime | None:
    """The end of the clock; None when it has none."""
    return None if row.due_at is None else parse_time(row.due_at)
