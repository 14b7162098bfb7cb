"""Which policy a command asks: a running OPA, a folder of rules, or a bundle; each through the hub's own door."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final

from gateway.hub.policy.bundle import unpacked_policies
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.own_opa import OpaError, RunningOpa, find_opa, own_opa

# A command may wait longer than a hub: on a busy machine a slow answer is still an answer.
_TIMEOUT_S: Final = 30.0


@asynccontextmanager
async def running(address: str) -> AsyncIterator[DecisionPoint]:
    """The OPA at HOST:PORT, with the revision that it says it has. Raises OpaError."""
    host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
    if not host or not port.isdecimal():
        raise OpaError(f"{address} is geen HOST:POORT")
    found = await find_opa(host, int(port))
    async with _door(found) as point:
        yield point


@asynccontextmanager
async def started(policies: Path, opa: Path) -> AsyncIterator[DecisionPoint]:
    """An OPA of one's own on a folder of rules or on a bundle file. Raises OpaError, BundleError."""
    with tempfile.TemporaryDirectory(prefix="schakel-regels-") as place:
        folder = await asyncio.to_thread(_as_folder, policies, Path(place))
        async with own_opa(opa, folder) as found, _door(found) as point:
            yield point


def _as_folder(policies: Path, place: Path) -> Path:
    if policies.is_dir():
        return policies
    unpacked_policies(policies.read_bytes(), place)
    return place


def either(where: str, opa: Path) -> AbstractAsyncContextManager[DecisionPoint]:
    """What `where` names: a folder or bundle that exists, else HOST:PORT."""
    place = Path(where)
    return started(place, opa) if place.exists() else running(where)


@asynccontextmanager
async def _door(found: RunningOpa) -> AsyncIterator[DecisionPoint]:
    async with DecisionPoint(
        host=found.host, port=found.port, revision=found.revision, timeout_s=_TIMEOUT_S
    ) as point:
        yield point
