"""Everybody who plays: for each role one invented member of staff, at work through the node of the own agency."""

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

import httpx2

from adapters.simulator.staff import load_staff
from gateway.domain.clock import rfc3339
from gateway.local.agency_client import AgencyClient, Reply
from gateway.local.exchange import client_context
from gateway.local.world import NODES, Ports, World

SHIFT: Final = timedelta(days=30)  # the hub takes no longer one
RENEW_AFTER: Final = timedelta(days=28)
_SIGNED_OUT: Final = 401


@dataclass(frozen=True, slots=True)
class Player:
    """One role and whoever holds it."""

    role: str
    client: AgencyClient
    _signing: threading.Lock

    def get(self, path: str) -> Reply:
        """Raises httpx2.TransportError when the node does not answer."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, object]) -> Reply:
        """What may be asked twice, in case the connection was gone. Raises httpx2.TransportError."""
        return self._ask("POST", path, body)

    @property
    def place(self) -> dict[str, str]:
        """The agency in this role, as a recipient."""
        return {"oin": self.client.agency.oin, "rol": self.role}

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None) -> Reply:
        """Signs in again when the token has run out, as a person at work does."""
        reply = self._once(method, path, body)
        if reply.status == _SIGNED_OUT:
            with self._signing:
                self.client.sign_in()
            reply = self._once(method, path, body)
        return reply

    def _once(self, method: str, path: str, body: Mapping[str, object] | None) -> Reply:
        try:
            return self._asked(method, path, body)
        except httpx2.RemoteProtocolError:  # the node closed a connection that stood idle, just as we used it
            return self._asked(method, path, body)

    def _asked(self, method: str, path: str, body: Mapping[str, object] | None) -> Reply:
        return self.client.get(path) if method == "GET" else self.client.post(path, dict(body or {}))


class Company:
    """The players of one exchange, by role. A context: connections are closed at its end."""

    def __init__(self, world: World, ports: Ports) -> None:
        self._stack = ExitStack()
        self._players = dict(self._all(world, ports))
        self._rostered: datetime | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __getitem__(self, role: str) -> Player:
        return self._players[role]

    @property
    def roles(self) -> frozenset[str]:
        """Every role that somebody at a local node has."""
        return frozenset(self._players)

    def role_of(self, oin: str, roles: Mapping[str, object]) -> str:
        """Which of these roles is played by this agency. Raises KeyError."""
        for role in roles:
            if self._players[role].client.agency.oin == oin:
                return role
        raise KeyError(oin)

    def keep_on_duty(self, now: datetime) -> None:
        """Everybody is on the roster at `now` and for some time. Raises RuntimeError when the hub does not take it."""
        if self._rostered is not None and now < self._rostered + RENEW_AFTER:
            return
        self._rostered = now
        for role, player in self._players.items():
            duty = {"medewerker": player.client.person, "rol": role}
            duty |= {"van": rfc3339(now - timedelta(hours=1)), "tot": rfc3339(now + SHIFT)}
            reply = player.post("/diensten", duty)
            if reply.status != 201:
                raise RuntimeError(f"no duty for {role}: {reply.status} {reply.body}")

    def _all(self, world: World, ports: Ports) -> "list[tuple[str, Player]]":
        found: dict[str, Player] = {}
        staff = {str(oin): people for oin, people in load_staff().items()}
        for agency in NODES:
            keys = world.exchange.agency(agency.oin)
            tls = client_context(world.exchange.trust_anchor, keys.tls_certificate, keys.tls_key)
            for person in staff[agency.oin].people.values():
                client = AgencyClient(
                    agency,
                    person.reference,
                    node=f"https://localhost:{ports.nodes[agency.oin]}/v1",
                    system=f"https://localhost:{ports.systems[agency.oin]}",
                    tls=tls,
                )
                self._stack.callback(client.close)
                for role in person.roles:
                    found.setdefault(role, Player(role, client, threading.Lock()))
        return list(found.items())
