"""Who may ask for a token, and for which scopes. Clients follow from the registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from joserfc.jwk import ECKey, RSAKey

from gateway.protocol.registry import Registry


class Scope(StrEnum):
    """What a token opens. A scope admits to a door; what happens behind it is decided by policy."""

    MESSAGES = "berichten"  # plans, submissions, receipts
    DECISIONS = "besluiten"  # transitions, access questions, openings
    CASES = "zaken"
    REGISTRY = "register"
    OVERSIGHT = "toezicht"  # audit log and metadata, for auditors


NODE_SCOPES = frozenset({Scope.MESSAGES, Scope.DECISIONS, Scope.CASES, Scope.REGISTRY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A node or system of one agency, with the public key of its assertions."""

    client_id: str
    oin: str
    key: ECKey | RSAKey
    scopes: frozenset[Scope]
    roles: frozenset[str]  # roles in which its people may act

    @property
    def algorithm(self) -> str:
        """The only algorithm that its key may be used with."""
        return "ES256" if isinstance(self.key, ECKey) else "RS256"


def node_client_id(oin: str) -> str:
    """The client id of an agency's node."""
    return f"{oin}-node"


def node_clients(registry: Registry) -> Mapping[str, Client]:
    """One client per participant: its node, which signs with the key of the agency's certificate."""
    clients = (
        Client(
            client_id=node_client_id(oin),
            oin=oin,
            key=participant.verification_key.key,
            scopes=NODE_SCOPES,
            roles=participant.roles,
        )
        for oin, participant in registry.participants.items()
    )
    return {client.client_id: client for client in clients}


def overseer_client(client_id: str, oin: str, public_key_pem: bytes) -> Client:
    """A client that reads evidence and nothing else. Raises ValueError when the key is not a public EC key (PEM)."""
    key = ECKey.import_key(public_key_pem)
    if key.is_private:
        raise ValueError(f"{client_id}: this is a private key")
    return Client(
        client_id=client_id, oin=oin, key=key, scopes=frozenset({Scope.OVERSIGHT}), roles=frozenset()
    )
