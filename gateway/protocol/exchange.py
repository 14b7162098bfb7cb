"""The answer of the hub, the same through both doors: an HTTP status and a JSON body."""

from dataclasses import dataclass
from typing import Any, Final

from gateway.protocol.canonical import canonical

RETRY_AFTER: Final = "Retry-After"  # the header, over HTTPS (RFC 9110 10.2.3) and over NATS
MAILBOX_FULL: Final = (
    "postvak-vol"  # a refusal for want of room: nothing was stored, the same bytes may come again
)
LONGEST_RETRY_AFTER_S: Final = 3600  # whoever asks for more than an hour made a mistake


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is an HTTP status, over NATS in the header `Schakel-Status`. `body` is JSON: a result or a problem.
    `retry_after_s` is what a node read from the header `Retry-After`, None when there was none."""

    status: int
    body: dict[str, Any]
    retry_after_s: int | None = None

    def to_bytes(self) -> bytes:
        """Canonical, so that a verbatim retry gets the same bytes."""
        return canonical(self.body)

    @property
    def is_problem(self) -> bool:
        return self.status >= 400


def retry_after(text: str | None) -> int | None:
    """The seconds in a header `Retry-After`, at most an hour; None for a date or anything else, which no hub of ours
    sends."""
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    return min(int(text[:9]), LONGEST_RETRY_AFTER_S)
