"""The clock of a breach file: 72 hours to decide on reporting it, with warnings before they are over (AVG 33(1)).

It hangs on a copy and not on a message: a step in the file stops it, and the closing of the case does not.
"""

from datetime import datetime
from typing import Final

from gateway.domain.deadlines.clock import Clock, Owner, Party
from gateway.domain.deadlines.length import end_after
from gateway.domain.deadlines.table import rules_of
from gateway.domain.deadlines.taking_on import TAKING_ON
from gateway.domain.identifiers import CaseId, CopyId, MessageId

BREACH: Final = "B1"
OF_COPIES: Final = TAKING_ON | {BREACH}
"""The deadlines whose clocks hang on one copy; no message touches them, and they stay with it when cases merge."""


def report_by(known_at: datetime) -> datetime:
    """The end of the term, in elapsed time from when the controller knew."""
    rules = rules_of(BREACH)
    end = None if rules.due is None else end_after(rules.due, known_at, {}, tie=rules.tie, numbers={})
    if end is None:
        raise LookupError(f"{BREACH} has no end")
    return end


def breach_clock(
    *,
    case_id: CaseId,
    message_id: MessageId,
    copy_id: CopyId,
    sender: Party,
    known_at: datetime,
    tz_version: str,
) -> Clock:
    """The running clock of the file about one copy, for the role that sent it."""
    return Clock(
        case_id=case_id,
        clock_id=breach_clock_id(copy_id),
        deadline=BREACH,
        causes=(message_id,),
        subject=copy_id,
        party=sender.oin,
        groups=(),
        owner=Owner(oin=sender.oin, roles=(sender.role,)),
        anchor_at=known_at,
        opened_at=known_at,
        due_at=report_by(known_at),
        due_stated=False,
        armed=True,
        tz_version=tz_version,
    )


def breach_clock_id(copy_id: CopyId) -> str:
    """The id of that clock within the case."""
    return f"{BREACH}/{copy_id}"
