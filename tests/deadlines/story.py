"""Plays messages on the clocks of one case and tells what the clocks look like."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.domain.clock import LOCAL
from gateway.domain.deadlines import (
    Clock,
    ClockChanges,
    ClockEvent,
    Party,
    clocks_after,
    clocks_closed,
    clocks_lapsed,
)
from gateway.domain.identifiers import CaseId, CopyId, MessageId, Oin, RoleId

MUNICIPALITY = Oin("00000099000000000001")
POLICE = Oin("00000099000000000002")
VEILIG_THUIS = Oin("00000099000000000003")
OM = Oin("00000099000000000004")
COURT = Oin("00000099000000000005")
CASE = CaseId("00000000-0000-4000-8000-00000000c0de")
IMPOSED_AT = "2026-02-10T02:10:00+01:00"
BAN: Mapping[str, Any] = {
    "opgelegd_op": IMPOSED_AT,
    "eindigt_op": "2026-02-20T02:10:00+01:00",
    "mondeling_aangezegd": False,
    "bevoegd_door": "burgemeester",
    "grond_kindermishandeling": False,
    "aangewezen_instantie": VEILIG_THUIS,
}


def at(text: str) -> datetime:
    """An instant from the clock on the wall in the Netherlands, or from a text with an offset."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)


def message_id(number: int) -> MessageId:
    return MessageId(str(uuid.UUID(int=number, version=4)))


@dataclass
class Story:
    """The clocks of one case, by id."""

    clocks: dict[str, Clock] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    tz_version: str = "2026a"
    _count: int = 0

    def tell(
        self,
        message: str,
        now: str,
        *,
        sender: Oin = MUNICIPALITY,
        to: tuple[tuple[Oin, str], ...] = (),
        answers: MessageId | None = None,
        copy_id: CopyId | None = None,
        role: str | None = None,
        in_place_of: frozenset[Oin] = frozenset(),
        facts: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> MessageId:
        """Registers a message at `now` and gives its id."""
        self._count += 1
        event = ClockEvent(
            case_id=CASE,
            message_id=message_id(self._count),
            message=message,
            sender=sender,
            facts={**(facts or {}), **more},
            recipients=tuple(Party(oin=oin, role=RoleId(role)) for oin, role in to),
            answers=answers,
            copy_id=copy_id,
            role=None if role is None else RoleId(role),
            in_place_of=in_place_of,
        )
        self.take(clocks_after(self.all, event, at(now), tz_version=self.tz_version, numbers=self.numbers))
        return event.message_id

    def receipt(self, of: MessageId, sender: Oin, role: str, now: str, soort: str = "aanvaard") -> None:
        """A receipt of the copy that was addressed to that role."""
        when = at(now).isoformat()
        self.tell(
            "systeem.ontvangst", now, sender=sender, role=role, bericht_id=of, soort=soort, tijdstip=when
        )

    def pass_to(self, now: str) -> ClockChanges:
        """Lets time pass."""
        changes = clocks_lapsed(self.all, at(now))
        self.take(changes)
        return changes

    def close(self, now: str) -> None:
        self.take(clocks_closed(self.all, at(now)))

    def take(self, changes: ClockChanges) -> None:
        self.clocks |= {clock.clock_id: clock for clock in (*changes.started, *changes.changed)}

    @property
    def all(self) -> list[Clock]:
        return list(self.clocks.values())

    def of(self, deadline: str) -> list[Clock]:
        return [clock for clock in self.clocks.values() if clock.deadline == deadline]

    def of_agencies(self, deadline: str) -> list[Clock]:
        """Those of the agencies that are told, without that of the household."""
        return [clock for clock in self.of(deadline) if clock.groups != ("huisgenoten",)]

    def household(self, deadline: str, start: str) -> Clock:
        return self.clocks[f"{deadline}/{start}/niemand-huisgenoten"]

    def one(self, deadline: str) -> Clock:
        [clock] = self.of(deadline)
        return clock
