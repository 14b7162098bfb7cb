"""An authorization server for two invented agencies, and clients that sign assertions, genuine and not."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.hub.identity import (
    AuthoritySettings,
    InMemoryReplayStore,
    TokenAuthority,
    identity_router,
    node_client_id,
    node_clients,
)
from gateway.local.pki import load_private_key
from gateway.local.registry_file import POLICE, VEILIG_THUIS, ExchangeFolder, create_exchange
from gateway.protocol.keys import SigningKey
from gateway.protocol.registry import Registry
from gateway.web.app import create_app
from gateway.web.client_certificate import ClientCertificate
from gateway.web.tokens import TokenVerifier
from tests.web.signing import es256

ISSUER = "https://hub.schakel.example"
AUDIENCE = "https://hub.schakel.example/v1"
TOKEN_ENDPOINT = f"{ISSUER}/oauth/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Party:
    """A node: its keys, its certificate, and everything it may put into an assertion."""

    oin: str
    signing_key: EllipticCurvePrivateKey
    kid: str
    certificate: ClientCertificate
    clock: Clock

    @property
    def client_id(self) -> str:
        return node_client_id(self.oin)

    def claims(self, **changes: Any) -> dict[str, Any]:
        at = int(self.clock.now.timestamp())
        return {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": TOKEN_ENDPOINT,
            "iat": at,
            "exp": at + 60,
            "jti": secrets.token_urlsafe(16),
            **changes,
        }

    def assertion(self, claims: Any = None, header: Any = None) -> str:
        header = header or {"alg": "ES256", "kid": self.kid, "typ": "JWT"}
        return es256(self.signing_key, header, self.claims() if claims is None else claims)

    def person(self, **changes: Any) -> str:
        claims = self.claims(sub="medewerker-7", rol="politie_hovj") | changes
        return es256(
            self.signing_key, {"alg": "ES256", "kid": self.kid, "typ": "schakel-persoon+jwt"}, claims
        )

    def form(self, **changes: str) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "scope": "berichten",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(),
            **changes,
        }


@dataclass
class WithCertificate:
    """Stands where TLS stands: gives each request the certificate of its connection."""

    app: ASGIApp
    certificate: ClientCertificate | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})["schakel.client_certificate"] = self.certificate
        await self.app(scope, receive, send)


@dataclass
class Identity:
    app: FastAPI
    authority: TokenAuthority
    verifier: TokenVerifier
    clock: Clock
    police: Party
    veilig_thuis: Party
    clients: dict[str, Any] = field(default_factory=dict)

    async def ask(
        self, form: Any, certificate: ClientCertificate | None, *, content_type: str | None = None
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=WithCertificate(self.app, certificate))
        headers = {"content-type": content_type} if content_type else {}
        async with httpx2.AsyncClient(transport=transport, base_url=ISSUER) as client:
            if isinstance(form, dict):
                return await client.post("/oauth/token", data=form)
            return await client.post("/oauth/token", content=form, headers=headers)

    async def get(self, path: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url=ISSUER) as client:
            return await client.get(path)


def make_identity(folder: Path, *, limit_per_client: int = 1000) -> Identity:
    exchange = create_exchange(folder / "exchange", [POLICE, VEILIG_THUIS], now=START - timedelta(days=1))
    registry = Registry.load(
        exchange.registry.read_bytes(), trust_anchor_pem=exchange.trust_anchor.read_bytes(), now=START
    )
    clock, clients = Clock(), dict(node_clients(registry))
    authority = TokenAuthority(
        AuthoritySettings(issuer=ISSUER, audience=AUDIENCE),
        signing_keys_pem=[exchange.hub.token_key.read_bytes()],
        clients=lambda: clients,
        replays=InMemoryReplayStore(limit_per_client=limit_per_client),
        clock=clock,
    )
    app = create_app(title="Hub", version="1.0.0", description="Proef.")
    app.include_router(identity_router(authority))
    return Identity(
        app=app,
        authority=authority,
        verifier=TokenVerifier(authority.verification_keys, issuer=ISSUER, audience=AUDIENCE, clock=clock),
        clock=clock,
        police=_party(exchange, POLICE.oin, clock),
        veilig_thuis=_party(exchange, VEILIG_THUIS.oin, clock),
        clients=clients,
    )


def _party(exchange: ExchangeFolder, oin: str, clock: Clock) -> Party:
    keys = exchange.agency(oin)
    der = x509.load_pem_x509_certificate(keys.tls_certificate.read_bytes()).public_bytes(Encoding.DER)
    return Party(
        oin=oin,
        signing_key=load_private_key(keys.signing_key),
        kid=SigningKey.from_pem(keys.signing_key.read_bytes()).kid,
        certificate=ClientCertificate(der),
        clock=clock,
    )
