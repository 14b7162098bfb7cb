"""The composition root: reads keys and files that the settings name, and starts a hub, a relay or a node.

The only place that knows every concrete part. What the parts are and in which order they start stands in the
assemblies of hub and node.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI

from adapters.http_system import SystemAddress
from adapters.registry import standard_registry
from audit.export import CheckpointLine, Header, write_export
from audit.note import NoteSigner
from gateway.alarm_plan import alarm_plan
from gateway.domain.identifiers import AgencyKind
from gateway.hub.assembly import HubPlan, open_hub, open_relay
from gateway.hub.identity import (
    AuthoritySettings,
    Client,
    InMemoryReplayStore,
    TokenAuthority,
    identity_router,
    node_clients,
    overseer_client,
)
from gateway.hub.messaging.accounts_connection import ClientTls, Connection
from gateway.hub.messaging.clock_watch import CALM
from gateway.hub.operator_commands import OperatorPlace
from gateway.hub.policy.activation import ActivationError, PolicyFolder
from gateway.hub.policy.bundle_service import serve_bundles
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.known_revision import read_known, remember
from gateway.hub.policy.signing import PolicyKey
from gateway.hub.storage.authorizations import authorization_lines
from gateway.hub.storage.database import migrate_database
from gateway.hub.storage.engine import open_engines
from gateway.hub.storage.log_reading import LogSigner, checkpoint_lines, committed_head, leaf_lines
from gateway.hub.usecases.quota import Quota
from gateway.node.assembly import NodeIdentity, build_node
from gateway.node.hub_link.document_link import HttpsDocuments
from gateway.node.hub_link.https_link import HubAddress
from gateway.node.hub_link.nats_connection import NatsSettings, NatsTls, connect
from gateway.node.hub_link.nats_link import NatsInbox, NatsLink
from gateway.node.ports import AgencyAdapter
from gateway.node.succession_commands import Signatory
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.protocol.registry import Registry
from gateway.rihg_files import rihg_versions
from gateway.settings import HubSettings, Listen, Nats, NodeSettings
from gateway.simulation import SimulatedClock, require_agreement, require_invented
from gateway.web.app import API_BASE
from gateway.web.key_sets import verification_keys
from gateway.web.logs import start_logging
from gateway.web.server import ClientCertificates, ServerTls, server_config
from gateway.web.simulation_mark import SIMULATED_NAME, SimulationMark
from gateway.web.tokens import TokenVerifier
from gateway.web.traces import start_tracing

_log = logging.getLogger(__name__)

KNOWN_REVISION = "beleid.revisie"  # file in the data folder of a hub
NODE_SYSTEM = "knooppunt"  # the system in `source` of what a node sends
REFRESH_S = 10.0  # how often a hub looks for a newly activated revision of the policies


def now() -> datetime:
    """The clock of the machine: of certificates, access tokens, and of everything outside a simulation."""
    return datetime.now(UTC)


def clock_of(settings: HubSettings | NodeSettings) -> Callable[[], datetime]:
    """The clock by which cases are judged: the machine's, unless the settings say that this is a simulation."""
    if settings.simulation is None:
        return now
    _log.warning("this is a simulation: its clock is not the clock of the machine")
    return SimulatedClock(settings.simulation.clock).now


def run_hub(settings: HubSettings) -> None:
    """Runs a hub until the process is asked to stop. Raises when it cannot start; nothing is then left open."""
    _start_telemetry("hub", settings)
    _run(_hub(settings))


def run_node(settings: NodeSettings) -> None:
    """Runs the node of one agency until the process is asked to stop."""
    _start_telemetry(f"node-{settings.oin}", settings)
    _run(_node(settings))


def run_relay(settings: HubSettings) -> None:
    """Runs a relay of its own beside hubs on PostgreSQL, until the process is asked to stop."""
    _start_telemetry("relay", settings)
    _run(_relay(settings))


def migrate(settings: HubSettings) -> None:
    """Brings the hub's database to the schema of this release."""
    migrate_database(settings.database_url)


def operator_place(settings: HubSettings) -> OperatorPlace:
    """What the commands of an operator need of a hub."""
    hub_oin = _registry(settings).hub_oin
    return OperatorPlace(database_url=settings.database_url, hub_oin=hub_oin, now=clock_of(settings)())


def signatory(settings: NodeSettings) -> Signatory:
    """What an agency signs with outside a message, and the registry by which it knows the others."""
    return Signatory(
        oin=settings.oin,
        key=SigningKey.from_pem(settings.signing_key.read_bytes()),
        registry=_registry(settings),
        now=clock_of(settings)(),
    )


def export_log(settings: HubSettings, out: Path) -> int:
    """Writes the audit log to a file for `python -m audit verify`, with a checkpoint over all of it signed now.

    Returns the number of leaves.
    """
    signer = _log_signer(settings)
    engines = open_engines(settings.database_url)
    try:
        with engines.reading.connect() as connection, out.open("wb") as file:
            head = committed_head(connection)
            notes = [line.note for line in checkpoint_lines(connection)]
            newest = LogSigner(signer).note(head.size, head.root())
            lines = [*notes, newest] if newest not in notes else notes
            header = Header(origin=signer.verifier.name, log_key=signer.verifier, size=head.size)
            write_export(
                file,
                header,
                checkpoints=[CheckpointLine(note=note) for note in lines],
                leaves=leaf_lines(connection, head.size),
            )
            return head.size
    finally:
        engines.dispose()


def export_authorizations(database_url: str, out: Path) -> int:
    """Writes the Authorization Decision Log to a file, one JSON record a line, oldest first. Returns how many."""
    engines = open_engines(database_url)
    try:
        with engines.reading.connect() as connection, out.open("w", encoding="utf-8", newline="\n") as file:
            return sum(file.write(line + "\n") > 0 for line in authorization_lines(connection))
    finally:
        engines.dispose()


async def _hub(settings: HubSettings) -> None:
    policy = _policy_folder(settings)
    known = settings.data_dir / KNOWN_REVISION
    revision = policy.current(read_known(known))
    remember(known, str(revision))
    decision_point = DecisionPoint(
        host=settings.policy.opa_host,
        port=settings.policy.opa_port,
        revision=revision,
        activated=policy.current,
    )
    authority = _authority(settings)
    plan = _plan(settings, decision_point, authority)
    async with serve_bundles(policy, port=settings.policy.bundle_port), open_hub(plan) as hub:
        refreshing = asyncio.create_task(_refresh(decision_point, known))
        try:
            await _serve(_marked(hub.app, settings), settings.listen, ClientCertificates.OPTIONAL)
        finally:
            refreshing.cancel()


async def _node(settings: NodeSettings) -> None:
    client = await connect(_node_nats(settings.nats), settings.oin)
    registry = _registry(settings)
    node = build_node(
        identity=NodeIdentity(
            oin=settings.oin,
            system=NODE_SYSTEM,
            signing_key=SigningKey.from_pem(settings.signing_key.read_bytes()),
            opening_keys=tuple(OpeningKey.from_pem(path.read_bytes()) for path in settings.opening_keys),
        ),
        registry=lambda: registry,
        database=settings.data_dir / "node.db",
        hub=NatsLink(client, settings.oin),
        document_hub=_document_hub(settings),
        rihg_versions=rihg_versions(settings.rihg_instruments),
        inbox=NatsInbox(client, settings.oin),
        adapter=_adapter(settings, registry),
        verifier=_person_verifier(settings),
        public_url=settings.public_url,
        clock=clock_of(settings),
    )
    working = asyncio.create_task(node.run())
    try:
        await _serve(_marked(node.app, settings), settings.listen, ClientCertificates.OPTIONAL)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await node.close()


def _document_hub(settings: NodeSettings) -> HttpsDocuments:
    """Documents go by HTTPS, whatever carries the messages: they are larger than a message of NATS may be."""
    address = HubAddress(
        url=settings.hub_url,
        authority=settings.trust_anchor,
        certificate=settings.listen.certificate,
        private_key=settings.listen.key,
    )
    key = SigningKey.from_pem(settings.signing_key.read_bytes())
    return HttpsDocuments(address, settings.oin, signing_key=key, clock=now)


def _adapter(settings: NodeSettings, registry: Registry) -> AgencyAdapter:
    kind = AgencyKind(registry.participant(settings.oin).kind)
    if settings.agency_system_url is None:
        return standard_registry().adapter(kind, None)
    address = SystemAddress(
        url=settings.agency_system_url,
        authority=settings.trust_anchor,
        certificate=settings.listen.certificate,
        private_key=settings.listen.key,
    )
    return standard_registry().adapter(kind, address)


def _person_verifier(settings: NodeSettings) -> TokenVerifier:
    """Tokens of the agency's own identity provider, for its people; they are not bound to a certificate, because a
    person's browser has none."""
    return TokenVerifier(
        verification_keys(settings.identity_provider_keys.read_bytes()),
        issuer=settings.identity_provider_issuer,
        audience=f"{settings.oin}-node",
        certificate_bound=False,
    )


def _node_nats(settings: Nats) -> NatsSettings:
    tls = None
    if settings.authority is not None and settings.certificate is not None and settings.key is not None:
        tls = NatsTls(
            authority=settings.authority, certificate=settings.certificate, private_key=settings.key
        )
    return NatsSettings(servers=settings.servers, credentials=settings.credentials, tls=tls)


async def _relay(settings: HubSettings) -> None:
    """A relay asks the policy nothing; its plan has a decision point that is never entered."""
    point = DecisionPoint(
        host=settings.policy.opa_host,
        port=settings.policy.opa_port,
        revision=_policy_folder(settings).current(),
    )
    async with open_relay(_plan(settings, point, _authority(settings))):
        await _stopped().wait()


def _plan(settings: HubSettings, decision_point: DecisionPoint, authority: TokenAuthority) -> HubPlan:
    registry = _registry(settings)
    return HubPlan(
        database_url=settings.database_url,
        case_keys_dir=settings.case_keys_dir,
        documents_dir=settings.documents_dir,
        registry=lambda: registry,
        registry_document=settings.registry.read_bytes,
        signing_key=SigningKey.from_pem(settings.signing_key.read_bytes()),
        log_signer=_log_signer(settings),
        decision_point=decision_point,
        token_verifier=TokenVerifier(
            authority.verification_keys,
            issuer=authority.settings.issuer,
            audience=authority.settings.audience,
        ),
        clock=clock_of(settings),
        public_url=settings.public_url,
        nats=nats_connection(settings.nats),
        with_relay=settings.relay,
        calm=CALM if settings.simulation is None else timedelta(0),
        routers=[("", identity_router(authority))],
        quota=Quota(ordinary=settings.mailboxes.ordinary, urgent=settings.mailboxes.urgent),
        alarms=alarm_plan(settings.alarmering),
        simulation=settings.simulation is not None,
    )


def _registry(settings: HubSettings | NodeSettings) -> Registry:
    anchor = settings.trust_anchor.read_bytes()
    registry = Registry.load(settings.registry.read_bytes(), trust_anchor_pem=anchor, now=now())
    require_agreement(settings.simulation, registry=registry.simulation)
    if settings.simulation is not None:
        require_invented([registry.hub_oin, *registry.participants])
    return registry


def _log_signer(settings: HubSettings) -> NoteSigner:
    return NoteSigner.from_pem(_registry(settings).log_origin, settings.log_key.read_bytes())


def _authority(settings: HubSettings) -> TokenAuthority:
    clients = {**_overseers(settings), **node_clients(_registry(settings))}
    return TokenAuthority(
        AuthoritySettings(issuer=settings.public_url, audience=settings.public_url + API_BASE),
        signing_keys_pem=[path.read_bytes() for path in settings.token_keys],
        clients=lambda: clients,
        replays=InMemoryReplayStore(),
        clock=now,
    )


def _overseers(settings: HubSettings) -> dict[str, Client]:
    """Clients that read evidence. They are no participants, so the settings name them and the registry does not."""
    return {
        overseer.client_id: overseer_client(overseer.client_id, overseer.oin, overseer.key.read_bytes())
        for overseer in settings.overseers
    }


def _policy_folder(settings: HubSettings) -> PolicyFolder:
    policy = settings.policy
    return PolicyFolder(
        path=policy.folder,
        bundle_key=PolicyKey.read(policy.bundle_key),
        activators=[PolicyKey.read(path) for path in policy.activators],
        simulation=settings.simulation is not None,
    )


def nats_connection(settings: Nats) -> Connection:
    """How a process connects to NATS."""
    tls = None
    if settings.authority is not None and settings.certificate is not None and settings.key is not None:
        tls = ClientTls(
            authority=settings.authority, certificate=settings.certificate, private_key=settings.key
        )
    return Connection(servers=settings.servers, credentials=settings.credentials, tls=tls)


async def _refresh(decision_point: DecisionPoint, known: Path) -> None:
    """Follows newly activated policies. A hub that cannot read them goes on with the revision that it has."""
    while True:
        await asyncio.sleep(REFRESH_S)
        try:
            await decision_point.refresh()
            await asyncio.to_thread(remember, known, decision_point.revision)
        except ActivationError:
            _log.exception("the activated policies cannot be read")
        except OSError as error:
            _log.warning("the revision cannot be remembered now: %s", type(error).__name__)


def _marked(app: FastAPI, settings: HubSettings | NodeSettings) -> FastAPI:
    if settings.simulation is not None:
        app.title += SIMULATED_NAME
        app.add_middleware(SimulationMark)
    return app


async def _serve(app: FastAPI, listen: Listen, certificates: ClientCertificates) -> None:
    """Serves until the process is asked to stop; then lets running requests end."""
    tls = ServerTls(
        certificate=listen.certificate,
        private_key=listen.key,
        client_ca=listen.client_authority,
        client_certificates=certificates,
    )
    server = uvicorn.Server(server_config(app, host=listen.host, port=listen.port, tls=tls))
    await server.serve()


def _stopped() -> asyncio.Event:
    """Set when the process is asked to stop."""
    event = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    return event


def _start_telemetry(service: str, settings: HubSettings | NodeSettings) -> None:
    start_logging(service, simulation=settings.simulation is not None)
    if settings.traces is not None:
        start_tracing(service, settings.traces)


def _run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)
