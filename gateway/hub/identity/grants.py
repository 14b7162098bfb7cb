"""The two ways to a token: a client for itself, and a node for a person who signed in with it.

Both ask everything of the client first: its assertion, the certificate of its agency on this connection, and
scopes that it has. Authlib drives the order and the errors of RFC 6749; what it leaves open is decided here.
"""

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from gateway.domain.errors import SchakelError
from gateway.domain.identifiers import parse_staff_ref
from gateway.hub.identity.assertions import PERSON_TYPES, AssertionRefused, verified_claims
from gateway.hub.identity.authority import TokenAuthority
from gateway.hub.identity.clients import Client, Scope
from gateway.hub.identity.oauth_errors import invalid_grant, invalid_request, invalid_scope
from gateway.hub.identity.token_request import AuthenticatedClient, TokenRequest

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - RFC 8693 2.1
JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - RFC 8693 3

TokenResponse = tuple[int, dict[str, object], list[tuple[str, str]]]


class _CertificateBoundGrant(BaseGrant, TokenEndpointMixin):
    """What both grants share: authenticate, then compare scopes, then answer."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["private_key_jwt"]  # noqa: RUF012 - Authlib's name and type

    request: TokenRequest

    @property
    def authority(self) -> TokenAuthority:
        authority: TokenAuthority = self.server.authority
        return authority

    def validate_token_request(self) -> None:
        """Authlib's hook, before a token is made. Raises OAuth2Error."""
        authenticated = self.authenticate_token_endpoint_client()  # type: ignore[no-untyped-call]
        self._authenticated: AuthenticatedClient = authenticated
        self._scopes = _granted_scopes(self.request.form.get("scope"), authenticated.client)

    def _respond(self, *, person: dict[str, str] | None, **members: str) -> TokenResponse:
        by = self._authenticated
        token = self.authority.issue(by.client, scopes=self._scopes, thumbprint=by.thumbprint, person=person)
        return 200, {**token, **members}, self.TOKEN_RESPONSE_HEADER


class ClientCredentials(_CertificateBoundGrant):
    """RFC 6749 4.4. No refresh token (OAuth NL GOV 1.1.0)."""

    GRANT_TYPE = "client_credentials"  # type: ignore[assignment]

    def create_token_response(self) -> TokenResponse:
        """Authlib's hook. The client speaks for itself."""
        return self._respond(person=None)


class TokenExchange(_CertificateBoundGrant):
    """RFC 8693: the node says who acts, in which role, in a JWT that it signed for this one exchange.

    The hub takes the node's word for who signed in, and holds the agency to its own roles. The person stands
    in `sub` as the agency's own reference, never as a name; the node stands in `act`.
    """

    GRANT_TYPE = TOKEN_EXCHANGE  # type: ignore[assignment]

    def create_token_response(self) -> TokenResponse:
        """Authlib's hook. Raises OAuth2Error (invalid_request, invalid_grant)."""
        data = self.request.form
        if data.get("subject_token_type") != JWT_TYPE or not data.get("subject_token"):
            raise invalid_request("subject_token of type jwt is required")
        if data.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE or "actor_token" in data:
            raise invalid_request("only an access token for the client itself can be had")
        person = self._person(data["subject_token"], self._authenticated.client)
        return self._respond(person=person, issued_token_type=ACCESS_TOKEN_TYPE)

    def _person(self, subject_token: str, client: Client) -> dict[str, str]:
        authority = self.authority
        try:
            claims = verified_claims(
                subject_token,
                client,
                types=PERSON_TYPES,
                audience=authority.token_endpoint,
                replays=authority.replays,
                now=authority.clock(),
            )
            staff_ref, role = parse_staff_ref(claims["sub"]), claims["rol"]
        except (AssertionRefused, SchakelError, KeyError) as exc:
            raise invalid_grant("subject_token is not acceptable") from exc
        if not isinstance(role, str) or role not in client.roles:
            raise invalid_grant("this agency has no such role")
        return {"sub": f"{client.oin}:{staff_ref}", "rol": role}


def _granted_scopes(asked: str | None, client: Client) -> frozenset[Scope]:
    """Exactly the scopes that were asked for. Authlib would answer 200 with an empty scope; we refuse.

    Raises: invalid_scope for none, an unknown one, or one that the client does not have (RFC 6749 3.3).
    """
    names = (asked or "").split()
    known = {scope.value: scope for scope in client.scopes}
    if not names or not set(names) <= known.keys():
        raise invalid_scope("ask for scopes that this client has")
    return frozenset(known[name] for name in names)
