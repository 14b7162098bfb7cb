"""How many documents may be on their way at once: so many for one agency, and so many in all, so that the disk and the
memory of a hub are never those of one. Counted in memory: each hub grants its own."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gateway.domain.errors import TooManyRequests

PER_AGENCY: Final = 4
IN_ALL: Final = 32
RETRY_AFTER_S: Final = 2


class Transfers:
    """The transfers that run now."""

    def __init__(self, *, per_agency: int = PER_AGENCY, in_all: int = IN_ALL) -> None:
        self._per_agency = per_agency
        self._in_all = in_all
        self._running: Counter[str] = Counter()

    @contextmanager
    def of(self, oin: str) -> Iterator[None]:
        """One more transfer of that agency until the context ends. Raises TooManyRequests."""
        if self._running[oin] >= self._per_agency or self._running.total() >= self._in_all:
            raise TooManyRequests(
                retry_after_s=RETRY_AFTER_S,
                code="te-veel-documenten-tegelijk",
                detail_nl="Er zijn al te veel documenten tegelijk onderweg. Probeer het zo opnieuw.",
                detail_en="Too many documents are on their way at once. Try again in a moment.",
            )
        self._running[oin] += 1
        try:
            yield
        finally:
            self._running[oin] -= 1
