"""What the use cases need of the hub. Both doors give the same answers (one contract suite tests them)."""

from typing import Protocol

from gateway.domain.errors import Unavailable
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb


class HubUnreachable(Unavailable):
    """No answer came. The hub may have acted or not: the same bytes may be sent again, other bytes may not."""

    default_code = "hub-onbereikbaar"
    default_nl = "De hub geeft geen antwoord. Uw bericht blijft bewaard en gaat later vanzelf."
    default_en = "The hub does not answer. Your message is kept and goes later by itself."


class HubLink(Protocol):
    """Asks the hub. An answer that is a problem is returned like any other; HubUnreachable is raised for none."""

    async def ask(self, verb: Verb, body: bytes) -> Answer: ...

    async def close(self) -> None: ...


class InboxMessage(Protocol):
    """One item of the inbox. It comes again until it was acknowledged, also to a node that was restarted."""

    @property
    def data(self) -> bytes: ...

    async def acknowledge(self) -> None:
        """The node has stored it; the hub may erase it. Losing this is no harm: the item comes again."""
        ...

    async def give_back(self) -> None:
        """It could not be stored now; it comes again after a pause."""
        ...


class Inbox(Protocol):
    """The mail of one agency, in two lines so that U0 never waits behind the rest."""

    async def fetch(self, *, urgent: bool) -> list[InboxMessage]:
        """Up to some dozens of items; an empty list when none came for a while. Raises HubUnreachable."""
        ...

    async def close(self) -> None: ...
