"""Who calls over HTTPS: the agency of the client certificate, which must be the one that its token names."""

from collections.abc import Callable

from fastapi import Depends
from starlette.requests import Request

from gateway.domain.errors import NotAuthenticated
from gateway.domain.identifiers import Oin
from gateway.hub.identity.clients import Scope
from gateway.hub.usecases.parts import Asker
from gateway.web.bearer import require_token
from gateway.web.mtls import client_oin
from gateway.web.tokens import Claims, TokenVerifier


def oin_of_caller(
    verifier: TokenVerifier, scope: Scope, *, take: Callable[[str], None]
) -> Callable[[Request], Oin]:
    """As `caller`, for a router that asks within its own handlers: the agency's OIN, or the same refusals, and what
    `take` raises when the agency asks too much or acts no more."""
    claims_of, who = require_token(verifier, scope=scope), caller(verifier, scope)

    def oin(request: Request) -> Oin:
        asking = who(request, claims_of(request)).oin
        take(asking)
        return Oin(asking)

    return oin


def caller(verifier: TokenVerifier, scope: Scope) -> Callable[[Request, Claims], Asker]:
    """A dependency that yields the caller. Raises NotAuthenticated when certificate and token are of two agencies,
    Refused when the token lacks the scope."""
    token = Depends(require_token(verifier, scope=scope))

    def asker(request: Request, claims: Claims = token) -> Asker:
        oin = client_oin(request)
        if claims.all.get("oin") != oin:
            raise NotAuthenticated(
                code="certificaat-en-token-verschillen",
                detail_nl="Het certificaat en het token zijn van verschillende organisaties.",
                detail_en="The certificate and the token belong to different organisations.",
            )
        return Asker(oin=oin, trace_id=request.state.trace_id)

    return asker
