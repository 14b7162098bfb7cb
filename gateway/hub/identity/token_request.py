"""What Authlib sees of an HTTP request, and how a client proves itself with it (`private_key_jwt`, RFC 7523).

The form was read, bounded and checked for repeated parameters before (`router`); the certificate comes from
TLS.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from gateway.domain.errors import NotAuthenticated
from gateway.hub.identity.assertions import CLIENT_TYPES, AssertionRefused, claimed_issuer, verified_claims
from gateway.hub.identity.authority import TokenAuthority
from gateway.hub.identity.clients import Client
from gateway.hub.identity.oauth_errors import invalid_client
from gateway.web.client_certificate import ClientCertificate

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class AuthenticatedClient:
    """A client that proved itself, and the certificate to bind its token to. Authlib's client model."""

    client: Client
    thumbprint: str

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Authlib's question; there is one method."""
        return method == "private_key_jwt"


class TokenRequest(OAuth2Request):
    """A token request with the certificate of its connection. `form` holds each parameter once."""

    def __init__(
        self, token_endpoint: str, form: Mapping[str, str], certificate: ClientCertificate | None
    ) -> None:
        super().__init__("POST", token_endpoint)
        self._form = dict(form)
        self.payload = BasicOAuth2Payload(self._form)  # type: ignore[assignment, no-untyped-call]
        self.certificate = certificate

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters; also Authlib's name for them."""
        return self._form


def private_key_jwt(authority: TokenAuthority) -> Callable[[object, TokenRequest], AuthenticatedClient]:
    """The client authentication method to register with Authlib.

    It raises invalid_client, with the same words for every failed proof.
    """

    def authenticate(_query_client: object, request: TokenRequest) -> AuthenticatedClient:
        form = request.form
        if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
            raise invalid_client("a client assertion (private_key_jwt) is required")
        client = _proven_client(authority, form)
        return AuthenticatedClient(client, _bound_thumbprint(client, request.certificate))

    return authenticate


def _proven_client(authority: TokenAuthority, form: Mapping[str, str]) -> Client:
    """The client that signed; `client_id`, when given, names the same one (RFC 7521 4.2)."""
    try:
        return _signer(authority, form["client_assertion"], form.get("client_id"))
    except AssertionRefused as exc:
        raise invalid_client("the client assertion is not acceptable") from exc


def _signer(authority: TokenAuthority, assertion: str, client_id: str | None) -> Client:
    client = authority.client(claimed_issuer(assertion))
    if client is None or client_id not in (None, client.client_id):
        raise AssertionRefused("unknown client, or another client_id")
    claims = verified_claims(
        assertion,
        client,
        types=CLIENT_TYPES,
        audience=authority.token_endpoint,
        replays=authority.replays,
        now=authority.clock(),
    )
    if claims.get("sub") != client.client_id:
        raise AssertionRefused("sub is not the client")
    return client


def _bound_thumbprint(client: Client, certificate: ClientCertificate | None) -> str:
    """The `x5t#S256` of the connection. The certificate must be one of the client's own agency."""
    if certificate is None or _oin(certificate) != client.oin:
        raise invalid_client("connect with the certificate of the agency of this client")
    return certificate.thumbprint


def _oin(certificate: ClientCertificate) -> str | None:
    try:
        return certificate.oin
    except NotAuthenticated:
        return None  # A certificate without OIN belongs to no client.
