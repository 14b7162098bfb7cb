"""A server on loopback that leaves nothing behind: its conversations end with it.

Threads and blocking sockets, so that whatever a test does to its own event loop does nothing to the server.
"""

import contextlib
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Self

ACCEPT_EVERY_S = 0.05


class Sink(ABC):
    """Listens while `running`; `port` is where."""

    port: int = 0

    @abstractmethod
    def talk(self, connection: socket.socket) -> None:
        """One conversation. Returning or an OSError ends it. The sink closes the connection."""

    @contextlib.asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None) -> AsyncIterator[Self]:
        stopped = threading.Event()
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(ACCEPT_EVERY_S)
        self.port = listener.getsockname()[1]
        server = threading.Thread(target=self._accept, args=(listener, tls, stopped))
        server.start()
        try:
            yield self
        finally:
            stopped.set()
            server.join()
            listener.close()

    def _accept(self, listener: socket.socket, tls: ssl.SSLContext | None, stopped: threading.Event) -> None:
        conversations: list[tuple[threading.Thread, socket.socket]] = []
        while not stopped.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                connection.settimeout(None)
                thread = threading.Thread(target=self._converse, args=(connection, tls))
                thread.start()
                conversations.append((thread, connection))
        for thread, connection in conversations:
            with contextlib.suppress(OSError):  # it was over already
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _converse(self, plain: socket.socket, tls: ssl.SSLContext | None) -> None:
        with plain, contextlib.suppress(OSError):
            if tls is None:
                self.talk(plain)
            elif plain.recv(1, socket.MSG_PEEK):
                # Who was gone before its first byte is not wrapped: `ssl` would leave that socket open.
                # The wrapped socket takes the descriptor over; a duplicate keeps `plain` able to hang up.
                with tls.wrap_socket(plain.dup(), server_side=True) as wrapped:
                    self.talk(wrapped)
