"""Puts a hub together from its parts, and starts and stops it. Decides nothing.

The composition root reads settings and files; here are the objects and their order. Up: the database with its one
owner, the connection to NATS and the streams that must be there already, then the doors, then the relay. Down: the
doors first, so that whatever was taken is answered before anything it needs goes away.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from fastapi import APIRouter, FastAPI
from nats.aio.client import Client

from audit.note import NoteSigner
from gateway.hub.http.exchange import exchange_router
from gateway.hub.http.health import does_decide, health_router
from gateway.hub.http.public_record import public_record_router
from gateway.hub.messaging.accounts_connection import Connection
from gateway.hub.messaging.door import NatsDoor
from gateway.hub.messaging.hub_connection import close_hub, connect_hub
from gateway.hub.messaging.relay import Relay
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.ports import Clock, CurrentRegistry
from gateway.hub.storage.case_keys import CaseKeys
from gateway.hub.storage.database import Database, open_database
from gateway.hub.storage.log_reading import LogSigner
from gateway.hub.usecases.allowance import DEFAULT_ALLOWANCES, Allowance, Allowances
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.parts import Parts
from gateway.protocol.keys import SigningKey
from gateway.protocol.subjects import Verb
from gateway.web.app import API_BASE, create_app
from gateway.web.tokens import TokenVerifier

API_VERSION: Final = "1.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPlan:
    """Everything that a hub is made of. `decision_point` is entered here; `routers` are those of other owners
    (identity, AuthZEN), by prefix. Without `nats` there is no NATS door and no relay."""

    database_url: str
    case_keys_dir: Path
    registry: CurrentRegistry
    registry_document: Callable[[], bytes]
    signing_key: SigningKey
    log_signer: NoteSigner
    decision_point: DecisionPoint
    token_verifier: TokenVerifier
    clock: Clock
    public_url: str
    nats: Connection | None
    with_relay: bool = True
    routers: Sequence[tuple[str, APIRouter]] = ()
    allowances: Mapping[Verb, Allowance] = field(default_factory=lambda: DEFAULT_ALLOWANCES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub. `app` is served by the caller; the NATS door and the relay run already."""

    app: FastAPI
    desk: Desk
    parts: Parts
    database: Database
    relay: Relay | None


@asynccontextmanager
async def open_hub(plan: HubPlan) -> AsyncIterator[Hub]:
    """A hub that answers, until the context ends.

    Raises DatabaseInUse, SchemaOutOfDate, NotProvisioned, ServerTooOld, nats.errors.Error: then nothing is left open.
    """
    async with AsyncExitStack() as stack:
        database = await asyncio.to_thread(open_database, plan.database_url)
        stack.push_async_callback(asyncio.to_thread, database.close)
        await stack.enter_async_context(plan.decision_point)
        parts = _parts(plan, database)
        client = await _connected(stack, plan)
        relay = None if client is None or not plan.with_relay else _relay(plan, parts, database, client)
        if relay is not None:
            stack.push_async_callback(_stop, asyncio.create_task(relay.run(), name="relay"))
        wake = relay.wake if relay is not None else _nobody
        desk = Desk(parts, Allowances(plan.allowances, monotonic), on_written=wake)
        if client is not None:
            door = NatsDoor(client, desk)
            await door.open()
            stack.push_async_callback(door.close)
        app = _application(plan, desk, parts, database, client)
        yield Hub(app=app, desk=desk, parts=parts, database=database, relay=relay)


@asynccontextmanager
async def open_relay(plan: HubPlan) -> AsyncIterator[Relay]:
    """A relay in a process of its own, for PostgreSQL; it runs until the context ends. Raises as open_hub."""
    async with AsyncExitStack() as stack:
        database = await asyncio.to_thread(open_database, plan.database_url)
        stack.push_async_callback(asyncio.to_thread, database.close)
        client = await _connected(stack, plan)
        if client is None:
            raise ValueError("a relay needs a connection to NATS")
        relay = _relay(plan, _parts(plan, database), database, client)
        stack.push_async_callback(_stop, asyncio.create_task(relay.run(), name="relay"))
        yield relay


def _parts(plan: HubPlan, database: Database) -> Parts:
    return Parts(
        registry=plan.registry,
        decider=plan.decision_point,
        reader=database.reader,
        writer=database.writer,
        case_keys=CaseKeys(plan.case_keys_dir),
        signing_key=plan.signing_key,
        log_signer=LogSigner(plan.log_signer),
        clock=plan.clock,
    )


async def _connected(stack: AsyncExitStack, plan: HubPlan) -> Client | None:
    if plan.nats is None:
        return None
    client = await connect_hub(plan.nats, plan.registry().participants)
    stack.push_async_callback(close_hub, client)
    return client


def _relay(plan: HubPlan, parts: Parts, database: Database, client: Client) -> Relay:
    return Relay(
        engines=database.engines,
        reader=database.reader,
        writer=database.writer,
        case_keys=parts.case_keys,
        log_signer=parts.log_signer,
        client=client,
        clock=plan.clock,
    )


def _application(
    plan: HubPlan, desk: Desk, parts: Parts, database: Database, client: Client | None
) -> FastAPI:
    app = create_app(
        title="Schakel hub",
        version=API_VERSION,
        description="Beslist, routeert en bewijst berichten tussen organisaties, zonder ze te kunnen lezen.",
        server_url=plan.public_url,
    )
    app.include_router(exchange_router(desk, plan.token_verifier), prefix=API_BASE)
    app.include_router(
        public_record_router(parts, plan.token_verifier, plan.registry_document), prefix=API_BASE
    )
    for prefix, router in plan.routers:
        app.include_router(router, prefix=prefix)

    async def database_answers() -> bool:
        return await asyncio.to_thread(database.is_alive)

    async def decides() -> bool:
        return await does_decide(parts)

    async def nats_is_there() -> bool:
        return client is None or client.is_connected

    checks = {
        "database": database_answers,
        "nats": nats_is_there,
        "beslispunt": decides,
    }
    app.include_router(health_router(checks))
    return app


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _nobody() -> None:
    """There is no relay in this process to wake."""
