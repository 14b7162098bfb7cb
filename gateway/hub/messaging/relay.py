"""The relay: what was committed reaches the inboxes, however often it is tried.

(1) Claim what waits. (2) Publish it. (3) Record what was stored: the row goes, the delivery moves on; what is in doubt
stays and is tried again, what the server will never take becomes a dead letter. (4) Publish again what was never
reported as stored by its node. (5) Store the signed checkpoint of the log from time to time.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from nats.aio.client import Client

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import SchakelError
from gateway.domain.urgency import ACK_WITHIN, Urgency
from gateway.hub.messaging.publishing import Outgoing, Published, Tried, publish
from gateway.hub.ports import Clock
from gateway.hub.storage.case_keys import CaseKeyGone, CaseKeys
from gateway.hub.storage.changes import Change, Clash, Judgement, Removal, Revision
from gateway.hub.storage.deliveries import Outcome, Progress
from gateway.hub.storage.engine import Engines
from gateway.hub.storage.log_reading import LogSigner, committed_head, largest_checkpoint
from gateway.hub.storage.outbox import Waiting, claim, overdue
from gateway.hub.storage.reader import Reader
from gateway.hub.storage.rows import CheckpointRow, DeliveryRow, OutboxRow
from gateway.hub.storage.writer import Writer
from gateway.hub.usecases.recall_chores import attend_recalls
from gateway.hub.usecases.replay import again
from gateway.protocol.receipt import InboxItem

logger = logging.getLogger(__name__)

CLAIMED_FOR: Final = timedelta(seconds=10)
URGENT_CLAIMED_FOR: Final = timedelta(seconds=3)  # so long U0 waits for another relay when this one is killed
AT_ONCE: Final = 200
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(seconds=10)  # so long may an urgent copy wait for a server that is back
LONGEST_WAIT_FOR_RECEIPT: Final = timedelta(days=1)
LOOK_EVERY_S: Final = (
    0.5  # it is woken when this process wrote something; another one's rows wait at most this
)
CHORES_EVERY_S: Final = 5.0
_AGAIN: Final = frozenset({Published.IN_DOUBT, Published.REFUSED})


class Relay:
    """One relay. `wake` after something was written; `run` until it is cancelled."""

    def __init__(
        self,
        *,
        engines: Engines,
        reader: Reader,
        writer: Writer,
        case_keys: CaseKeys,
        log_signer: LogSigner,
        client: Client,
        clock: Clock,
    ) -> None:
        self._engines = engines
        self._reader = reader
        self._writer = writer
        self._case_keys = case_keys
        self._log_signer = log_signer
        self._client = client
        self._clock = clock
        self._woken = asyncio.Event()
        self._refusal: str | None = None

    @property
    def refusal(self) -> str | None:
        """What the server refuses to store with, in its own words; None while it stores."""
        return self._refusal

    def wake(self) -> None:
        """Something new may wait. Call it in the loop of the relay."""
        self._woken.set()

    async def run(self) -> None:
        """Works until it is cancelled. A failure is logged and tried again: the rows are still there."""
        loop = asyncio.get_running_loop()
        next_chores = loop.time()
        while True:
            self._woken.clear()
            try:
                busy = await self.publish_waiting()
                if loop.time() >= next_chores:
                    await self.republish_overdue()
                    await self.keep_checkpoint()
                    await attend_recalls(self._reader, self._writer, self._clock())
                    next_chores = loop.time() + CHORES_EVERY_S
            except SchakelError as error:
                logger.warning("the relay goes on after %s", error.code)
                busy = False
            except Exception as error:  # noqa: BLE001 - the outermost loop: without it nothing would go out any more
                # Not the text of the error, which may quote what was to be sent.
                logger.error("the relay goes on after a fault: %s", type(error).__name__)  # noqa: TRY400
                busy = False
            if not busy:
                await self._pause()

    async def publish_waiting(self) -> bool:
        """One round; True when there may be more."""
        now = self._clock()
        waiting = await asyncio.to_thread(
            claim,
            self._engines,
            now=rfc3339(now),
            until=rfc3339(now + CLAIMED_FOR),
            urgent_until=rfc3339(now + URGENT_CLAIMED_FOR),
            limit=AT_ONCE,
        )
        if not waiting:
            return False
        outgoing = [self._outgoing(each) for each in waiting]
        ready = [message for message in outgoing if isinstance(message, Outgoing)]
        tried = iter(await publish(self._client, ready))
        results = [next(tried) if isinstance(each, Outgoing) else each for each in outgoing]
        self._note_refusal(results)
        await self._record(list(zip(waiting, (one.published for one in results), strict=True)), now)
        return len(waiting) == AT_ONCE and not _AGAIN & {one.published for one in results}

    async def republish_overdue(self) -> None:
        """New outbox rows for what no node reported as stored. The wait doubles each time, up to a day."""
        now = self._clock()
        late = await self._reader.read(lambda c: overdue(c, now=rfc3339(now), limit=AT_ONCE))
        if late:
            judgement = Judgement(
                inserts=tuple(again(delivery, now) for delivery in late),
                revisions=tuple(_later(delivery, now) for delivery in late),
            )
            try:
                await self._writer.write(Change(key="", judge=lambda _: judgement))
            except Clash:
                logger.info("another relay publishes these again")

    async def keep_checkpoint(self) -> None:
        """Stores the checkpoint of the committed head when the log has grown."""
        head, kept = await self._reader.read(lambda c: (committed_head(c), largest_checkpoint(c)))
        if head.size == 0 or (kept is not None and kept.size >= head.size):
            return
        row = CheckpointRow(
            size=head.size,
            note=self._log_signer.note(head.size, head.root()),
            signed_at=rfc3339(self._clock()),
        )
        try:
            await self._writer.write(Change(key="", judge=lambda _: Judgement(inserts=(row,))))
        except Clash:
            logger.info("another relay stored the checkpoint of %d leaves", head.size)

    def _note_refusal(self, tried: Sequence[Tried]) -> None:
        """Said once when it begins and once when it is over, however often it is tried in between."""
        reasons = [one.reason for one in tried if one.published is Published.REFUSED]
        if reasons:
            if self._refusal is None:
                logger.error("nats-server refuses to store: %s; all that is accepted waits", reasons[0])
            self._refusal = reasons[0]
        elif self._refusal is not None and any(one.published is Published.STORED for one in tried):
            logger.warning("nats-server stores again; it refused with: %s", self._refusal)
            self._refusal = None

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._woken.wait()
        except TimeoutError:
            return

    def _outgoing(self, waiting: Waiting) -> Outgoing | Tried:
        """The message. A copy whose key was destroyed nobody may get any more; one whose key cannot be read now waits,
        and holds up no other."""
        row = waiting.row
        if waiting.copy is None or waiting.stamp is None:
            payload = (row.payload or "").encode()
        else:
            copy = waiting.copy
            try:
                opened = self._case_keys.unwrap(copy.case_id, copy.copy_id, copy.wrapped).decode()
            except CaseKeyGone:
                logger.warning("copy %s has no case key any more", copy.copy_id)
                return Tried(Published.NEVER)
            except OSError as error:
                logger.error("the key of copy %s cannot be read: %s", copy.copy_id, type(error).__name__)  # noqa: TRY400
                return Tried(Published.IN_DOUBT)
            jws, jwe = opened.split("\n")
            payload = InboxItem(soort="kopie", stempel=waiting.stamp, jws=jws, jwe=jwe).canonical()
        return Outgoing(publish_id=row.publish_id, subject=row.subject, payload=payload)

    async def _record(self, results: Sequence[tuple[Waiting, Published]], now: datetime) -> None:
        removals, revisions = [], []
        for waiting, result in results:
            row = waiting.row
            key = {"publish_id": row.publish_id}
            if result in _AGAIN:
                pause = min(FIRST_PAUSE * 2 ** min(row.attempts, 10), LONGEST_PAUSE)
                values = {"attempts": row.attempts + 1, "not_before": rfc3339(now + pause)}
                revisions.append(Revision(row=OutboxRow, key=key, values=values))
                continue
            removals.append(Removal(row=OutboxRow, key=key))
            if row.copy_id is not None:
                revisions.append(_moved_on(row.copy_id, result))
            if result is Published.NEVER:
                logger.error("%s can never be published and is a dead letter", row.publish_id)
        judgement = Judgement(removals=tuple(removals), revisions=tuple(revisions))
        await self._writer.write(Change(key="", judge=lambda _: judgement))


def _moved_on(copy_id: str, result: Published) -> Revision:
    key = {"copy_id": copy_id}
    if result is Published.NEVER:
        return Revision(row=DeliveryRow, key=key, values={"outcome": Outcome.DEAD})
    progress = Progress.GEPUBLICEERD
    return Revision(row=DeliveryRow, key=key, values={"progress": progress}, growing="progress")


def _later(delivery: DeliveryRow, now: datetime) -> Revision:
    waited = parse_time(delivery.due_at) - parse_time(delivery.accepted_at)
    wait = min(max(waited, ACK_WITHIN[Urgency(delivery.urgency)]), LONGEST_WAIT_FOR_RECEIPT)
    return Revision(
        row=DeliveryRow,
        key={"copy_id": delivery.copy_id},
        values={"due_at": rfc3339(now + wait), "republished": delivery.republished + 1},
    )
