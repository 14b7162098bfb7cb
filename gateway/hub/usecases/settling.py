"""Decide again when a fact moved while a decision was made."""

from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

from gateway.domain.clock import rfc3339
from gateway.domain.errors import Unavailable
from gateway.hub.storage.changes import Clash, Moved
from gateway.hub.storage.situations import load_situation
from gateway.hub.usecases.attend_clocks import attend_case
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.exchange import Answer

MAX_TRIES: Final = 20  # one more for each change that was made in the same case in the same instant
RETRY_AFTER_S: Final = 1


async def settle(attempt: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `attempt` answers once it was written on facts that still hold. Each try loads and decides anew.

    Raises Unavailable when others were first every time.
    """
    for _ in range(MAX_TRIES):
        try:
            return await attempt()
        except (Moved, Clash):
            continue
    raise Unavailable(retry_after_s=RETRY_AFTER_S, code="zaak-te-druk")


async def load_record(parts: Parts, asker: Asker, case_id: str) -> CaseRecord:
    """The case as it is on record now, as the asking agency acts in it."""
    now = parts.clock()
    situation = await parts.reader.read(
        lambda c: load_situation(c, case_id=case_id, oin=asker.oin, now=rfc3339(now))
    )
    return CaseRecord.of(situation, now, parts.registry().successions)


async def record_lapse(parts: Parts, asker: Asker, case_id: str) -> NoReturn:
    """Records the terms of the case that are over, as the watch would. Always raises Moved: decide on what is now.

    Raises StorageUnavailable.
    """
    hub = Asker(oin=parts.registry().hub_oin, trace_id=asker.trace_id)
    await attend_case(parts.reader, parts.writer, hub, case_id, parts.clock(), tz_version=parts.tz_version)
    raise Moved(f"a term of {case_id} was over")
