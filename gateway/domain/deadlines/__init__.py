"""Legal clocks: which deadlines exist, how messages start, move and stop their clocks, and which alarms are due.

One declarative table (deadlines.json) and pure functions over it. Keeps no clock itself and wakes nobody: the hub
stores clocks and fired alarms, and gateway.hub.alarms reaches people.
"""

from gateway.domain.deadlines.alarms import Alarm, AlarmKey, due_alarms, next_moment, steps
from gateway.domain.deadlines.breach import BREACH, OF_COPIES, breach_clock, breach_clock_id, report_by
from gateway.domain.deadlines.clock import (
    Clock,
    ClockChanges,
    ClockEvent,
    ClockStatus,
    Extension,
    Owner,
    Party,
    clock_from_record,
    clock_record,
)
from gateway.domain.deadlines.corrected import settled_by_word
from gateway.domain.deadlines.extending import extended
from gateway.domain.deadlines.model import Deadline, Ending, Kind
from gateway.domain.deadlines.progress import (
    clocks_after,
    clocks_closed,
    clocks_lapsed,
    reckoned_again,
    settled_by_hand,
)
from gateway.domain.deadlines.table import deadlines, rules_of
from gateway.domain.deadlines.taking_on import TAKING_ON, taking_on_clock, taking_on_clock_id
from gateway.domain.deadlines.zone import installed_tz_version

__all__ = [
    "BREACH",
    "OF_COPIES",
    "TAKING_ON",
    "Alarm",
    "AlarmKey",
    "Clock",
    "ClockChanges",
    "ClockEvent",
    "ClockStatus",
    "Deadline",
    "Ending",
    "Extension",
    "Kind",
    "Owner",
    "Party",
    "breach_clock",
    "breach_clock_id",
    "clock_from_record",
    "clock_record",
    "clocks_after",
    "clocks_closed",
    "clocks_lapsed",
    "deadlines",
    "due_alarms",
    "extended",
    "installed_tz_version",
    "next_moment",
    "reckoned_again",
    "report_by",
    "rules_of",
    "settled_by_hand",
    "settled_by_word",
    "steps",
    "taking_on_clock",
    "taking_on_clock_id",
]
