"""How much may wait for one agency: its node is away, or its system takes nothing, and whoever sends must know.

Ordinary copies and U0 have a quota each, so that neither takes the other's room. Judged after the policy: who may not
send there learns nothing, not even that it is full. The refusal is not remembered and nothing is stored, so the same
bytes may come again. What is under way in this instant at all hubs is not counted yet; the quota can be exceeded by
that much and no more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.errors import Unavailable
from gateway.domain.urgency import Urgency
from gateway.hub.storage.backlog import Line
from gateway.protocol.exchange import MAILBOX_FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Most copies that may wait for one agency: ordinary ones, and U0 in a reserve of their own."""

    ordinary: int
    urgent: int


# The busiest agency gets some hundred copies a day, so this is a weekend and more.
DEFAULT_QUOTA: Final = Quota(ordinary=2000, urgent=200)
_RETRY_AFTER_S: Final = 60
_RETRY_URGENT_AFTER_S: Final = 5


class MailboxFull(Unavailable):
    """Too much waits for a recipient already. Nothing was stored."""

    default_code = MAILBOX_FULL

    def __init__(self, oin: str, *, urgent: bool) -> None:
        self.oin = oin
        super().__init__(
            retry_after_s=_RETRY_URGENT_AFTER_S if urgent else _RETRY_AFTER_S,
            detail_nl=f"Bij organisatie {oin} wacht al te veel dat haar knooppunt niet heeft opgehaald. "
            "Er is niets bewaard; stuur het bericht later opnieuw, of bel de organisatie.",
            detail_en=f"Too much already waits for agency {oin} that its node has not fetched. "
            "Nothing was stored; send the message again later, or call the agency.",
        )


def require_room(
    quota: Quota, waiting: Mapping[Line, int], recipients: Iterable[str], urgency: Urgency
) -> None:
    """`recipients` holds the agency of each copy, once per copy. Raises MailboxFull for the first that has no room."""
    urgent = urgency is Urgency.U0
    most = quota.urgent if urgent else quota.ordinary
    for oin, copies in sorted(Counter(recipients).items()):
        if waiting.get(Line(oin, urgent), 0) + copies > most:
            raise MailboxFull(oin, urgent=urgent)
