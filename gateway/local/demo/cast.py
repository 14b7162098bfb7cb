"""The invented people of the demo, each at work through the node of the own agency."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from gateway.domain.clock import rfc3339
from gateway.local.agency_client import AgencyClient
from gateway.local.demo.expectation import expect
from gateway.local.exchange import Exchange, client_context
from gateway.local.registry_file import (
    CHILD_PROTECTION,
    MUNICIPALITY,
    POLICE,
    PROBATION,
    PROSECUTION,
    VEILIG_THUIS,
    Agency,
)
from gateway.simulation import SimulatedClock


class Cast:
    """Everybody who plays. A context: connections are closed at its end."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        clock = exchange.world.clock
        self._clock = SimulatedClock(clock) if clock.exists() else None
        self._stack = ExitStack()
        self.coordinator = self._person(VEILIG_THUIS, "vt-proces-1")
        self.duty_officer = self._person(POLICE, "pol-hovj-1")
        self.community_officer = self._person(POLICE, "pol-wijk-1")
        self.patrol = self._person(POLICE, "pol-noodhulp-1")
        self.police_desk = self._person(POLICE, "pol-zsm-1")
        self.jurist = self._person(MUNICIPALITY, "gem-jurist-1")
        self.mayor = self._person(MUNICIPALITY, "gem-burgemeester-1")
        self.advisor = self._person(VEILIG_THUIS, "vt-medewerker-1")
        self.casemanager = self._person(VEILIG_THUIS, "vt-casemanager-1")
        self.prosecutor = self._person(PROSECUTION, "om-ovj-1")
        self.probation = self._person(PROBATION, "rec-adviseur-1")
        self.supervisor = self._person(PROBATION, "rec-toezicht-1")
        self.investigator = self._person(CHILD_PROTECTION, "rvdk-onderzoeker-1")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def now(self) -> datetime:
        """What the clock of the exchange says, in UTC."""
        return datetime.now(UTC) if self._clock is None else self._clock.now()

    def put_ahead(self, so_long: timedelta) -> None:
        """The clock of the whole exchange goes ahead. Raises ValueError in an exchange that is no simulation."""
        if self._clock is None:
            raise ValueError("only a simulation can put its clock ahead")
        self._clock.put_ahead_to(self.now() + so_long)

    def on_duty(self, who: AgencyClient, role: str) -> None:
        """Puts this person on the roster for a shift. Raises Surprise when the hub does not take it."""
        now = self.now()
        duty = {"medewerker": who.person, "rol": role}
        duty |= {"van": rfc3339(now - timedelta(hours=1)), "tot": rfc3339(now + timedelta(hours=8))}
        expect(who.post("/diensten", duty), 201, f"dienst van {who.person}")

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
