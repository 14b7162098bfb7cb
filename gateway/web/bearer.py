"""FastAPI dependency: an access token in the Authorization header, bound to this connection, with a scope.

Source: OAuth NL GOV 1.1.0, Protected Resource Profile: header only, never in the query.
"""

from collections.abc import Callable

from starlette.requests import Request

from gateway.domain.errors import NotAuthenticated, Refused
from gateway.web.mtls import client_certificate
from gateway.web.tokens import Claims, TokenVerifier


def require_token(verifier: TokenVerifier, *, scope: str) -> Callable[[Request], Claims]:
    """A dependency that yields the claims of the caller.

    Raises, at each call: NotAuthenticated without one valid token; Refused when the token lacks `scope`.
    """

    def claims_of(request: Request) -> Claims:
        certificate = client_certificate(request)
        claims = verifier.verify(_bearer(request), certificate.thumbprint if certificate else None)
        if scope not in claims.scopes:
            raise Refused(
                code="onvoldoende-scope",
                detail_nl=f"Dit token heeft de scope {scope} niet.",
                detail_en=f"This token lacks the scope {scope}.",
                rule="scope",
                article="RFC 6750, 3.1",
                next_step_nl=f"Vraag een token aan met de scope {scope}.",
                next_step_en=f"Request a token with the scope {scope}.",
            )
        return claims

    return claims_of


def _bearer(request: Request) -> str:
    values = request.headers.getlist("authorization")
    scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated(
            code="geen-token",
            detail_nl="Stuur precies een toegangstoken in de header Authorization: Bearer.",
            detail_en="Send exactly one access token in the header Authorization: Bearer.",
        )
    return token
