"""The port `alarmering`: one way to reach the person on duty."""

from dataclasses import dataclass
from typing import Protocol

from gateway.hub.alarms.notice import AlarmNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The receiving side took the alarm. `evidence` is its own word for that, at most 200 printable characters, to be
    recorded; it does not mean that a person has seen it."""

    evidence: str


class AlarmNotDelivered(Exception):
    """The alarm did not get through, or nobody knows whether it did. `permanent`: trying the same address again is
    of no use, so the next person is called at once. Never holds the address."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class AlarmChannel(Protocol):
    """Sends one alarm to one address, once, within a bounded time, over an encrypted and verified connection.

    The notice carries an id that stays the same when it is sent again, so that a receiver can tell. Raises:
    AlarmNotDelivered, and nothing else but cancellation.
    """

    async def send(self, notice: AlarmNotice, *, to: str) -> Delivered: ...


def evidence_of(text: str) -> str:
    """What the other side said, as a text that is safe to keep and to show: printable and at most 200 characters."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200].strip()
