"""The floor of an HTTPS door: bare uvicorn, on a process of its own, that validates the bytes of a submission.

No TLS, no token, no framework, no signature: only what any door in Python does with such a body.
"""

import asyncio
import socket
import sys
from typing import Any, Final

import aiohttp
import uvicorn

from gateway.protocol.submission import identity_of

_READY_WITHIN_S: Final = 60.0


async def bare_http(session: aiohttp.ClientSession, body: bytes, *, rounds: int) -> list[float]:
    """Times of `rounds` posts in milliseconds. Raises TimeoutError when the server does not start."""
    from gateway.local.bench.timing import timed_ms  # noqa: PLC0415 - the server process need not load it

    port = _free_port()
    server = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, str(port))
    url = f"http://127.0.0.1:{port}/"

    async def post() -> None:
        async with session.post(url, data=body) as answer:
            await answer.read()
            answer.raise_for_status()

    try:
        await _ready(post)
        return [await timed_ms(post) for _ in range(rounds)]
    finally:
        server.terminate()
        await server.wait()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body, validates it and answers 200."""
    if scope["type"] != "http":
        raise ValueError("only HTTP")
    body, more = b"", True
    while more:
        part = await receive()
        body += part.get("body", b"")
        more = part.get("more_body", False)
    identity_of(body)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def _ready(post: Any) -> None:
    async with asyncio.timeout(_READY_WITHIN_S):
        while True:
            try:
                await post()
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
            else:
                return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    uvicorn.run(application, port=int(sys.argv[1]), lifespan="off", access_log=False, log_level="error")
