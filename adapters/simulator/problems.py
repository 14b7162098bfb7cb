"""What a pretend agency answers when it declines: problem+json (RFC 9457) without anything of the request."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Declined(Exception):
    """The request is not granted. `detail` is Dutch and holds nothing of the request."""

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


def add_problem_handlers(app: FastAPI) -> None:
    """Every refusal, wrong request and unknown path becomes a problem."""

    async def declined(_: Request, error: Exception) -> Response:
        assert isinstance(error, Declined)  # noqa: S101 - registered for this class only
        headers = {"WWW-Authenticate": "Bearer"} if error.status is HTTPStatus.UNAUTHORIZED else None
        return _problem(error.status, error.code, error.detail, headers=headers)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        causes = [{"pointer": _pointer(each["loc"]), "code": each["type"]} for each in error.errors()]
        return _problem(HTTPStatus.BAD_REQUEST, "ongeldige-invoer", "De invoer klopt niet.", errors=causes)

    async def of_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - as above
        status = HTTPStatus(error.status_code)
        return _problem(status, f"http-{status.value}", "Dit kan hier niet.", headers=error.headers)

    app.add_exception_handler(Declined, declined)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, of_http)


def _pointer(location: tuple[int | str, ...]) -> str:
    """JSON pointer (RFC 6901) of a place in the body; FastAPI puts `body` before it."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in location[1:])
    return "".join(f"/{step}" for step in steps)


def _problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, Any]] | None = None,
) -> Response:
    body: dict[str, Any] = {"title": status.phrase, "status": status.value, "code": code, "detail": detail}
    if errors:
        body["errors"] = errors
    return JSONResponse(
        body, status_code=status.value, headers=headers, media_type="application/problem+json"
    )
