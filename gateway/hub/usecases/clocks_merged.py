"""The running terms of a case that goes on in another one: each of them runs on there, and none is lost. Pure.

Where both cases run the same clock, the earlier end counts. Clocks of copies stay with their copies.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from gateway.domain.deadlines import Clock, ClockStatus
from gateway.domain.deadlines.clock import ClockChanges
from gateway.domain.identifiers import CaseId
from gateway.hub.storage.changes import Judgement
from gateway.hub.storage.clock_reading import clock_of
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.usecases.clocks import clock_changes

MERGED_AWAY: Final = "zaak_samengevoegd"
"""`ended_by` of a clock that runs on in another case."""


def moved_clocks(ended: Iterable[ClockRow], kept: Iterable[ClockRow], into: str, now: datetime) -> Judgement:
    """What the merger of two cases does to their clocks."""
    running = [clock for clock in map(clock_of, ended) if clock.running]
    there = {clock.clock_id: clock for clock in map(clock_of, kept)}
    gone = [
        replace(clock, status=ClockStatus.VERVALLEN, ended_at=now, ended_by=MERGED_AWAY) for clock in running
    ]
    new = [replace(clock, case_id=CaseId(into)) for clock in running if clock.clock_id not in there]
    earlier = [
        replace(there[clock.clock_id], anchor_at=clock.anchor_at, due_at=clock.due_at)
        for clock in running
        if clock.clock_id in there and _ends_earlier(clock, there[clock.clock_id])
    ]
    old = clock_changes(running, ClockChanges(changed=tuple(gone)), now)
    moved = clock_changes(list(there.values()), ClockChanges(started=tuple(new), changed=tuple(earlier)), now)
    return Judgement(inserts=moved.inserts, revisions=(*old.revisions, *moved.revisions))


def _ends_earlier(clock: Clock, other: Clock) -> bool:
    if not other.running:
        return False
    return clock.due_at is not None and (other.due_at is None or clock.due_at < other.due_at)
