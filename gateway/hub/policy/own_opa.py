"""An OPA of one's own for a command: built, signed and closed as the real one, on a free port, always stopped."""

import asyncio
import os
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from joserfc.jwk import ECKey

from gateway.hub.policy.bundle import build_bundle
from gateway.hub.policy.server import OPA_ENVIRONMENT, opa_command
from gateway.hub.policy.signing import PolicyKey

READY_WITHIN_S: Final = 60.0  # under 2 s on a quiet machine
_STOPPED_WITHIN_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.05


class OpaError(Exception):
    """OPA did not start, or does not answer as one of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningOpa:
    """Where an OPA answers, and the revision it decides with."""

    host: str
    port: int
    revision: str


@asynccontextmanager
async def own_opa(opa: Path, policies: Path) -> AsyncIterator[RunningOpa]:
    """Run the program `opa` with the policies of a folder, signed with a key that exists only here.

    Raises OpaError with OPA's own words when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="schakel-opa-") as place:
        folder = Path(place)
        key = PolicyKey(ECKey.generate_key("P-256", private=True))
        bundle = build_bundle(policies, folder / "bundel.tar.gz", key=key, number=0)
        public = folder / "sleutel.pem"
        public.write_bytes(key.public_pem())
        port = _free_port()
        command = opa_command(opa, bundle=folder / "bundel.tar.gz", public_key=public, port=port)
        with (folder / "opa.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | OPA_ENVIRONMENT,
            )
        try:
            await _ready(process, port, folder / "opa.log")
            yield RunningOpa(host="127.0.0.1", port=port, revision=str(bundle.revision))
        finally:
            await _stop(process)


async def find_opa(host: str, port: int) -> RunningOpa:
    """The OPA that answers there, with the revision that it says it has. Raises OpaError."""
    url = f"http://{host}:{port}/v1/data/schakel/manifest"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(url) as answer,
        ):
            document = await answer.json()
        return RunningOpa(host=host, port=port, revision=str(document["result"]["revision"]))
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise OpaError(f"{host}:{port} does not answer with a revision of the policies") from error


async def _ready(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    url = f"http://127.0.0.1:{port}/health"
    try:
        async with asyncio.timeout(READY_WITHIN_S), aiohttp.ClientSession() as session:
            while process.returncode is None:
                with suppress(aiohttp.ClientError):
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError as error:
        raise OpaError(f"OPA was not ready within {READY_WITHIN_S:.0f} s") from error
    said = await asyncio.to_thread(log.read_text, "utf-8", "replace")
    raise OpaError(f"OPA ended before it was ready: {said}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_STOPPED_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
