"""The answer of the hub, the same through both doors: an HTTP status and a JSON body."""

from dataclasses import dataclass
from typing import Any

from gateway.protocol.canonical import canonical


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is an HTTP status, over NATS in the header `Schakel-Status`. `body` is JSON: a result or a problem."""

    status: int
    body: dict[str, Any]

    def to_bytes(self) -> bytes:
        """Canonical, so that a verbatim retry gets the same bytes."""
        return canonical(self.body)

    @property
    def is_problem(self) -> bool:
        return self.status >= 400
