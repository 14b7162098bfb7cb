"""The HTTP side of the authorization server: token endpoint, key set and discovery.

Outside `/v1` and the OpenAPI document: shape, status and errors here are those of OAuth (RFC 6749, 8414), not
of the API Design Rules.
"""

from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.hub.identity.authority import JWKS_PATH, TOKEN_PATH, TokenAuthority
from gateway.hub.identity.authorization_server import HubAuthorizationServer
from gateway.hub.identity.token_request import TokenRequest
from gateway.web.mtls import client_certificate

FORM_TYPE = "application/x-www-form-urlencoded"
# Two JWTs of at most 8 KB and some short parameters.
MAX_FORM_BYTES = 20 * 1024
_MAX_PARAMETERS = 20
# OAuth NL GOV 1.1.0: cache headers on key sets. An hour is well below the time a retired key stays published.
_CACHE = {"Cache-Control": "public, max-age=3600"}


def identity_router(authority: TokenAuthority) -> APIRouter:
    """The four addresses of the authorization server, to be included without prefix."""
    router = APIRouter(include_in_schema=False)
    server = HubAuthorizationServer(authority)

    @router.post(TOKEN_PATH)
    async def token(request: Request) -> Response:
        form = _form(request.headers.get("content-type", ""), await request.body())
        if form is None or "grant_type" not in form:
            return _error("invalid_request", "send grant_type and each other parameter once, as a form")
        asked = TokenRequest(authority.token_endpoint, form, client_certificate(request))
        status, body, headers = await run_in_threadpool(server.respond, asked)
        if body.get("error") == "invalid_client":
            status = 401  # RFC 6749 5.2; Authlib says 400
        return JSONResponse(body, status_code=status, headers=dict(headers))

    @router.get(JWKS_PATH)
    def jwks() -> Response:
        return JSONResponse(authority.jwks(), headers=_CACHE)

    @router.get("/.well-known/oauth-authorization-server")
    @router.get("/.well-known/openid-configuration")
    def metadata() -> Response:
        return JSONResponse(authority.metadata(), headers=_CACHE)

    return router


def _form(content_type: str, body: bytes) -> dict[str, str] | None:
    """The parameters; None for no form, too many, too long, or one that occurs twice (RFC 6749 3.2)."""
    if content_type.partition(";")[0].strip().lower() != FORM_TYPE or len(body) > MAX_FORM_BYTES:
        return None
    try:
        pairs = parse_qsl(
            body.decode("ascii"), strict_parsing=True, max_num_fields=_MAX_PARAMETERS, errors="strict"
        )
    except ValueError:
        return None
    form = dict(pairs)
    return form if len(form) == len(pairs) else None


def _error(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status_code=400)
