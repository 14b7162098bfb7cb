"""The hub by NATS: request and reply for questions, a pull consumer for each line of the inbox.

The server gives out again what was not acknowledged within seconds, since the node may have died. A living node says
of everything that it holds that it is at work on it, so that a slow disk or system brings nothing twice.
"""

import asyncio
import json
import logging
import time
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError

from gateway.domain.errors import InvalidInput, PayloadTooLarge
from gateway.node.hub_link.link import HubUnreachable, InboxMessage
from gateway.protocol.exchange import RETRY_AFTER, Answer, retry_after
from gateway.protocol.subjects import INBOX_STREAM, STATUS_HEADER, Verb, consumer_name, request_subject
from gateway.protocol.wire import load_json
from gateway.web.traces import outgoing_headers

ANSWER_WITHIN_S: Final = 20.0
RETRY_AFTER_S: Final = 2
BATCH: Final = 32
FETCH_WITHIN_S: Final = (
    5.0  # a pull that the server keeps open: mail arrives at once, an idle node asks every 5 s
)
ANSWER_MARGIN_S: Final = 2.0  # the server says that a pull has ended; without that word it is asked again
PULL_ENDED: Final = ("404", "408")  # nothing there; nothing came while it was open
GIVE_BACK_FOR_S: Final = 2.0
STILL_AT_WORK_EVERY_S: Final = 1.5  # a third of the shortest time after which the server gives out again
STILL_AT_WORK: Final = b"+WPI"

logger = logging.getLogger(__name__)


class NatsLink:
    """Asks on the agency's own subjects; the server lets it ask in no other name."""

    def __init__(self, client: Client, oin: str, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._client = client
        self._oin = oin
        self._within_s = answer_within_s

    async def ask(self, verb: Verb, body: bytes) -> Answer:
        """Raises HubUnreachable without an answer in time, PayloadTooLarge for what NATS does not carry."""
        if (
            not self._client.is_connected
        ):  # a request would wait in the client and be sent after the asker has gone
            raise HubUnreachable(retry_after_s=RETRY_AFTER_S)
        subject = request_subject(verb, self._oin)
        try:
            reply = await self._client.request(
                subject, body, timeout=self._within_s, headers=outgoing_headers() or None
            )
        except MaxPayloadError as error:
            raise PayloadTooLarge from error
        except (NatsError, OSError) as error:
            raise HubUnreachable(retry_after_s=RETRY_AFTER_S) from error
        return _answer(reply)

    async def close(self) -> None:
        await self._client.close()


class NatsInbox:
    """The two lines of the agency's inbox, from consumers that were provisioned; it creates none."""

    def __init__(self, client: Client, oin: str) -> None:
        self._held: dict[str, Msg] = {}  # by reply subject, which is another one each time it is given out
        self._lines = {
            urgent: _Line(client, consumer_name(oin, urgent=urgent), self._held) for urgent in (True, False)
        }
        self._at_work: asyncio.Task[None] | None = None
        self._client = client

    async def fetch(self, *, urgent: bool) -> list[InboxMessage]:
        """Raises HubUnreachable when the server does not answer or refuses."""
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._say_at_work(), name="inbox-at-work")
        try:
            found = await self._lines[urgent].fetch()
        except (NatsError, OSError) as error:
            raise HubUnreachable(retry_after_s=RETRY_AFTER_S) from error
        return [NatsInboxMessage(message, self._held) for message in found]

    async def close(self) -> None:
        if self._at_work is not None:
            self._at_work.cancel()
            await asyncio.gather(self._at_work, return_exceptions=True)
        for line in self._lines.values():
            await line.close()

    async def _say_at_work(self) -> None:
        while True:
            await asyncio.sleep(STILL_AT_WORK_EVERY_S)
            for reply in list(self._held):
                if not self._client.is_connected:  # it would be said later, of what was given out again since
                    break
                try:
                    await self._client.publish(reply, STILL_AT_WORK)
                except (NatsError, OSError) as error:
                    logger.warning("the server was not told of work under way: %s", type(error).__name__)
                    break


class _Line:
    """A pull that stays open at the server, so that mail arrives at once. nats-py's own fetch of a batch waits for the
    whole batch or the timeout, which would add seconds to a single message.

    `held` gets every message when it arrives, also one that nobody asked for yet. Asking for more says that the node
    has done with what it got: what it neither acknowledged nor gave back, because something broke, is let go and comes
    again.
    """

    def __init__(self, client: Client, consumer: str, held: dict[str, Msg]) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{INBOX_STREAM}.{consumer}"
        self._held = held
        self._arrived: asyncio.Queue[Msg] = asyncio.Queue()
        self._given: list[str] = []
        self._replies: Subscription | None = None
        self._asked_for = 0
        self._until = 0.0

    async def fetch(self) -> list[Msg]:
        """What is there, at least one message; an empty list when none came while the pull was open."""
        while self._given:
            self._held.pop(self._given.pop(), None)
        await self._ask()
        found: list[Msg] = []
        while not found or not self._arrived.empty():
            try:
                async with asyncio.timeout(max(0.01, self._until - time.monotonic())):
                    message = await self._arrived.get()
            except TimeoutError:
                self._asked_for = 0
                break
            if (status := _status(message)) is not None:
                self._asked_for = 0
                if status not in PULL_ENDED:
                    raise HubUnreachable(retry_after_s=RETRY_AFTER_S, code="postvak-onbereikbaar")
                break
            self._asked_for -= 1
            found.append(message)
            self._given.append(message.reply)
        return found

    async def close(self) -> None:
        if self._replies is not None and not self._client.is_closed:
            await self._replies.unsubscribe()

    async def _take(self, message: Msg) -> None:
        if _status(message) is None:
            self._held[message.reply] = message
        self._arrived.put_nowait(message)

    async def _ask(self) -> None:
        """Opens a pull unless one is open."""
        if self._replies is None:
            self._replies = await self._client.subscribe(self._client.new_inbox(), cb=self._take)
        if self._asked_for <= 0 or time.monotonic() >= self._until:
            request = json.dumps({"batch": BATCH, "expires": int(FETCH_WITHIN_S * 1_000_000_000)})
            await self._client.publish(self._subject, request.encode(), reply=self._replies.subject)
            self._asked_for, self._until = BATCH, time.monotonic() + FETCH_WITHIN_S + ANSWER_MARGIN_S


def _status(message: Msg) -> str | None:
    """What the server says about the pull itself; None for mail."""
    return None if message.data else (message.headers or {}).get("Status")


class NatsInboxMessage:
    """An item as JetStream delivered it; it is held until the node has done with it."""

    def __init__(self, message: Msg, held: dict[str, Msg]) -> None:
        self._message = message
        self._held = held

    @property
    def data(self) -> bytes:
        return self._message.data

    async def acknowledge(self) -> None:
        self._held.pop(self._message.reply, None)
        await self._message.ack()

    async def give_back(self) -> None:
        self._held.pop(self._message.reply, None)
        await self._message.nak(delay=GIVE_BACK_FOR_S)


def _answer(reply: Msg) -> Answer:
    """An answer without a readable status or body is none."""
    try:
        status = int((reply.headers or {})[STATUS_HEADER])
        body = load_json(reply.data)
    except (KeyError, ValueError, InvalidInput) as error:
        raise HubUnreachable(retry_after_s=RETRY_AFTER_S, code="hub-antwoord-onleesbaar") from error
    if not isinstance(body, dict):
        raise HubUnreachable(retry_after_s=RETRY_AFTER_S, code="hub-antwoord-onleesbaar")
    return Answer(status, body, retry_after((reply.headers or {}).get(RETRY_AFTER)))
