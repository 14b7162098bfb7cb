"""Issues access tokens (RFC 9068) and publishes the keys and the metadata with which others check them.

Decides what a token says; `grants` decides who gets one. One key signs; older ones may stay published until
the last token that they signed has expired.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.hub.identity.clients import Client, Scope
from gateway.hub.identity.replay import ReplayStore
from gateway.web.tokens import SigningAlgorithm, VerificationKey

# OAuth NL GOV 1.1.0 allows six hours for client credentials; a node renews without a person, so ours are
# short.
TOKEN_VALID = timedelta(minutes=10)
TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068 2.1
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
JWKS_PATH = "/oauth/jwks"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoritySettings:
    """Addresses: `issuer` is the https address of the hub without path, `audience` that of its API."""

    issuer: str
    audience: str


class TokenAuthority:
    """Signs tokens for authenticated clients. Safe to share between threads."""

    def __init__(
        self,
        settings: AuthoritySettings,
        *,
        signing_keys_pem: Sequence[bytes],
        clients: Callable[[], Mapping[str, Client]],
        replays: ReplayStore,
        clock: Callable[[], datetime],
    ) -> None:
        """The first key signs, all are published. `clients` is asked each time and follows the registry.

        Raises: ValueError without a key, or when one is not a private P-256 key (PEM).
        """
        if not signing_keys_pem:
            raise ValueError("a token authority needs a signing key")
        self.settings = settings
        self.replays = replays
        self.clock = clock
        self._keys = [ECKey.import_key(pem) for pem in signing_keys_pem]
        self._clients = clients
        self.verification_keys = {key.thumbprint(): _verification_key(key) for key in self._keys}

    @property
    def token_endpoint(self) -> str:
        """The address that every assertion must be addressed to."""
        return self.settings.issuer + TOKEN_PATH

    def client(self, client_id: str) -> Client | None:
        """The client of that id, if the registry has it now."""
        return self._clients().get(client_id)

    def issue(
        self,
        client: Client,
        *,
        scopes: frozenset[Scope],
        thumbprint: str,
        person: Mapping[str, str] | None = None,
    ) -> dict[str, object]:
        """The token response (RFC 6749 5.1) for a client, or for a person (`sub`, `rol`) for whom it acts."""
        now = int(self.clock().timestamp())
        claims: dict[str, object] = {
            "iss": self.settings.issuer,
            "sub": client.client_id,
            "azp": client.client_id,
            "client_id": client.client_id,
            "oin": client.oin,
            "aud": self.settings.audience,
            "iat": now,
            "nbf": now,
            "exp": now + int(TOKEN_VALID.total_seconds()),
            "jti": secrets.token_urlsafe(24),
            "scope": " ".join(sorted(scopes)),
            "cnf": {"x5t#S256": thumbprint},
        }
        if person is not None:
            claims |= {**person, "act": {"sub": client.client_id}}
        key = self._keys[0]
        header = {"alg": SigningAlgorithm.ES256.value, "kid": key.thumbprint(), "typ": TOKEN_TYPE}
        return {
            "access_token": jwt.encode(header, claims, key, algorithms=[SigningAlgorithm.ES256.value]),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_VALID.total_seconds()),
            "scope": claims["scope"],
        }

    def jwks(self) -> dict[str, object]:
        """The public keys (RFC 7517), each with `kid`, `alg` and `use`."""
        return {
            "keys": [
                {
                    **key.as_dict(private=False),
                    "kid": key.thumbprint(),
                    "alg": SigningAlgorithm.ES256.value,
                    "use": "sig",
                }
                for key in self._keys
            ]
        }

    def metadata(self) -> dict[str, object]:
        """RFC 8414 metadata. No authorization endpoint: people sign in at their own node, not here."""
        issuer = self.settings.issuer
        return {
            "issuer": issuer,
            "token_endpoint": self.token_endpoint,
            "jwks_uri": issuer + JWKS_PATH,
            "scopes_supported": [scope.value for scope in Scope],
            "response_types_supported": [],
            "grant_types_supported": [
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
            "tls_client_certificate_bound_access_tokens": True,
        }


def _verification_key(key: ECKey) -> VerificationKey:
    public = load_pem_public_key(key.as_pem(private=False))
    if not isinstance(public, EllipticCurvePublicKey):
        raise ValueError("a token key must be P-256")  # noqa: TRY004 - the key is wrong, not a type of ours
    return VerificationKey(SigningAlgorithm.ES256, public)
