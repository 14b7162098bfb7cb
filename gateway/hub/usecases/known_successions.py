"""What this hub once knew of successions it goes on to know: a registry that tells less, or something else, is refused.

An older registry file would give a predecessor its cases back and take them from its successor. Until its date a
succession may be replaced by one that the same predecessor stated later, as when a merger is put off. After it, never.
A hub that was not restarted since another one learned of a succession answers nobody from its date on.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import Unavailable
from gateway.domain.identifiers import new_id
from gateway.hub.ports import Clock, CurrentRegistry
from gateway.hub.storage.changes import Change, Clash, Judgement
from gateway.hub.storage.reader import Reader
from gateway.hub.storage.succession_rows import SuccessionRow, known_successions
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.registry import Registry
from gateway.protocol.succession import Succession

RETRY_AFTER_S: Final = 30


class RegistryOutOfDate(Unavailable):
    """This process reads its registry at its start, and a succession that took effect came later."""

    default_code = "register-verouderd"
    default_nl = "Deze hub werkt met een verouderd register. Probeer het later opnieuw."
    default_en = "This hub works with a registry that is out of date. Try again later."


class SuccessionLost(Exception):
    """The registry does not hold a succession that is on record here; the message names the predecessor."""


class HeldRegistry:
    """The registry of this process, while it tells all that has taken effect. `look` follows what other hubs learn."""

    def __init__(self, current: CurrentRegistry, clock: Clock) -> None:
        self._current, self._clock = current, clock
        self._wrong_from: datetime | None = None

    def __call__(self) -> Registry:
        """Raises RegistryOutOfDate."""
        if not self.is_current:
            raise RegistryOutOfDate(retry_after_s=RETRY_AFTER_S)
        return self._current()

    @property
    def is_current(self) -> bool:
        return self._wrong_from is None or self._clock() < self._wrong_from

    async def tells_all(self) -> bool:
        """As `is_current`, for whoever asks how the hub is."""
        return self.is_current

    async def look(self, reader: Reader) -> None:
        """Compares with what is on record now. Raises StorageUnavailable; what was seen before then counts."""
        known = {row.predecessor: row for row in await reader.read(known_successions)}
        links = self._current().successions.by_predecessor
        wrong = [moment for row in known.values() for moment in _wrong_from(row, links.get(row.predecessor))]
        self._wrong_from = min(wrong, default=None)


def _wrong_from(row: SuccessionRow, link: Succession | None) -> Iterator[datetime]:
    """From when deciding without this succession, or by another one in its place, is wrong."""
    if link is None:
        yield parse_time(row.since)
    elif not _is_same(link, row):
        yield min(parse_time(row.since), link.since)


async def hold_to_known(parts: Parts) -> None:
    """Records what the registry has anew. Raises SuccessionLost, then nothing may be decided by this registry;
    StorageUnavailable."""
    known = await parts.reader.read(known_successions)
    registry, now = parts.registry(), parts.clock()
    fresh = list(_fresh(registry, {row.predecessor: row for row in known}, now))
    hub = Asker(oin=registry.hub_oin, trace_id=new_id().replace("-", ""))
    for link in fresh:
        try:
            await parts.writer.write(_change(hub, link, now))
        except Clash:  # another hub read the same registry at the same time
            await hold_to_known(parts)
            return


def _fresh(registry: Registry, last: dict[str, SuccessionRow], now: datetime) -> Iterator[Succession]:
    links = registry.successions.by_predecessor
    for predecessor, row in last.items():
        link = links.get(predecessor)
        if link is None:
            raise SuccessionLost(f"{predecessor}: the registry holds its succession no more")
        is_later = link.stated_at > parse_time(row.stated_at) and now < parse_time(row.since)
        if not (_is_same(link, row) or is_later):
            raise SuccessionLost(f"{predecessor}: the registry holds another succession than is on record")
    for predecessor, link in links.items():
        if predecessor not in last or not _is_same(link, last[predecessor]):
            yield link


def _is_same(link: Succession, row: SuccessionRow) -> bool:
    """The same words, also when they were signed again."""
    said = (link.successor, rfc3339(link.since), rfc3339(link.stated_at))
    return said == (row.successor, row.since, row.stated_at)


def _change(hub: Asker, link: Succession, now: datetime) -> Change:
    row = SuccessionRow(
        predecessor=link.predecessor,
        stated_at=rfc3339(link.stated_at),
        successor=link.successor,
        since=rfc3339(link.since),
        statement=link.statement,
        known_at=rfc3339(now),
    )
    why = Why(rule=f"{link.predecessor}:opgevolgd_door:{link.successor}:vanaf:{row.since}")
    written = leaf(EventTag.SUCCESSION_KNOWN, hub, now, why=why)
    return Change(
        key=f"opvolging:{link.predecessor}:{row.stated_at}",
        judge=lambda _: Judgement(inserts=(row,)),
        leaves=(written,),
    )
