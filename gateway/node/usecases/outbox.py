"""Sends what waits for the hub: submissions by `submit`, receipts and rejections verbatim until the hub answered."""

import asyncio
import logging
from typing import Final

from gateway.domain.clock import parse_time
from gateway.domain.errors import SchakelError, TooManyRequests, Unavailable
from gateway.node.hub_link import answer_or_error, asked_wait
from gateway.node.storage import outbox
from gateway.node.storage.rows import OutboxItem
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.submit import submit_stored
from gateway.protocol.subjects import Verb

logger = logging.getLogger(__name__)

AT_ONCE: Final = 16
IDLE_S: Final = 5.0


async def empty_outbox(parts: Parts) -> int:
    """Tries everything whose time has come, once; the number of items that were tried."""
    items = await parts.database.read(lambda c: outbox.due(c, parts.clock(), AT_ONCE))
    await asyncio.gather(*(send_item(parts, item) for item in items))
    return len(items)


async def wait_for_outbox(parts: Parts) -> None:
    """Returns when something new was put in, or when the next item may be tried again."""
    due = await parts.database.read(outbox.next_due)
    wait_s = IDLE_S if due is None else (parse_time(due) - parts.clock()).total_seconds()
    await parts.to_hub.wait(min(max(wait_s, 0.01), IDLE_S))


async def send_item(parts: Parts, item: OutboxItem) -> None:
    """Tries one item once. What cannot be had now stays in the outbox."""
    try:
        if item.message_id is not None:
            await submit_stored(parts, item.message_id)
        else:
            await _report(parts, item)
    except SchakelError as error:  # refused for good, and recorded as such where it was sent
        extra = {"message_id": item.message_id, "copy_id": item.copy_id, "code": error.code}
        logger.warning("the hub refused what waited for it", extra=extra)


async def _report(parts: Parts, item: OutboxItem) -> None:
    """A report that the hub refuses is not repeated: it would refuse it again."""
    try:
        answer_or_error(await parts.hub.ask(Verb(item.verb or Verb.RECEIPT), item.body or b""))
    except (Unavailable, TooManyRequests) as error:
        wait = asked_wait(error)
        await parts.database.write(
            lambda c: outbox.later(c, now=parts.clock(), item_id=item.item_id, at_least=wait)
        )
        return
    except SchakelError:
        await parts.database.write(lambda c: outbox.done(c, item_id=item.item_id))
        raise
    await parts.database.write(lambda c: outbox.done(c, item_id=item.item_id))
