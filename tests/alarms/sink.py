"""A server on loopback that leaves nothing behind: its conversations end with it."""

import asyncio
import contextlib
import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Self


class Sink(ABC):
    """Listens while `running`; `port` is where."""

    port: int = 0

    @abstractmethod
    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None: ...

    @contextlib.asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None) -> AsyncIterator[Self]:
        conversations: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            conversations[task] = writer
            with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
                await self.talk(reader, writer)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
                await writer.wait_closed()

        server = await asyncio.start_server(
            serve, "127.0.0.1", 0, ssl=tls, ssl_shutdown_timeout=1 if tls else None
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            async with server:
                yield self
        finally:
            for writer in conversations.values():
                writer.transport.abort()
            await asyncio.gather(*conversations)
