"""For whom a copy is made: what sender and recipient both know about the one who will read it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.case import Side
from gateway.domain.identifiers import PersonId, RoleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The recipient of one copy.

    `at` is the time of sending, which both sides read in the signed envelope, so that both judge ages alike.
    `serves` is the person for whom the recipient works (the client of a lawyer or of the probation), or None.
    """

    role: RoleId
    side: Side
    at: datetime
    serves: PersonId | None = None
