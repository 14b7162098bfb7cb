"""The NATS door: requests of nodes, answered after the commit.

Who asks stands in the subject, and the server lets only that agency's account publish there. The status of an answer
and Retry-After travel as headers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.parts import Asker
from gateway.protocol.subjects import STATUS_HEADER, Verb, asker, request_wildcard
from gateway.web.simulation_mark import SIMULATION_HEADER
from gateway.web.trace import trace_id_of
from gateway.web.traces import TRACEPARENT, span

logger = logging.getLogger(__name__)

QUEUE: Final = "hub"  # several hubs share the requests
MAX_AT_ONCE: Final = 256  # more wait in the subscription; each holds at most one body of 8 MB


class NatsDoor:
    """Subscribes to every verb. Open it once; `close` stops taking requests and finishes those that were taken."""

    def __init__(self, client: Client, desk: Desk, *, simulation: bool = False) -> None:
        self._marks = {SIMULATION_HEADER: "ja"} if simulation else {}
        self._client = client
        self._desk = desk
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._subscriptions: list[Subscription] = []
        self._running: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Returns when the server knows of the subscriptions. Raises nats.errors.Error."""
        for verb in Verb:
            self._subscriptions.append(
                await self._client.subscribe(request_wildcard(verb), queue=QUEUE, cb=self._callback(verb))
            )
        await self._client.flush()

    async def close(self) -> None:
        for subscription in self._subscriptions:
            try:
                await subscription.drain()  # type: ignore[no-untyped-call]  # nats-py leaves it untyped
            except NatsError as error:
                logger.info("a subscription was gone already: %s", type(error).__name__)
        if self._running:
            await asyncio.gather(*self._running)

    def _callback(self, verb: Verb) -> Callable[[Msg], Awaitable[None]]:
        async def take(message: Msg) -> None:
            await self._places.acquire()
            task = asyncio.create_task(self._answer(verb, message))
            self._running.add(task)
            task.add_done_callback(self._done)

        return take

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._places.release()

    async def _answer(self, verb: Verb, message: Msg) -> None:
        if not message.reply:
            return  # nobody waits for an answer, so nothing is done
        traceparent = (message.headers or {}).get(TRACEPARENT)
        who = Asker(oin=asker(message.subject), trace_id=trace_id_of(traceparent))
        with span(f"nats {verb}", headers=message.headers or {}):
            reply = await self._desk.ask(verb, who, message.data)
        headers = {STATUS_HEADER: str(reply.answer.status), **self._marks, **reply.headers}
        try:
            await self._client.publish(message.reply, reply.answer.to_bytes(), headers=headers)
        except (NatsError, OSError) as error:
            logger.warning("an answer was not delivered: %s, trace %s", type(error).__name__, who.trace_id)
