"""A small HTTPS server that keeps the requests that it gets, with faults on demand."""

import asyncio
import ssl
from dataclasses import dataclass, field

from tests.alarms.sink import Sink


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebhookSink(Sink):
    """`status` is what it answers; None never answers; 0 hangs up. `extra` is added to the answer."""

    tls: ssl.SSLContext
    status: int | None = 202
    extra: bytes = b""
    got: list[Got] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append(Got(path=head[0].split()[1], headers=headers, body=body))
        if self.status is None:
            await reader.read()
        elif self.status == 0:
            writer.transport.abort()
        else:
            writer.write(f"HTTP/1.1 {self.status} x\r\ncontent-length: 0\r\n".encode() + self.extra + b"\r\n")
            await writer.drain()
