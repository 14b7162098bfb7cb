"""A small HTTPS server that keeps the requests that it gets, with faults on demand."""

import socket
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

    def talk(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            path = reader.readline().split()[1].decode("ascii")
            headers = {}
            while line := reader.readline().strip().decode("ascii"):
                name, _, value = line.partition(": ")
                headers[name.lower()] = value
            body = reader.read(int(headers["content-length"]))
            self.got.append(Got(path=path, headers=headers, body=body))
            if self.status is None:
                reader.read(1)
            elif self.status:
                answer = f"HTTP/1.1 {self.status} x\r\ncontent-length: 0\r\nconnection: close\r\n".encode()
                connection.sendall(answer + self.extra + b"\r\n")
