"""A wire between a NATS client and its server: it counts what goes over it, and loses what it is told to lose.

It knows only the frames in which a server hands over a message, so that what it loses leaves the rest of the stream
whole, as a client sees an answer that never came.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_MESSAGE = (b"MSG ", b"HMSG ")


@dataclass(slots=True)
class Wire:
    """`asked` holds what clients sent. A message to a client that `loses` names is dropped, and counted in `lost`."""

    port: int = 0
    asked: bytearray = field(default_factory=bytearray)
    loses: Callable[[bytes], bool] = lambda _: False
    lost: int = 0
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def commits(self) -> int:
        """How many batches clients asked to store."""
        return self.asked.count(b"Nats-Batch-Commit")

    def cut(self) -> None:
        """Every connection breaks at once, as that of a process that was killed."""
        for end in list(self._ends):
            end.transport.abort()

    async def _to_server(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            self.asked += chunk
            writer.write(chunk)
            await writer.drain()

    async def _to_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            frame = line
            if line.startswith(_MESSAGE):
                frame += await reader.readexactly(int(line.split()[-1]) + 2)
                if self.loses(frame):
                    self.lost += 1
                    continue
            writer.write(frame)
            await writer.drain()

    async def _joined(
        self, server_port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", server_port, limit=1 << 24)
        ends = {writer, to_server}
        self._ends |= ends
        ways = [
            asyncio.create_task(self._to_server(reader, to_server)),
            asyncio.create_task(self._to_client(from_server, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._ends -= ends
            for end in ends:
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()


@asynccontextmanager
async def tapped_wire(server_port: int) -> AsyncIterator[Wire]:
    """A wire to the server on that port of the loopback interface, open until the end of the context."""
    wire = Wire()
    joined: set[asyncio.Task[None]] = set()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        joined.add(task)
        await wire._joined(server_port, reader, writer)

    listening = await asyncio.start_server(join, "127.0.0.1", 0)
    wire.port = listening.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        listening.close()
        wire.cut()
        await asyncio.gather(*joined, return_exceptions=True)
        await listening.wait_closed()
