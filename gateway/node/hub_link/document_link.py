"""Sealed documents to and from the hub, by HTTPS and in pieces: from a file and to a file, never whole in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import httpx2

from gateway.domain.errors import Unavailable
from gateway.node.hub_link.https_link import HubAddress, answer_of, tls_context
from gateway.node.hub_link.hub_token import HubToken, TokenRefused
from gateway.node.hub_link.link import HubUnreachable
from gateway.protocol.byte_stream import PIECE
from gateway.protocol.document import MAX_PART, too_large
from gateway.protocol.exchange import Answer
from gateway.protocol.files import write_pieces
from gateway.protocol.keys import SigningKey
from gateway.web.traces import outgoing_headers

BYTES: Final = "application/octet-stream"
CONNECT_WITHIN_S: Final = 20.0
SILENT_FOR_S: Final = 60.0
WITHIN_S: Final = 900.0  # 20 MB over a line of 200 kbit/s
RETRY_AFTER_S: Final = 5


class DocumentHub(Protocol):
    """Both raise HubUnreachable without an answer; the same call may then be made again."""

    async def put(self, copy_id: str, field: str, part: Path) -> Answer:
        """Sends the file. An answer that is a problem is returned like any other."""
        ...

    async def fetch(self, copy_id: str, field: str, into: Path) -> Answer:
        """With status 200 the file `into` is there and whole. Raises PayloadTooLarge, and OSError when it cannot be
        written."""
        ...

    async def close(self) -> None: ...


class NoDocumentHub:
    """For a node without an HTTPS way to the hub: documents wait until it has one."""

    async def put(self, copy_id: str, field: str, part: Path) -> Answer:  # noqa: ARG002
        raise _not_set_up()

    async def fetch(self, copy_id: str, field: str, into: Path) -> Answer:  # noqa: ARG002
        raise _not_set_up()

    async def close(self) -> None:
        return None


class HttpsDocuments:
    """The hub's documents over HTTP/1.1 with TLS 1.3 and a token bound to the agency's certificate."""

    def __init__(
        self, address: HubAddress, oin: str, *, signing_key: SigningKey, clock: Callable[[], datetime]
    ) -> None:
        self._client = httpx2.AsyncClient(
            base_url=address.url,
            verify=tls_context(address),
            timeout=httpx2.Timeout(SILENT_FOR_S, connect=CONNECT_WITHIN_S),
            follow_redirects=False,
        )
        self._token = HubToken(self._client, address.url, oin, signing_key=signing_key, clock=clock)

    async def put(self, copy_id: str, field: str, part: Path) -> Answer:
        async def send() -> Answer:
            headers = await self._headers() | {
                "Content-Type": BYTES,
                "Content-Length": str(_size(part)),
            }
            return answer_of(
                await self._client.put(_path(copy_id, field), content=_pieces(part), headers=headers)
            )

        return await self._tried(send)

    async def fetch(self, copy_id: str, field: str, into: Path) -> Answer:
        async def get() -> Answer:
            request = self._client.build_request("GET", _path(copy_id, field), headers=await self._headers())
            response = await self._client.send(request, stream=True)
            try:
                if response.status_code == 200:
                    await write_pieces(into, _limited(response))
                    return Answer(200, {})
                await response.aread()
                return answer_of(response)
            finally:
                await response.aclose()

        return await self._tried(get)

    async def close(self) -> None:
        await self._client.aclose()

    async def _tried(self, attempt: Callable[[], Awaitable[Answer]]) -> Answer:
        """Once more with a new token when the first was refused."""
        try:
            async with asyncio.timeout(WITHIN_S):
                answer = await attempt()
                if answer.status == 401:
                    self._token.forget()
                    answer = await attempt()
                return answer
        except (httpx2.HTTPError, TimeoutError, TokenRefused) as error:
            raise HubUnreachable(retry_after_s=RETRY_AFTER_S) from error

    async def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self._token.current()}", **outgoing_headers()}


def _path(copy_id: str, field: str) -> str:
    return f"/v1/kopieen/{copy_id}/documenten/{field}"


def _size(part: Path) -> int:
    return part.stat().st_size


async def _pieces(part: Path) -> AsyncIterator[bytes]:
    with part.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


async def _limited(response: httpx2.Response) -> AsyncIterator[bytes]:
    size = 0
    async for piece in response.aiter_raw(PIECE):
        size += len(piece)
        if size > MAX_PART:
            raise too_large()
        yield piece


def _not_set_up() -> Unavailable:
    return Unavailable(
        retry_after_s=RETRY_AFTER_S,
        code="documenten-niet-ingericht",
        detail_nl="Dit knooppunt heeft geen HTTPS-verbinding met de hub voor documenten.",
        detail_en="This node has no HTTPS connection to the hub for documents.",
    )
