"""An HTTP session for opa-python-client with limits: the client's own has none that can be set.

Source: limits measured for opa-python-client 3.0.0: unbounded pool and answer size, redirects followed,
retries of POST on its own schedule, raw aiohttp errors.
"""

import json
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from opa_client.opa_async import AsyncOpaClient

MAX_CONNECTIONS: Final = 64  # more than this only queues inside OPA, which uses every core already
MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024  # 25 fields for 40 recipients, with texts, is below 1 MB


# The client library has no types; what it takes and gives is typed here and in client.py.
_untyped: Callable[..., AsyncOpaClient] = AsyncOpaClient


class OddAnswer(Exception):
    """The answer is no JSON document as OPA writes it. Internal to this package."""


class _BoundedResponse(aiohttp.ClientResponse):
    """Reads at most MAX_ANSWER_BYTES, and only strict JSON: no NaN, no key twice."""

    async def read(self) -> bytes:
        if self._body is None:
            parts = bytearray()
            async for part in self.content.iter_chunked(65536):
                parts += part
                if len(parts) > MAX_ANSWER_BYTES:
                    self.close()
                    raise OddAnswer("answer too large")
            self._body = bytes(parts)
        return self._body

    async def json(
        self,
        *,
        encoding: str | None = None,
        loads: Callable[[str], Any] = json.loads,
        content_type: str | None = "application/json",
    ) -> Any:
        del encoding, loads  # OPA answers in UTF-8; the client passes nothing
        if self.content_type != content_type:
            raise OddAnswer("another media type")
        try:
            return json.loads(
                (await self.read()).decode("utf-8"),
                object_pairs_hook=_each_key_once,
                parse_constant=_no_constant,
            )
        except (ValueError, RecursionError) as error:
            raise OddAnswer("not JSON") from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key twice")
    return read


def _no_constant(name: str) -> Any:
    raise ValueError(name)


async def _refuse_redirect(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, _params: aiohttp.TraceRequestRedirectParams
) -> None:
    raise OddAnswer("redirect")


async def open_client(host: str, port: int, *, timeout_s: float) -> AsyncOpaClient:
    """A client that never retries on its own and never waits longer than `timeout_s`. Close it after use."""
    client: AsyncOpaClient = _untyped(host=host, port=port, retries=0, timeout=timeout_s)
    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(_refuse_redirect)
    client._session = aiohttp.ClientSession(  # noqa: SLF001 - the only way to set limits (limits of 3.0.0)
        connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS),
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        response_class=_BoundedResponse,
        trace_configs=[tracing],
        trust_env=False,
    )
    return client


async def close_client(client: AsyncOpaClient) -> None:
    """Close every connection. The client cannot be used after."""
    close: Callable[[], Awaitable[None]] = client.close_connection
    await close()
