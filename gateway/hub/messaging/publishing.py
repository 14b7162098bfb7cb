"""Publishing to the inbox stream: singly when little waits, in one atomic batch when much does, singly after a doubt.

Every message carries a Nats-Msg-Id, so that what was stored although we doubted it is not stored twice within the
duplicate window; after it the node's own deduplication by copy id holds. Measured: a batch of one costs seven times a
plain publish, ten to twenty break even; one bad message refuses a whole batch without naming itself, and a commit that
timed out may have been stored.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from nats.aio.client import Client
from nats.errors import Error as NatsError

ALONE_BELOW: Final = 15
MAX_BATCH: Final = 200  # 1,000 is the server's bound; a batch that is refused is sent again singly
ACK_WITHIN_S: Final = 10.0
_TOO_LARGE: Final = (
    10054  # larger than the stream allows; in a batch it only makes the batch incomplete (10176)
)


class Published(StrEnum):
    """What is known of one message after a try."""

    STORED = "bewaard"
    IN_DOUBT = "onzeker"
    REFUSED = "geweigerd"  # not stored; the server says that it cannot now
    NEVER = "nooit"  # the server will not take it whenever it is tried


@dataclass(frozen=True, slots=True)
class Tried:
    """`reason` is what the server says when it refuses: its own words and code, which hold nothing of a message."""

    published: Published
    reason: str | None = None


_STORED: Final = Tried(Published.STORED)
_IN_DOUBT: Final = Tried(Published.IN_DOUBT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message. `publish_id` is its Nats-Msg-Id."""

    publish_id: str
    subject: str
    payload: bytes


async def publish(client: Client, messages: Sequence[Outgoing]) -> list[Tried]:
    """What became of each, in order. Never raises for a server that is away: then all are in doubt."""
    if len(messages) >= ALONE_BELOW and len({m.publish_id for m in messages}) == len(messages):
        stored = await _as_batch(client, messages[:MAX_BATCH])
        if stored:
            rest = await publish(client, messages[MAX_BATCH:]) if len(messages) > MAX_BATCH else []
            return [*[_STORED] * min(len(messages), MAX_BATCH), *rest]
    results = [_IN_DOUBT] * len(messages)
    for place, message in enumerate(messages):
        results[place] = await _alone(client, message)
        if results[place].published in (Published.IN_DOUBT, Published.REFUSED):
            break  # the server is away or full: what follows would wait as long, one after another
    return results


async def _alone(client: Client, message: Outgoing) -> Tried:
    answer = await _ask(client, message, {"Nats-Msg-Id": message.publish_id})
    if answer is None:
        return _IN_DOUBT
    if "error" in answer:
        return _refused(answer["error"])
    return _STORED  # also when it was a duplicate: then it is there


def _refused(error: Mapping[str, Any]) -> Tried:
    code = error.get("err_code")
    reason = f"{error.get('description')} ({code})"
    return Tried(Published.NEVER if code == _TOO_LARGE else Published.REFUSED, reason)


async def _as_batch(client: Client, messages: Sequence[Outgoing]) -> bool:
    """True when all were stored. False for a refusal or a doubt; nothing else is known then."""
    batch_id, last = uuid4().hex, len(messages)
    for place, message in enumerate(messages, start=1):
        headers = {
            "Nats-Msg-Id": message.publish_id,
            "Nats-Batch-Id": batch_id,
            "Nats-Batch-Sequence": str(place),
        }
        if place == 1:
            started = await _ask(client, message, headers)  # an empty answer when the server takes batches
            if started is None or "error" in started:
                return False
        elif place < last:
            try:
                await client.publish(message.subject, message.payload, headers=headers)
            except (NatsError, OSError, TimeoutError):
                return False
        else:
            committed = await _ask(client, message, headers | {"Nats-Batch-Commit": "1"})
            return committed is not None and "error" not in committed and committed.get("count") == last
    return False


async def _ask(client: Client, message: Outgoing, headers: Mapping[str, str]) -> dict[str, Any] | None:
    """The server's acknowledgement; None when none came, or none that can be read."""
    try:
        async with asyncio.timeout(ACK_WITHIN_S):
            reply = await client.request(
                message.subject, message.payload, timeout=ACK_WITHIN_S, headers=dict(headers)
            )
        answer = json.loads(reply.data) if reply.data else {}
    except (NatsError, OSError, TimeoutError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None
