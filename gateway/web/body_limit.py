"""ASGI middleware: a request body above the limit is 413, whether it announces its length or not.

Not FastAPI's `max_body_size`: that answers in plain text, outside the application's handlers.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Bounds what the application reads of one request, in bytes."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int, limit_below: Mapping[str, int]) -> None:
        """`limit_below` gives another limit to paths that begin with its key; the longest key that fits holds."""
        self._app = app
        self._limit_bytes = limit_bytes
        self._limit_below = sorted(limit_below.items(), key=lambda entry: -len(entry[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request. The refusal reaches the application where it reads the body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, announced, received = self._limit_of(scope["path"]), _content_length(scope), 0

        async def receive_within_limit() -> Message:
            nonlocal received
            if announced <= limit:
                message = await receive()
                received += len(message.get("body", b""))
                if received <= limit:
                    return message
            # An HTTPException, because FastAPI turns any other exception while reading into 400. A body without a
            # length has no end that the server could wait for.
            raise HTTPException(413, headers=None if announced else {"Connection": "close"})

        await self._app(scope, receive_within_limit, send)

    def _limit_of(self, path: str) -> int:
        return next(
            (limit for start, limit in self._limit_below if path.startswith(start)), self._limit_bytes
        )


def _content_length(scope: Scope) -> int:
    """The announced length, 0 when there is none; the server has checked that it is a number."""
    text = Headers(scope=scope).get("content-length", "0")
    return int(text) if text.isascii() and text.isdigit() else 0
