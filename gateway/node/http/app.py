"""The node's application: every resource under /v1, and /health beside it."""

from typing import Final

from fastapi import FastAPI

from gateway.node.http.berichten import berichten_router
from gateway.node.http.content_models import add_content_models
from gateway.node.http.diensten import diensten_router
from gateway.node.http.documenten import BODY_LIMITS, documenten_router
from gateway.node.http.goedkeuringen import goedkeuringen_router
from gateway.node.http.identity import annotated_person
from gateway.node.http.klokken import klokken_router
from gateway.node.http.noodopeningen import noodopeningen_router
from gateway.node.http.postvak import postvak_router
from gateway.node.http.registers import registers_router
from gateway.node.http.terughalen import terughalen_router
from gateway.node.http.zaakwijzigingen import zaakwijzigingen_router
from gateway.node.http.zaken import zaken_router
from gateway.node.usecases.health import health_of
from gateway.node.usecases.parts import Parts
from gateway.web.app import API_BASE, create_app
from gateway.web.tokens import TokenVerifier
from gateway.web.traces import Tracing

VERSION: Final = "1.0.0"
DESCRIPTION: Final = (
    "Het knooppunt van een organisatie: berichten versturen en ontvangen, lezen met een doel, en zien wat is "
    "weggelaten en waarom."
)


_ROUTERS: Final = (
    berichten_router,
    documenten_router,
    terughalen_router,
    postvak_router,
    zaken_router,
    klokken_router,
    zaakwijzigingen_router,
    goedkeuringen_router,
    noodopeningen_router,
    diensten_router,
    registers_router,
)


def node_app(parts: Parts, verifier: TokenVerifier, *, public_url: str) -> FastAPI:
    """The application of one agency's node. `verifier` checks tokens of that agency's own identity provider."""
    app = create_app(
        title="Schakel, knooppunt",
        version=VERSION,
        description=DESCRIPTION,
        server_url=public_url,
        body_limit_below=BODY_LIMITS,
    )
    add_content_models(app)
    person_type = annotated_person(parts, verifier)
    for router in _ROUTERS:
        app.include_router(router(parts, person_type), prefix=API_BASE)

    @app.get("/health", include_in_schema=False)
    async def health() -> dict[str, object]:
        return await health_of(parts)

    app.add_middleware(Tracing)
    return app
