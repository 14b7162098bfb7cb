"""Turns every exception that reaches the application into a problem; nothing raw leaves.

Unexpected exceptions are not handled here but in `headers`, the outermost layer.
"""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from gateway.domain.errors import SchakelError
from gateway.web.invalid_input import invalid_input
from gateway.web.negotiation import language_of
from gateway.web.problem_response import problem_response
from gateway.web.problems import problem_of, problem_of_status

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def add_problem_handlers(app: FastAPI) -> None:
    """Every error of the domain, of validation and of HTTP is answered as problem+json."""
    app.exception_handler(SchakelError)(_on_schakel_error)
    app.exception_handler(RequestValidationError)(_on_validation_error)
    app.exception_handler(HTTPException)(_on_http_exception)


async def _on_schakel_error(request: Request, exc: SchakelError) -> Response:
    return _answer(request, exc)


async def _on_validation_error(request: Request, exc: RequestValidationError) -> Response:
    """400 with all causes (/core/error-handling/invalid-input), or 415 when the body was not JSON at all."""
    body_is_wrong = any(error["loc"][:1] == ("body",) for error in exc.errors())
    if body_is_wrong and exc.body and not _is_json(request.headers.get("content-type")):
        return _answer_status(request, 415)
    return _answer(request, invalid_input(exc.errors()))


async def _on_http_exception(request: Request, exc: HTTPException) -> Response:
    headers = dict(exc.headers or {})
    if exc.status_code == 405:
        headers["Allow"] = ", ".join(_allowed_methods(request))
    return _answer_status(request, exc.status_code, headers)


def _answer(request: Request, error: SchakelError) -> Response:
    return problem_response(
        problem_of(
            error,
            instance=request.url.path,
            trace_id=request.state.trace_id,
            language=language_of(request.headers.get("accept-language")),
        )
    )


def _answer_status(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    return problem_response(
        problem_of_status(
            status,
            instance=request.url.path,
            trace_id=request.state.trace_id,
            language=language_of(request.headers.get("accept-language")),
            headers=headers,
        )
    )


def _is_json(content_type: str | None) -> bool:
    media_type = (content_type or "").partition(";")[0].strip().lower()
    main, _, sub = media_type.partition("/")
    return main == "application" and (sub == "json" or sub.endswith("+json"))


def _allowed_methods(request: Request) -> list[str]:
    """All methods of the path (RFC 9110 15.5.6); Starlette's own header names only the first route's."""
    routes = request.app.router.routes
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
