"""A hub in this process that the bench asks at its desk: put together as the real one, with what it writes recorded.

The desk is the same that both doors use; only the allowances and the quota are lifted,
since one sender here plays all and nobody fetches.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

from audit.note import NoteSigner
from gateway.hub.assembly import Hub, HubPlan, open_hub
from gateway.hub.messaging.accounts_connection import Connection
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.own_opa import RunningOpa
from gateway.hub.usecases.allowance import Allowance, Allowances
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.quota import Quota
from gateway.local.bench.row_floor import RecordingDecider, RecordingWriter
from gateway.local.bench.sender import load_registry
from gateway.local.registry_file import ExchangeFolder
from gateway.protocol.exchange import Answer
from gateway.protocol.keys import SigningKey
from gateway.protocol.subjects import Verb
from gateway.web.tokens import TokenVerifier

_UNBOUNDED: Final = dict.fromkeys(Verb, Allowance(per_second=1e6, burst=10**6))
_TRACE_ID: Final = "b" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredHub:
    """A running hub, its recording desk, and what it recorded."""

    hub: Hub
    desk: Desk
    writer: RecordingWriter
    decider: RecordingDecider

    def link(self, oin: str) -> "DeskLink":
        """The desk as an agency's node would see it, without a door between."""
        return DeskLink(self.desk, oin)


@dataclass(frozen=True, slots=True)
class DeskLink:
    """A HubLink without a network."""

    desk: Desk
    oin: str

    async def ask(self, verb: Verb, body: bytes) -> Answer:
        reply = await self.desk.ask(verb, Asker(oin=self.oin, trace_id=_TRACE_ID), body)
        return reply.answer

    async def close(self) -> None:
        """There is nothing to close."""


@asynccontextmanager
async def measured_hub(
    exchange: ExchangeFolder, opa: RunningOpa, folder: Path, *, nats: Connection | None = None
) -> AsyncIterator[MeasuredHub]:
    """A hub on a fresh SQLite file in `folder`; with `nats` also its NATS door and its relay."""
    async with open_hub(_plan(exchange, opa, folder, nats)) as hub:
        writer = RecordingWriter(hub.database.engines)
        writer.start()
        decider = RecordingDecider(hub.parts.decider)
        wake = hub.relay.wake if hub.relay is not None else lambda: None
        desk = Desk(
            replace(hub.parts, writer=writer, decider=decider),
            Allowances(_UNBOUNDED, monotonic),
            on_written=wake,
        )
        try:
            yield MeasuredHub(hub=hub, desk=desk, writer=writer, decider=decider)
        finally:
            writer.close()


def _plan(exchange: ExchangeFolder, opa: RunningOpa, folder: Path, nats: Connection | None) -> HubPlan:
    registry = load_registry(exchange)
    return HubPlan(
        database_url=f"sqlite+pysqlite:///{folder / 'hub.db'}",
        case_keys_dir=folder / "case-keys",
        registry=lambda: registry,
        registry_document=exchange.registry.read_bytes,
        signing_key=SigningKey.from_pem(exchange.hub.signing_key.read_bytes()),
        log_signer=NoteSigner.from_pem(registry.log_origin, exchange.hub.log_key.read_bytes()),
        decision_point=DecisionPoint(host=opa.host, port=opa.port, revision=opa.revision, timeout_s=20),
        token_verifier=TokenVerifier({}, issuer="https://localhost", audience=registry.hub_oin),
        clock=lambda: datetime.now(UTC),
        public_url="https://localhost",
        nats=nats,
        allowances=_UNBOUNDED,
        quota=Quota(ordinary=10**9, urgent=10**9),
    )
