"""Remembers which assertions were used, so that none is accepted twice (RFC 7523 3, `jti`)."""

import threading
from collections import defaultdict
from datetime import datetime
from typing import Protocol

from gateway.domain.errors import Unavailable

# An honest node asks for a token every few minutes; assertions live five minutes at most.
_LIMIT_PER_CLIENT = 1000
_RETRY_AFTER_S = 60


class ReplayStore(Protocol):
    """Where used assertions are remembered. Several hubs need one that they share."""

    def use(self, *, client_id: str, jti: str, until: datetime, now: datetime) -> bool:
        """True the first time, False ever after, at least until `until`. Atomic; called from several threads.

        Raises: Unavailable when it cannot remember: an assertion that might be a replay is not accepted.
        """
        ...


class InMemoryReplayStore:
    """For one hub process. Bounded per client, so that one client cannot crowd out another."""

    def __init__(self, *, limit_per_client: int = _LIMIT_PER_CLIENT) -> None:
        self._limit = limit_per_client
        self._used: dict[str, dict[str, datetime]] = defaultdict(dict)
        self._lock = threading.Lock()

    def use(self, *, client_id: str, jti: str, until: datetime, now: datetime) -> bool:
        """See ReplayStore. Forgets what has expired before it counts."""
        with self._lock:
            used = self._used[client_id]
            for expired in [known for known, end in used.items() if end <= now]:
                del used[expired]
            if jti in used:
                return False
            if len(used) >= self._limit:
                raise Unavailable(
                    retry_after_s=_RETRY_AFTER_S,
                    code="te-veel-assertions",
                    detail_nl="Deze client vroeg te vaak een token aan.",
                    detail_en="This client asked for a token too often.",
                )
            used[jti] = until
            return True
