"""Gives OPA, on loopback, the activated bundle and nothing else.

OPA polls it, verifies the signature itself and swaps the whole bundle at once. What is served was verified here
first: signature, activation by two people, and that the revision did not go down (`activation.py`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.hub.policy.activation import ActivationError, PolicyFolder
from gateway.hub.policy.revision import Revision

BUNDLE_PATH: Final = "/bundel"
_MAX_REQUEST_BYTES: Final = 16 * 1024
_REQUEST_WITHIN_S: Final = 10.0

_log = logging.getLogger(__name__)


@asynccontextmanager
async def serve_bundles(folder: PolicyFolder, *, port: int = 0) -> AsyncIterator[int]:
    """Serve GET /bundel on this loopback port (0: a free one) until the block ends; yields the port."""
    service = _Service(folder)
    server = await asyncio.start_server(service.answer, "127.0.0.1", port, limit=_MAX_REQUEST_BYTES)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verified:
    revision: Revision
    archive: bytes
    stamps: tuple[_Stamp, _Stamp]


class _Service:
    def __init__(self, folder: PolicyFolder) -> None:
        self._folder = folder
        self._newest: _Verified | None = None

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the connection is closed: OPA asks once a second."""
        try:
            async with asyncio.timeout(_REQUEST_WITHIN_S):
                request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(await self._response(request))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, TimeoutError):
            _log.info("a request for the bundle was not completed")
        finally:
            writer.close()

    async def _response(self, request: str) -> bytes:
        line, *headers = request.split("\r\n")
        if line.split(" ")[:2] != ["GET", BUNDLE_PATH]:
            return _http("404 Not Found")
        try:
            bundle = await asyncio.to_thread(self._activated)
        except (ActivationError, OSError) as error:
            _log.error("no bundle to serve: %s", error)
            return _http("503 Service Unavailable")
        tag = f'"{bundle.revision}"'
        if any(
            name.lower() == "if-none-match" and value.strip() == tag for name, value in map(_split, headers)
        ):
            return _http("304 Not Modified", f"ETag: {tag}\r\n")
        return _http("200 OK", f"ETag: {tag}\r\nContent-Type: application/gzip\r\n", bundle.archive)

    def _activated(self) -> _Verified:
        known = self._newest
        if known is not None and known.stamps == self._stamps(known.revision):
            return known
        revision = self._folder.current(None if known is None else known.revision)
        stamps = self._stamps(revision)
        archive = self._folder.built(revision).read_bytes()
        self._newest = _Verified(revision=revision, archive=archive, stamps=stamps)
        return self._newest

    def _stamps(self, revision: Revision) -> tuple[_Stamp, _Stamp]:
        """What changes when a file does, so that an unchanged bundle is not verified every second."""
        return _stamp(self._folder.log), _stamp(self._folder.built(revision))


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _split(header: str) -> tuple[str, str]:
    name, _, value = header.partition(":")
    return name, value


def _http(status: str, headers: str = "", body: bytes = b"") -> bytes:
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
