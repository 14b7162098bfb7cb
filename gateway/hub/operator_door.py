"""The operator's door to a hub that owns its SQLite file: a Unix socket beside that file, for whoever may read it.

One process owns the file, so what an operator changes must be changed by the hub that runs. The kernel says who
connects: only the hub's own user, and root. One JSON object a line each way, one question a connection. On PostgreSQL
nobody owns the database, and commands write to it themselves.
"""

import asyncio
import json
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gateway.domain.errors import InvalidInput, SchakelError, Unavailable
from gateway.domain.identifiers import StaffRef, parse_staff_ref, parse_uuid

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 4096
WITHIN_S: Final = 30.0
_CREDENTIALS: Final = struct.Struct("3i")  # pid, uid, gid (struct ucred, unix(7))

Replay = Callable[[str, StaffRef], Awaitable[None]]
"""Offers the copy again, on the word of that person."""


class NoRunningHub(Exception):
    """Nobody listens at the socket."""


class OperatorDoor:
    """Listens from `open` to `close`. `replay` raises SchakelError when it refuses."""

    def __init__(self, path: Path, replay: Replay) -> None:
        self._path = path
        self._replay = replay
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Call it only as the owner of the database: a socket that is there was left behind by a dead hub."""
        self._path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.setblocking(False)  # noqa: FBT003 - the standard library takes it by position
        before = os.umask(0o177)
        try:
            with _short(self._path) as address:
                listening.bind(address)
        finally:
            os.umask(before)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=MOST_BYTES)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                if _peer(writer) not in (0, os.geteuid()):
                    logger.warning("somebody else knocked at the operator's door")
                    return
                answer = await self._answer(await reader.readline())
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, OSError) as error:
            logger.warning("a question of the operator was not answered: %s", type(error).__name__)
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, str]:
        try:
            copy_id, staff = _read(line)
            await self._replay(copy_id, staff)
        except SchakelError as error:
            return {"fout": error.code, "detail": error.detail_nl}
        return {"kopie": copy_id}


def ask_running_hub(path: Path, copy_id: str, staff: str) -> None:
    """Has the hub that runs offer the copy again.

    Raises NoRunningHub; SchakelError with what the hub refuses it with.
    """
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(WITHIN_S)
        try:
            with _short(path) as address:
                link.connect(address)
        except OSError as error:
            raise NoRunningHub(str(path)) from error
        try:
            link.sendall(json.dumps({"opnieuw": copy_id, "medewerker": staff}).encode() + b"\n")
            with link.makefile("rb") as answers:
                answer = json.loads(answers.readline(MOST_BYTES) or b"{}")
        except (OSError, ValueError) as error:
            raise Unavailable(retry_after_s=1, code="hub-antwoordt-niet") from error
    if answer.get("kopie") != copy_id:
        raise SchakelError(
            code=answer.get("fout", "hub-antwoordt-niet"),
            detail_nl=answer.get("detail", "De hub geeft geen antwoord."),
        )


def _read(line: bytes) -> tuple[str, StaffRef]:
    try:
        question: Any = json.loads(line)
        return parse_uuid(question["opnieuw"]), parse_staff_ref(question["medewerker"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput from error


def _peer(writer: asyncio.StreamWriter) -> int:
    """The user id of whoever connected, as the kernel knows it."""
    link = writer.get_extra_info("socket")
    _, uid, _ = _CREDENTIALS.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return int(uid)


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """An address of the socket that fits: the kernel takes 107 bytes, and a data folder may be deeper."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
