"""What an alarm says: which case by its short number, which clock, what to do, and whom to call. Nothing about people.

Built from the alarm and the table of deadlines only, so there is nothing of a message's content that could slip in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.clock import LOCAL
from gateway.domain.deadlines import Alarm, deadlines, rules_of
from gateway.domain.identifiers import CaseId
from gateway.domain.urgency import Urgency

URGENCY_NL: Final = {
    Urgency.U0: "direct",
    Urgency.U1: "spoed",
    Urgency.U2: "vandaag",
    Urgency.U3: "gewoon",
}
_SHORT_LENGTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmNotice:
    """A content-free alarm. `alarm_id` is the same whenever the same alarm is sent again; `due_at` is the end of the
    clock, None when it has none; `call_number` is the telephone number to call about it. An alarm of a `simulation`
    says so before anything else."""

    alarm_id: str
    case_short: str
    clock_name: str
    task: str
    urgency: Urgency
    raised_at: datetime
    due_at: datetime | None
    call_number: str
    simulation: bool = False

    @property
    def subject(self) -> str:
        """One line, for a mail or a lock screen."""
        mark = "SIMULATIE: " if self.simulation else ""
        return f"{mark}Schakel ({URGENCY_NL[self.urgency]}): {self.clock_name}, zaak {self.case_short}"

    @property
    def text(self) -> str:
        """The whole alarm in plain Dutch."""
        lines = [
            *(["SIMULATIE: dit is verzonnen, u hoeft niets te doen."] if self.simulation else []),
            f"Zaak {self.case_short}: {self.clock_name}.",
            self.task,
            *([f"Uiterlijk {local_words(self.due_at)}."] if self.due_at is not None else []),
            f"Meld in Schakel dat u dit oppakt. Vragen? Bel {self.call_number}.",
        ]
        return "\n".join(lines)


def notice_of(
    alarm: Alarm, *, alarm_id: str, due_at: datetime | None, call_number: str, simulation: bool = False
) -> AlarmNotice:
    """The notice of an alarm of a clock. Raises: KeyError for a deadline without a clock."""
    return AlarmNotice(
        alarm_id=alarm_id,
        case_short=short_case(alarm.case_id),
        clock_name=deadlines()[alarm.deadline].name_nl,
        task=rules_of(alarm.deadline).task_nl,
        urgency=alarm.urgency,
        raised_at=alarm.at,
        due_at=due_at,
        call_number=call_number,
        simulation=simulation,
    )


def short_case(case_id: CaseId) -> str:
    """The first eight digits of the case id: enough to find it inside Schakel, and of no use outside."""
    return case_id.replace("-", "")[:_SHORT_LENGTH]


def local_words(moment: datetime) -> str:
    """The moment on the clock on the wall in the Netherlands, for instance 20-02-2026 02:10."""
    return moment.astimezone(LOCAL).strftime("%d-%m-%Y %H:%M")
