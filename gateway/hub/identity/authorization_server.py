"""Authlib's authorization server, tied to our token authority. Synchronous: call it in the thread pool."""

from authlib.oauth2.rfc6749 import AuthorizationServer

from gateway.hub.identity.authority import TokenAuthority
from gateway.hub.identity.grants import ClientCredentials, TokenExchange, TokenResponse
from gateway.hub.identity.token_request import TokenRequest, private_key_jwt


class HubAuthorizationServer(AuthorizationServer):
    """Answers token requests. Keeps no state of its own: no token is stored, none can be refreshed."""

    def __init__(self, authority: TokenAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.authority = authority
        method = private_key_jwt(authority)
        self.register_client_auth_method("private_key_jwt", method)  # type: ignore[no-untyped-call]
        self.register_grant(ClientCredentials)  # type: ignore[no-untyped-call]
        self.register_grant(TokenExchange)  # type: ignore[no-untyped-call]

    def respond(self, request: TokenRequest) -> TokenResponse:
        """Status, body and headers: a token, or an error of RFC 6749 5.2."""
        response: TokenResponse = self.create_token_response(request)  # type: ignore[no-untyped-call]
        return response

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        """Authlib's hook; the request is already in its form."""
        return request

    def handle_response(
        self, status: int, body: dict[str, object], headers: list[tuple[str, str]]
    ) -> TokenResponse:
        """Authlib's hook; the router makes the HTTP response."""
        return status, body, headers

    def send_signal(self, name: str, *_args: object, **_kwargs: object) -> None:
        """Authlib's hook; nobody listens."""
