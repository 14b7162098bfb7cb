"""Runs several pretend agencies in one process: one TLS listener each, in one event loop."""

import asyncio
import contextlib
import logging
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import uvicorn

from adapters.simulator.agency import PretendAgency, RunningAgency, open_agency
from adapters.simulator.app import create_agency_app
from adapters.simulator.peer import PeerProtocol

log = logging.getLogger(__name__)

_POLL_S = 0.02


class _Server(uvicorn.Server):
    """Leaves signals to the process: with several servers each would take them from the one before."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(agencies: Sequence[PretendAgency], *, ready: Callable[[], None] = lambda: None) -> None:
    """Serves until SIGTERM or SIGINT. Calls `ready` once, when every agency listens.

    Raises before anything listens: OSError for a port or file that cannot be had, MailboxError, StaffError.
    """
    asyncio.run(_serve_until_stopped(agencies, ready))


async def _serve_until_stopped(agencies: Sequence[PretendAgency], ready: Callable[[], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopped.set)
    async with running(agencies):
        ready()
        await stopped.wait()


@asynccontextmanager
async def running(agencies: Sequence[PretendAgency]) -> AsyncIterator[tuple[PretendAgency, ...]]:
    """The agencies with the ports that they listen on, in the same order; they stop at the end of the block.

    Raises as `serve`.
    """
    async with contextlib.AsyncExitStack() as stack:
        bound = [(agency, stack.enter_context(_bind(agency))) for agency in agencies]
        opened = [stack.enter_context(contextlib.closing(open_agency(agency))) for agency, _ in bound]
        for agency, listener in zip(opened, (listener for _, listener in bound), strict=True):
            await stack.enter_async_context(_listening(agency, listener))
        yield tuple(replace(agency, port=listener.getsockname()[1]) for agency, listener in bound)


@contextmanager
def _bind(agency: PretendAgency) -> Iterator[socket.socket]:
    """A bound socket, so that a port that is taken is an error here and not an exit of the process in uvicorn."""
    family = socket.AF_INET6 if ":" in agency.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((agency.host, agency.port))
        yield listener


@asynccontextmanager
async def _listening(agency: RunningAgency, listener: socket.socket) -> AsyncIterator[None]:
    server = _Server(_config(agency))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                task.result()  # raises what kept it from starting
                raise OSError(f"the pretend agency {agency.settings.oin} did not start")
            await asyncio.sleep(_POLL_S)
        log.info("pretend agency listens", extra={"oin": agency.settings.oin})
        yield
    finally:
        server.should_exit = True
        await task


def _config(agency: RunningAgency) -> uvicorn.Config:
    settings = agency.settings
    return uvicorn.Config(
        create_agency_app(agency),
        http=PeerProtocol,
        ws="none",
        ssl_certfile=str(settings.certificate),
        ssl_keyfile=str(settings.private_key),
        ssl_ca_certs=str(settings.authority),
        ssl_cert_reqs=int(ssl.CERT_OPTIONAL),  # people sign in without one; handing over asks for the node's
        ssl_context_factory=_tls_1_3,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )


def _tls_1_3(_: uvicorn.Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
