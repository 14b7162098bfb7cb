"""Makes the FastAPI application that every HTTP face of Schakel starts from. Adds no resource of its own.

Source: NL API Design Rules 2.2: no redirect of a trailing slash, 400 instead of 422, a public `openapi.json`.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.web.body_limit import BodyLimit
from gateway.web.handlers import add_problem_handlers
from gateway.web.headers import ResponseHeaders
from gateway.web.openapi import API_BASE, openapi_document

__all__ = ["API_BASE", "CONTACT", "create_app"]

CONTACT = {
    "name": "Beheer van Schakel",
    "email": "beheer@schakel.example",
    "url": "https://schakel.example/contact",
}

# A submission holds one sealed copy per recipient, each padded to at most 256 KiB (design: sealing); NATS
# takes 8 MB. A path for documents gets a larger one in `body_limit_below`.
BODY_LIMIT_BYTES = 8 * 1024 * 1024


def create_app(
    *,
    title: str,
    version: str,
    description: str,
    server_url: str = "https://schakel.example",
    body_limit_bytes: int = BODY_LIMIT_BYTES,
    body_limit_below: Mapping[str, int] | None = None,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
) -> FastAPI:
    """An application without resources: include routers with `prefix=API_BASE`.

    Routes outside `API_BASE` (discovery documents, health, pages) work, and are no part of the published
    document. `version` is the full SemVer version of the API, `server_url` its public https address without
    path.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        contact=CONTACT,
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        separate_input_output_schemas=False,
    )
    add_problem_handlers(app)
    app.add_middleware(BodyLimit, limit_bytes=body_limit_bytes, limit_below=body_limit_below or {})
    app.add_middleware(ResponseHeaders, api_version=version)
    _publish_document(app, server_url)
    return app


def _operation_id(route: APIRoute) -> str:
    """`lees_bericht` becomes `leesBericht`; two routes of one application never share a function name."""
    head, *tail = route.name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def _publish_document(app: FastAPI, server_url: str) -> None:
    """`openapi.json` below the base path and at the root: no authentication, readable from any origin."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi_document(app, server_url=server_url)
        return app.openapi_schema

    async def publish(_: Request) -> Response:
        return JSONResponse(app.openapi(), headers={"Access-Control-Allow-Origin": "*"})

    # Pages of tools and tests call `app.openapi()`: they must see the document that is published.
    app.openapi = document  # type: ignore[method-assign]
    for path in (API_BASE + "/openapi.json", "/openapi.json"):
        app.add_route(path, publish, methods=["GET"], include_in_schema=False)
