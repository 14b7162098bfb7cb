"""The invented people of the demo, each at work through the node of the own agency."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from gateway.local.agency_client import AgencyClient
from gateway.local.exchange import Exchange, client_context
from gateway.local.registry_file import MUNICIPALITY, POLICE, VEILIG_THUIS, Agency


class Cast:
    """Everybody who plays. A context: connections are closed at its end."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self._stack = ExitStack()
        self.coordinator = self._person(VEILIG_THUIS, "vt-proces-1")
        self.duty_officer = self._person(POLICE, "pol-hovj-1")
        self.community_officer = self._person(POLICE, "pol-wijk-1")
        self.patrol = self._person(POLICE, "pol-noodhulp-1")
        self.jurist = self._person(MUNICIPALITY, "gem-jurist-1")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _person(self, agency: Agency, person: str) -> AgencyClient:
        world, ports = self.exchange.world, self.exchange.ports
        keys = world.exchange.agency(agency.oin)
        client = AgencyClient(
            agency,
            person,
            node=f"https://localhost:{ports.nodes[agency.oin]}/v1",
            system=f"https://localhost:{ports.systems[agency.oin]}",
            tls=client_context(world.exchange.trust_anchor, keys.tls_certificate, keys.tls_key),
        )
        self._stack.callback(client.close)
        return client
