"""How much one agency may ask: a bucket per agency and kind of question, so that a flood of one never starves others.

Verbatim retries count too; the refusal is never remembered as an answer. Kept in memory: each hub grants its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

from gateway.domain.errors import TooManyRequests
from gateway.protocol.subjects import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """`per_second` on average, and up to `burst` at once."""

    per_second: float
    burst: int


# One agency at its busiest sends a few messages a minute; a queue that is worked off after an outage comes in bursts.
# A hub on two cores answers a few hundred requests a second, so one agency never has it to itself for long.
DEFAULT: Final = Allowance(per_second=100, burst=1000)
# AuthZEN is advice to people and systems; a search asks the policy some sixty times.
ADVICE: Final = Allowance(per_second=10, burst=100)
DEFAULT_ALLOWANCES: Final[Mapping[Verb, Allowance]] = dict.fromkeys(Verb, DEFAULT)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Allowances:
    """The buckets of all agencies. `monotonic` gives seconds that never go back."""

    def __init__(self, allowances: Mapping[Verb, Allowance], monotonic: Callable[[], float]) -> None:
        self._allowances = allowances
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, Verb], _Bucket] = {}

    def take(self, oin: str, verb: Verb) -> None:
        """Uses one of the agency's requests. Raises TooManyRequests with the seconds until the next."""
        allowance, now = self._allowances[verb], self._monotonic()
        bucket = self._buckets.setdefault((oin, verb), _Bucket(float(allowance.burst), now))
        grown = bucket.tokens + (now - bucket.at) * allowance.per_second
        bucket.tokens, bucket.at = min(grown, float(allowance.burst)), now
        if bucket.tokens < 1:
            raise TooManyRequests(retry_after_s=max(1, ceil((1 - bucket.tokens) / allowance.per_second)))
        bucket.tokens -= 1
