"""The HTTPS application of the hub: every router at its place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from fastapi import APIRouter, FastAPI

from gateway.hub.http.documents import BODY_LIMIT, DOCUMENTS_BELOW
from gateway.hub.http.evidence import evidence_router
from gateway.hub.http.exchange import exchange_router
from gateway.hub.http.health import Check, health_router
from gateway.hub.http.public_record import public_record_router
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.parts import Parts
from gateway.web.app import API_BASE, create_app
from gateway.web.tokens import TokenVerifier

Application: TypeAlias = FastAPI
Router: TypeAlias = APIRouter

API_VERSION: Final = "1.0.0"


def hub_application(
    desk: Desk,
    parts: Parts,
    *,
    verifier: TokenVerifier,
    registry_document: Callable[[], bytes],
    routers: Sequence[tuple[str, Router]],
    checks: Mapping[str, Check],
    public_url: str,
) -> Application:
    """The application; `routers` are those of other parts of the hub (identity, AuthZEN), each with its prefix."""
    app = create_app(
        title="Schakel hub",
        version=API_VERSION,
        description="Beslist, routeert en bewijst berichten tussen organisaties, zonder ze te kunnen lezen.",
        server_url=public_url,
        body_limit_below={DOCUMENTS_BELOW: BODY_LIMIT},
    )
    app.include_router(exchange_router(desk, verifier), prefix=API_BASE)
    app.include_router(public_record_router(parts, verifier, registry_document), prefix=API_BASE)
    app.include_router(evidence_router(parts, verifier), prefix=API_BASE)
    for prefix, router in routers:
        app.include_router(router, prefix=prefix)
    app.include_router(health_router(checks))
    return app
