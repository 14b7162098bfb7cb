"""Mutual TLS on a real uvicorn: the application learns the OIN of the certificate, and nothing from headers."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
import uvicorn
from fastapi import Depends, FastAPI, Request

from gateway.local.registry_file import POLICE, VEILIG_THUIS, ExchangeFolder, KeyFolder, create_exchange
from gateway.web.app import API_BASE, create_app
from gateway.web.bearer import require_token
from gateway.web.mtls import client_certificate, client_oin
from gateway.web.server import ClientCertificates, ServerTls, server_config
from gateway.web.tokens import Claims, SigningAlgorithm, TokenVerifier, VerificationKey
from tests.web.signing import es256
from tests.web.test_tokens import AUDIENCE, CLAIMS, HEADER, ISSUER, KEY


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> ExchangeFolder:
    return create_exchange(tmp_path_factory.mktemp("mtls"), [POLICE, VEILIG_THUIS], now=datetime.now(UTC))


def application() -> FastAPI:
    app = create_app(title="Proef", version="1.0.0", description="Een proef.")
    key = VerificationKey(SigningAlgorithm.ES256, KEY.public_key())
    verifier = TokenVerifier({"k1": key}, issuer=ISSUER, audience=AUDIENCE)

    @app.get(API_BASE + "/wie")
    def wie(request: Request) -> dict[str, str | None]:
        certificate = client_certificate(request)
        return {"oin": client_oin(request), "thumbprint": certificate.thumbprint if certificate else None}

    @app.get(API_BASE + "/geheim")
    def geheim(claims: Annotated[Claims, Depends(require_token(verifier, scope="berichten"))]) -> str:
        return claims.client_id

    @app.get(API_BASE + "/beheer")
    def beheer(claims: Annotated[Claims, Depends(require_token(verifier, scope="beheer"))]) -> str:
        return claims.client_id

    return app


def serve(exchange: ExchangeFolder, admitted: ClientCertificates) -> Iterator[str]:
    tls = ServerTls(
        certificate=exchange.hub.tls_certificate,
        private_key=exchange.hub.tls_key,
        client_ca=exchange.trust_anchor,
        client_certificates=admitted,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(application(), host="127.0.0.1", port=0, tls=tls))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"https://localhost:{listener.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        listener.close()
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def required(exchange: ExchangeFolder) -> Iterator[str]:
    yield from serve(exchange, ClientCertificates.REQUIRED)


@pytest.fixture(scope="module")
def optional(exchange: ExchangeFolder) -> Iterator[str]:
    yield from serve(exchange, ClientCertificates.OPTIONAL)


def client(anchor: Path, keys: KeyFolder | None = None) -> httpx2.Client:
    context = ssl.create_default_context(cafile=str(anchor))
    if keys:
        context.load_cert_chain(keys.tls_certificate, keys.tls_key)
    return httpx2.Client(verify=context, timeout=30)


def bearer(**changes: Any) -> dict[str, str]:
    at = int(datetime.now(UTC).timestamp())
    payload = {**CLAIMS, "iat": at, "nbf": at, "exp": at + 600, **changes}
    return {"authorization": f"Bearer {es256(KEY, HEADER, payload)}"}


def test_each_connection_is_known_by_the_oin_of_its_certificate(
    exchange: ExchangeFolder, required: str
) -> None:
    for agency in (POLICE, VEILIG_THUIS):
        with client(exchange.trust_anchor, exchange.agency(agency.oin)) as connection:
            assert [connection.get(f"{required}/wie").json()["oin"] for _ in range(2)] == [agency.oin] * 2


def test_a_client_without_certificate_is_not_admitted(exchange: ExchangeFolder, required: str) -> None:
    with client(exchange.trust_anchor) as connection, pytest.raises(httpx2.TransportError):
        connection.get(f"{required}/wie")


def test_a_certificate_of_another_authority_is_not_admitted(
    exchange: ExchangeFolder, required: str, tmp_path: Path
) -> None:
    other = create_exchange(tmp_path / "other", [POLICE], now=datetime.now(UTC))
    with (
        client(exchange.trust_anchor, other.agency(POLICE.oin)) as connection,
        pytest.raises(httpx2.TransportError),
    ):
        connection.get(f"{required}/wie")


def test_tls_1_2_is_not_spoken(exchange: ExchangeFolder, required: str) -> None:
    context = ssl.create_default_context(cafile=str(exchange.trust_anchor))
    keys = exchange.agency(POLICE.oin)
    context.load_cert_chain(keys.tls_certificate, keys.tls_key)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with httpx2.Client(verify=context) as connection, pytest.raises(httpx2.TransportError):
        connection.get(f"{required}/wie")


@pytest.mark.parametrize(
    "name", ["x-client-cert", "x-forwarded-client-cert", "ssl-client-cert", "x-client-cert-der", "x-ssl-cert"]
)
def test_a_certificate_in_a_header_is_nobody(exchange: ExchangeFolder, optional: str, name: str) -> None:
    pem = exchange.agency(POLICE.oin).tls_certificate.read_text().replace("\n", "%0A")
    with client(exchange.trust_anchor) as connection:
        answer = connection.get(f"{optional}/wie", headers={name: pem})
    assert answer.status_code == 401
    assert answer.json()["code"] == "geen-certificaat"


def test_a_token_counts_only_on_the_connection_it_is_bound_to(
    exchange: ExchangeFolder, required: str
) -> None:
    with client(exchange.trust_anchor, exchange.agency(POLICE.oin)) as connection:
        thumbprint = connection.get(f"{required}/wie").json()["thumbprint"]
        headers = bearer(cnf={"x5t#S256": thumbprint})
        assert connection.get(f"{required}/geheim", headers=headers).json() == CLAIMS["client_id"]
    with client(exchange.trust_anchor, exchange.agency(VEILIG_THUIS.oin)) as stolen:
        answer = stolen.get(f"{required}/geheim", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "ongeldig-token")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_without_the_scope_is_refused_and_told_so(exchange: ExchangeFolder, required: str) -> None:
    with client(exchange.trust_anchor, exchange.agency(POLICE.oin)) as connection:
        thumbprint = connection.get(f"{required}/wie").json()["thumbprint"]
        answer = connection.get(f"{required}/beheer", headers=bearer(cnf={"x5t#S256": thumbprint}))
    assert (answer.status_code, answer.json()["code"]) == (403, "onvoldoende-scope")


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer"}])
def test_no_token_in_the_header_is_401(
    exchange: ExchangeFolder, required: str, headers: dict[str, str]
) -> None:
    token = bearer()["authorization"].removeprefix("Bearer ")
    with client(exchange.trust_anchor, exchange.agency(POLICE.oin)) as connection:
        answer = connection.get(f"{required}/geheim?access_token={token}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "geen-token")
