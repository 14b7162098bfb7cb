"""Brings a local exchange up, in the order in which its parts need each other, and waits until each answers.

NATS, then its stream; the hub, which serves OPA its bundle, and OPA; then the pretend agencies and the nodes.
"""

import asyncio
import gc
import logging
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.bootstrap import run_hub, run_node
from gateway.domain.catalogue import catalogue
from gateway.hub.messaging.accounts_connection import ClientTls, Connection
from gateway.hub.messaging.provisioning import provision
from gateway.hub.policy.server import OPA_ENVIRONMENT, opa_beside_hub
from gateway.local.processes import Supervisor
from gateway.local.registry_file import DEMO_AGENCIES
from gateway.local.systems import publish_identity_keys, run_systems
from gateway.local.world import NODES, Ports, World
from gateway.node.masks import mask_table
from gateway.settings import load_hub, load_node
from gateway.setup import find

READY_WITHIN_S = 60.0  # a quiet machine needs two seconds in all

Progress = Callable[[str], None]


class NotReady(Exception):
    """A part of the exchange did not answer in time; the message names it and its log."""


@dataclass(slots=True)
class Exchange:
    """A running exchange. `stop` ends every process of it."""

    world: World
    ports: Ports
    supervisor: Supervisor

    def start(self, progress: Progress) -> None:
        """Returns when every part answers. Raises NotReady or ChildDied; the caller then stops what runs."""
        progress("NATS")
        self.start_nats()
        _load_once()
        self.provision()
        progress("hub en OPA")
        self.start_hub()
        self.start_opa()
        self.wait_for_hub()
        progress("knooppunten en nagebootste organisaties")
        self.start_systems()
        for agency in NODES:
            self.start_node(agency.oin)
        for agency in NODES:
            self.wait_for_node(agency.oin)

    def stop(self) -> None:
        self.supervisor.stop()

    def start_nats(self) -> None:
        self.supervisor.spawn("nats", [str(find("nats-server")), "-c", str(self.world.nats_config)])
        self._wait("nats", lambda: accepts(self.ports.nats))

    def provision(self) -> None:
        """Make the stream and the consumers; what is there already must be as it should be."""
        # Closing TLS makes asyncio warn about its own protocol, on the terminal of whoever started this.
        logging.getLogger("asyncio").setLevel(logging.ERROR)
        oins = [agency.oin for agency in DEMO_AGENCIES]
        asyncio.run(provision(self.admin_connection(), oins))

    def admin_connection(self) -> Connection:
        hub = self.world.exchange.hub
        tls = ClientTls(
            authority=self.world.exchange.trust_anchor,
            certificate=hub.tls_certificate,
            private_key=hub.tls_key,
        )
        return Connection(
            servers=[f"tls://localhost:{self.ports.nats}"],
            credentials=self.world.operator.admin_credentials,
            tls=tls,
        )

    def start_hub(self) -> None:
        self.supervisor.fork("hub", lambda: run_hub(load_hub(self.world.hub_settings)))

    def start_opa(self) -> None:
        argv = opa_beside_hub(find("opa"), config=self.world.opa_config, port=self.ports.opa)
        self.supervisor.spawn("opa", argv, env=os.environ | OPA_ENVIRONMENT)

    def wait_for_hub(self) -> None:
        self._wait("opa", lambda: _healthy(f"http://127.0.0.1:{self.ports.opa}/health", None))
        self._wait("hub", lambda: _healthy(f"https://localhost:{self.ports.hub}/health", self.tls()))

    def start_systems(self) -> None:
        publish_identity_keys(self.world, self.ports)
        self.supervisor.fork("organisaties", lambda: run_systems(self.world, self.ports))

    def start_node(self, oin: str) -> None:
        self.supervisor.fork(f"node-{oin}", lambda: run_node(load_node(self.world.node_settings(oin))))

    def wait_for_node(self, oin: str) -> None:
        url = f"https://localhost:{self.ports.nodes[oin]}/health"
        self._wait(f"node-{oin}", lambda: _healthy(url, self.tls()))

    def tls(self) -> ssl.SSLContext:
        """As a visitor with the hub's own certificate: health is for everybody on the network."""
        hub = self.world.exchange.hub
        return client_context(self.world.exchange.trust_anchor, hub.tls_certificate, hub.tls_key)

    def _wait(self, name: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not is_ready():
            self.supervisor.check()
            if time.monotonic() > deadline:
                raise NotReady(f"{name} does not answer; see {self.world.logs / (name + '.log')}")
            time.sleep(0.02)


def _load_once() -> None:
    """Read what every forked process would read for itself, and keep the collector from copying it page by page."""
    catalogue()
    mask_table()
    gc.freeze()


def client_context(authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Mutual TLS as a client."""
    context = ssl.create_default_context(cafile=str(authority))
    context.load_cert_chain(certificate, key)
    return context


def accepts(port: int) -> bool:
    """Whether something listens on this port of the loopback interface."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _healthy(url: str, tls: ssl.SSLContext | None) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5, context=tls) as answer:  # noqa: S310 - our own https address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
