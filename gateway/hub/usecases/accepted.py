"""An accepted message before it is written: what was received, what was decided, and with what it is stamped."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.clock import rfc3339
from gateway.hub.usecases.deciding import Decided
from gateway.hub.usecases.parts import Asker
from gateway.protocol.keys import SigningKey
from gateway.protocol.submission import Received


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """`wrapped` holds the sealed copies under the key of their case, in the order of the submission; `attempt` counts
    the bodies that came under its id before."""

    received: Received
    decided: Decided
    asker: Asker
    wrapped: tuple[bytes, ...]
    attempt: int
    item_key: str
    signing_key: SigningKey
    now: datetime

    @property
    def at(self) -> str:
        """The moment of acceptance, as it is written everywhere."""
        return rfc3339(self.now)
