"""Which clocks a message is about. A message that could mean several and does not say which means none: a clock that
runs on too long wakes somebody, a clock that was stopped by mistake wakes nobody.
"""

from collections.abc import Sequence
from typing import assert_never

from gateway.domain.deadlines.clock import Clock, ClockEvent
from gateway.domain.deadlines.model import Match
from gateway.domain.identifiers import RoleId


def clocks_meant(
    match: Match, clocks: Sequence[Clock], event: ClockEvent, subject_fact: str | None
) -> list[Clock]:
    """The clocks, out of those of one deadline, that the event is about."""
    match match:
        case Match.CASE:
            return list(clocks)
        case Match.REPLY:
            return _answered(clocks, event)
        case Match.PARTY:
            return _answered(
                [clock for clock in clocks if clock.party in {event.sender, *event.in_place_of}], event
            )
        case Match.RECEIPT:
            return [
                clock
                for clock in clocks
                if clock.party == event.sender and event.facts.get("bericht_id") in clock.causes
            ]
        case Match.SUBJECT:
            subject = event.facts.get(subject_fact or "")
            return [clock for clock in clocks if subject in clock.causes]
        case Match.COPY:
            return [clock for clock in clocks if event.copy_id is not None and clock.subject == event.copy_id]
    assert_never(match)


def still_untold(match: Match, clock: Clock, event: ClockEvent) -> tuple[tuple[RoleId, ...], ...]:
    """The roles that a clock which the event is about still waits for; empty when the event stops it. A colleague in
    another role was not told by a receipt."""
    if match is not Match.RECEIPT:
        return ()
    return tuple(roles for roles in clock.waits_for if event.role not in roles)


def _answered(clocks: Sequence[Clock], event: ClockEvent) -> list[Clock]:
    named = [clock for clock in clocks if event.answers is not None and clock.subject == event.answers]
    own = [clock for clock in clocks if event.message_id in clock.causes]
    if named or own:
        return named or own
    return list(clocks) if len(clocks) == 1 else []
