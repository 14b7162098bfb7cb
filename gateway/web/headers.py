"""ASGI middleware: the headers that every response carries, and the last stop for an unexpected exception.

Source: NL API Design Rules 2.2, /core/version-header and /core/transport/security-headers.
"""

import logging
import traceback
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.negotiation import language_of
from gateway.web.problem_response import problem_response
from gateway.web.problems import problem_of_status
from gateway.web.trace import trace_id_of

logger = logging.getLogger(__name__)

# One year. RFC 6797 6.1.1; the value that the NCSC web guidelines ask for at least.
_HSTS = "max-age=31536000; includeSubDomains"

_ALWAYS = {
    "Strict-Transport-Security": _HSTS,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
# A route may state its own: key sets may be cached, pages need their own styles.
_UNLESS_STATED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class ResponseHeaders:
    """Adds the headers to whatever the application answers, and answers 500 without detail when it raises."""

    def __init__(self, app: ASGIApp, *, api_version: str) -> None:
        self._app = app
        self._always: Mapping[str, str] = {"API-Version": api_version, **_ALWAYS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; lifespan and websockets pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace_id = trace_id_of(headers.get("traceparent"))
        scope.setdefault("state", {})["trace_id"] = trace_id
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._complete(MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as exc:
            # The outermost loop of a request. Not logger.exception: the text of an exception may quote
            # content.
            place = _places(exc)
            logger.error("unexpected %s, trace %s, at %s", type(exc).__name__, trace_id, place)  # noqa: TRY400
            if started:
                raise
            problem = problem_of_status(
                500,
                instance=scope["path"],
                trace_id=trace_id,
                language=language_of(headers.get("accept-language")),
            )
            await problem_response(problem)(scope, receive, send_with_headers)

    def _complete(self, headers: MutableHeaders) -> None:
        for name, value in self._always.items():
            headers[name] = value
        for name, value in _UNLESS_STATED.items():
            headers.setdefault(name, value)


def _places(exc: Exception) -> str:
    """File, line and function of each frame. Not the exception's text: it may quote content."""
    return " > ".join(
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(exc.__traceback__)
    )
