"""Puts a hub together from its parts, and starts and stops it. Decides nothing.

The composition root reads settings and files; here are the objects and their order. Up: the database with its one
owner, the connection to NATS and the streams that must be there already, then the doors, then the relay. Down: the
doors first, so that whatever was taken is answered before anything it needs goes away.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from time import monotonic

from audit.note import NoteSigner
from gateway.domain.errors import TooManyRequests
from gateway.domain.identifiers import StaffRef
from gateway.hub.alarms.calling import AlarmCaller
from gateway.hub.alarms.channels import AlarmPlan, open_calling
from gateway.hub.http.application import Application, Router, hub_application
from gateway.hub.http.authzen import authzen_router
from gateway.hub.http.callers import oin_of_caller
from gateway.hub.http.documents import documents_router
from gateway.hub.http.health import Check, does_decide
from gateway.hub.identity.clients import Scope
from gateway.hub.messaging.accounts_connection import Connection
from gateway.hub.messaging.clock_watch import CALM, ClockWatch
from gateway.hub.messaging.door import NatsDoor
from gateway.hub.messaging.hub_connection import HubClient, close_hub, connect_hub
from gateway.hub.messaging.relay import Relay
from gateway.hub.messaging.retention_watch import LONG_CALM, RetentionWatch
from gateway.hub.operator_door import OperatorDoor
from gateway.hub.policy.authzen_decider import PolicyAuthzen
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.ports import Clock, CurrentRegistry
from gateway.hub.storage.case_keys import CaseKeys
from gateway.hub.storage.changes import StorageUnavailable
from gateway.hub.storage.database import Database, door_beside, open_database
from gateway.hub.storage.document_files import DocumentFiles
from gateway.hub.storage.kind import require_own_database
from gateway.hub.storage.log_reading import LogSigner
from gateway.hub.storage.outbox import is_stuck
from gateway.hub.usecases.allowance import ADVICE, DEFAULT_ALLOWANCES, Allowance, Allowances
from gateway.hub.usecases.authorization_log import AuthorizationLog
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.documents import Documents
from gateway.hub.usecases.known_successions import HeldRegistry, hold_to_known
from gateway.hub.usecases.parts import Parts
from gateway.hub.usecases.quota import DEFAULT_QUOTA, Quota
from gateway.hub.usecases.replay import replay_copy
from gateway.hub.usecases.succeeding import refusal_of
from gateway.hub.usecases.transfers import Transfers
from gateway.hub.usecases.turned_away import CapacityLog, Note, TurnedAway
from gateway.protocol.keys import SigningKey
from gateway.protocol.subjects import Verb
from gateway.web.app import API_BASE
from gateway.web.tokens import TokenVerifier

COMPARE_S = 10  # how soon a hub notices that another one learned of a succession


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPlan:
    """Everything that a hub is made of. `decision_point` is entered here; `routers` are those of other owners
    (identity), by prefix. Without `nats` there is no NATS door and no relay. `calm` is how long the clocks of cases
    wait after a leap of `clock`; zero in a simulation."""

    database_url: str
    case_keys_dir: Path
    documents_dir: Path | None = None
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
    calm: timedelta = CALM
    routers: Sequence[tuple[str, Router]] = ()
    allowances: Mapping[Verb, Allowance] = field(default_factory=lambda: DEFAULT_ALLOWANCES)
    advice: Allowance = ADVICE
    quota: Quota = DEFAULT_QUOTA
    alarms: AlarmPlan | None = None
    simulation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub. `app` is served by the caller; the NATS door and the relay run already."""

    app: Application
    desk: Desk
    parts: Parts
    database: Database
    relay: Relay | None


@asynccontextmanager
async def open_hub(plan: HubPlan) -> AsyncIterator[Hub]:
    """A hub that answers, until the context ends.

    Raises DatabaseInUse, SchemaOutOfDate, DatabaseOfAnotherKind, SuccessionLost, NotProvisioned, ServerTooOld,
    nats.errors.Error: then nothing is left open.
    """
    async with AsyncExitStack() as stack:
        database = await asyncio.to_thread(open_database, plan.database_url)
        stack.push_async_callback(asyncio.to_thread, database.close)
        await database.reader.read(lambda c: require_own_database(c, simulation=plan.simulation))
        await stack.enter_async_context(plan.decision_point)
        parts = _parts(plan, database)
        held = await _hold(stack, parts)
        parts = replace(parts, registry=held)
        client = await _connected(stack, plan)
        relay = None if client is None or not plan.with_relay else _relay(plan, parts, database, client)
        if relay is not None:
            stack.push_async_callback(_stop, asyncio.create_task(relay.run(), name="relay"))
        wake = relay.wake if relay is not None else _nobody
        if plan.with_relay:
            _watch(stack, plan, parts, wake)
            await _call(stack, plan, parts, database)
        note = _capacity_log(stack, parts)
        allowances = Allowances(plan.allowances, monotonic)
        desk = Desk(parts, allowances, on_written=wake, on_turned_away=note)
        if client is not None:
            door = NatsDoor(client, desk, simulation=plan.simulation)
            await door.open()
            stack.push_async_callback(door.close)
        app = hub_application(
            desk,
            parts,
            verifier=plan.token_verifier,
            registry_document=plan.registry_document,
            routers=[
                *plan.routers,
                ("", _authzen(plan, parts, note)),
                (API_BASE, await _documents(plan, parts, note)),
            ],
            checks=_checks(parts, database, client, relay) | {"register": held.tells_all},
            public_url=plan.public_url,
        )
        await _open_to_operators(stack, parts, database, wake)
        yield Hub(app=app, desk=desk, parts=parts, database=database, relay=relay)


@asynccontextmanager
async def open_relay(plan: HubPlan) -> AsyncIterator[Relay]:
    """A relay in a process of its own, for PostgreSQL; it runs until the context ends. Raises as open_hub."""
    async with AsyncExitStack() as stack:
        database = await asyncio.to_thread(open_database, plan.database_url)
        stack.push_async_callback(asyncio.to_thread, database.close)
        await database.reader.read(lambda c: require_own_database(c, simulation=plan.simulation))
        client = await _connected(stack, plan)
        if client is None:
            raise ValueError("a relay needs a connection to NATS")
        parts = _parts(plan, database)
        parts = replace(parts, registry=await _hold(stack, parts))
        relay = _relay(plan, parts, database, client)
        stack.push_async_callback(_stop, asyncio.create_task(relay.run(), name="relay"))
        _watch(stack, plan, parts, relay.wake)
        await _call(stack, plan, parts, database)
        yield relay


async def _hold(stack: AsyncExitStack, parts: Parts) -> HeldRegistry:
    """The registry, once it tells what is known of successions. It is compared again and again.

    Raises SuccessionLost.
    """
    await hold_to_known(parts)
    held = HeldRegistry(parts.registry, parts.clock)
    stack.push_async_callback(_stop, asyncio.create_task(_compare(held, parts), name="registry-watch"))
    return held


async def _compare(held: HeldRegistry, parts: Parts) -> None:
    while True:
        await asyncio.sleep(COMPARE_S)
        with suppress(StorageUnavailable):
            await held.look(parts.reader)


def _watch(stack: AsyncExitStack, plan: HubPlan, parts: Parts, wake: Callable[[], None]) -> None:
    """The clocks of cases, and how long closed ones are kept, are watched where the relay runs."""
    watch = ClockWatch(parts, calm=plan.calm, on_written=wake)
    stack.push_async_callback(_stop, asyncio.create_task(watch.run(), name="clock-watch"))
    calm = LONG_CALM if plan.calm else plan.calm
    retention = RetentionWatch(parts, _document_files(plan, parts), calm=calm, on_written=wake)
    stack.push_async_callback(_stop, asyncio.create_task(retention.run(), name="retention-watch"))


async def _call(stack: AsyncExitStack, plan: HubPlan, parts: Parts, database: Database) -> None:
    """People are called about alarms where the relay runs."""
    caller = AlarmCaller(parts, database.engines, await open_calling(stack, plan.alarms))
    stack.push_async_callback(_stop, asyncio.create_task(caller.run(), name="alarm-caller"))


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
        quota=plan.quota,
        simulation=plan.simulation,
        addresses=None if plan.alarms is None else plan.alarms.seal,
    )


def _capacity_log(stack: AsyncExitStack, parts: Parts) -> Note:
    """Whom the doors turn away is written beside them, and to the end when they are closed."""
    log = CapacityLog(parts)
    stack.push_async_callback(log.close)
    stack.push_async_callback(_stop, asyncio.create_task(log.run(), name="capacity-log"))
    return log.note


def _authzen(plan: HubPlan, parts: Parts, note: Note) -> Router:
    """The decision point for systems that speak AuthZEN, behind the same token and certificate as the doors, and with
    an allowance of its own."""
    allowances = Allowances({Verb.DECIDE: plan.advice}, monotonic)

    def admit(oin: str) -> None:
        try:
            allowances.take(oin, Verb.DECIDE)
        except TooManyRequests as error:
            note(TurnedAway(oin=oin, code=error.code, about="authzen"))
            raise
        refusal = refusal_of(parts.registry(), oin, plan.clock())
        if refusal is not None:
            raise refusal

    return authzen_router(
        PolicyAuthzen(plan.decision_point, clock=plan.clock),
        log=AuthorizationLog(parts),
        caller=oin_of_caller(plan.token_verifier, Scope.DECISIONS, take=admit),
        identifier=plan.public_url,
        clock=plan.clock,
    )


async def _documents(plan: HubPlan, parts: Parts, note: Note) -> Router:
    documents = Documents(
        parts=parts, files=_document_files(plan, parts), transfers=Transfers(), on_turned_away=note
    )
    await documents.remove_rubbish()
    return documents_router(documents, plan.token_verifier)


def _document_files(plan: HubPlan, parts: Parts) -> DocumentFiles:
    """Documents stand in a folder beside that of the case keys, and not in it: keys are left out of backups."""
    folder = plan.documents_dir or plan.case_keys_dir.with_name("documenten")
    return DocumentFiles(folder, parts.case_keys)


async def _connected(stack: AsyncExitStack, plan: HubPlan) -> HubClient | None:
    if plan.nats is None:
        return None
    client = await connect_hub(plan.nats, plan.registry().participants)
    stack.push_async_callback(close_hub, client)
    return client


async def _open_to_operators(
    stack: AsyncExitStack, parts: Parts, database: Database, wake: Callable[[], None]
) -> None:
    """Where this process owns the database, nobody else can write what an operator wants."""
    file = database.engines.sqlite_file
    if file is None:
        return

    async def replay(copy_id: str, staff: StaffRef) -> None:
        hub_oin = parts.registry().hub_oin
        await replay_copy(
            parts.reader, parts.writer, hub_oin=hub_oin, copy_id=copy_id, staff=staff, now=parts.clock()
        )
        wake()

    door = OperatorDoor(door_beside(file), replay)
    await door.open()
    stack.push_async_callback(door.close)


def _relay(plan: HubPlan, parts: Parts, database: Database, client: HubClient) -> Relay:
    return Relay(
        engines=database.engines,
        reader=database.reader,
        writer=database.writer,
        case_keys=parts.case_keys,
        log_signer=parts.log_signer,
        client=client,
        clock=plan.clock,
    )


def _checks(
    parts: Parts, database: Database, client: HubClient | None, relay: Relay | None
) -> dict[str, Check]:
    async def database_answers() -> bool:
        return await asyncio.to_thread(database.is_alive)

    async def nats_is_there() -> bool:
        return client is None or client.is_connected

    async def goes_out() -> bool:
        """As this hub's own relay knows at once, and as the database tells of the relays of others."""
        if relay is not None and relay.refusal is not None:
            return False
        try:
            return not await parts.reader.read(is_stuck)
        except StorageUnavailable:
            return False

    async def decides() -> bool:
        return await does_decide(parts)

    return {
        "database": database_answers,
        "nats": nats_is_there,
        "doorgifte": goes_out,
        "beslispunt": decides,
    }


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _nobody() -> None:
    """There is no relay in this process to wake."""
