"""The pretend pager of one agency: what the hub called about, in the order of arrival.

It stands for an alarm server, which knows only what the hub says: a shared key signs each alarm (HMAC-SHA256 over the
body), and the id of the alarm tells a repeat. The alarms hold nothing about people, so all staff may look.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any, Final

SIGNATURE_HEADER: Final = "Schakel-Alarm-Signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One alarm that came in for one duty; `received_at` is RFC 3339 in UTC, `document` the alarm as it came."""

    duty: str
    received_at: str
    document: dict[str, Any]


@dataclass(slots=True)
class Pager:
    """Without a key it believes nobody. It forgets everything when it stops."""

    key: bytes | None
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)

    def believes(self, body: bytes, signature: str) -> bool:
        """Whether whoever has the shared key signed exactly these bytes."""
        if self.key is None:
            return False
        expected = f"sha256={hmac.new(self.key, body, hashlib.sha256).hexdigest()}"
        return hmac.compare_digest(expected.encode(), signature.encode())

    def take(self, page: Page, alarm_id: str) -> None:
        """Keeps the alarm; the same one for the same duty is kept once."""
        self.pages.setdefault((page.duty, alarm_id), page)
