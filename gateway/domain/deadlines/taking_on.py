"""The clock of a copy that somebody must take on (`aanvaard`), by the urgency of its message.

Not a deadline of the law: a design choice of domain.md 3.1, and the way to notice that nobody is looking.
"""

from datetime import datetime
from typing import Final

from gateway.domain.deadlines.clock import Clock, Owner, Party
from gateway.domain.deadlines.length import end_after
from gateway.domain.deadlines.table import rules_of
from gateway.domain.identifiers import CaseId, CopyId, MessageId
from gateway.domain.urgency import Urgency

_DEADLINES: Final = {Urgency.U0: "A0", Urgency.U1: "A1", Urgency.U2: "A2", Urgency.U3: "A3"}
TAKING_ON: Final = frozenset(_DEADLINES.values())
"""The deadlines of copies. Only receipts, the closing of the case and time touch their clocks, never a message."""


def taking_on_clock(
    *,
    case_id: CaseId,
    message_id: MessageId,
    copy_id: CopyId,
    recipient: Party,
    urgency: Urgency,
    accepted_at: datetime,
    tz_version: str,
) -> Clock:
    """The running clock of one copy, from the moment at which the hub accepted its message."""
    deadline = _DEADLINES[urgency]
    rules = rules_of(deadline)
    return Clock(
        case_id=case_id,
        clock_id=taking_on_clock_id(copy_id, urgency),
        deadline=deadline,
        causes=(message_id,),
        subject=copy_id,
        party=recipient.oin,
        groups=(),
        owner=Owner(oin=recipient.oin, roles=(recipient.role,)),
        anchor_at=accepted_at,
        opened_at=accepted_at,
        due_at=None
        if rules.due is None
        else end_after(rules.due, accepted_at, {}, tie=rules.tie, numbers={}),
        due_stated=False,
        armed=True,
        tz_version=tz_version,
    )


def taking_on_clock_id(copy_id: CopyId, urgency: Urgency) -> str:
    """The id of the clock of that copy within its case."""
    return f"{_DEADLINES[urgency]}/{copy_id}"
