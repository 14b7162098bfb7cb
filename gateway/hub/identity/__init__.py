"""The authorization server of the hub: which node or system may call the API, and for whom.

Clients come from the registry. A client proves itself twice: with a signed assertion (RFC 7523) and with the
certificate of its connection, to which the token is then bound (RFC 8705). People sign in at their own node,
never here; a node that acts for a person exchanges a token (RFC 8693).

`TokenAuthority` issues, `identity_router` serves it, `gateway.web.tokens` verifies.
"""

from gateway.hub.identity.authority import AuthoritySettings, TokenAuthority
from gateway.hub.identity.clients import Client, Scope, node_client_id, node_clients, overseer_client
from gateway.hub.identity.replay import InMemoryReplayStore, ReplayStore
from gateway.hub.identity.router import identity_router

__all__ = [
    "AuthoritySettings",
    "Client",
    "InMemoryReplayStore",
    "ReplayStore",
    "Scope",
    "TokenAuthority",
    "identity_router",
    "node_client_id",
    "node_clients",
    "overseer_client",
]
