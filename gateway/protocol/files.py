"""Files of documents: read in pieces, and written so that a file is there whole or not at all."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Final

from gateway.protocol.byte_stream import PIECE

UNFINISHED: Final = ".deel"
"""How the name of a file ends that is being written; a start removes what an older process left."""


def pieces_of(path: Path, *, skip: int = 0) -> Iterator[bytes]:
    """The bytes of a file from `skip` on. Raises OSError."""
    with path.open("rb") as file:
        file.seek(skip)
        while piece := file.read(PIECE):
            yield piece


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """The file exists with all pieces, synced, or not at all, also when the machine stops. Raises OSError and whatever
    the pieces raise."""
    part = unfinished(path)
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(part, path)
    finally:
        part.unlink(missing_ok=True)


async def write_pieces(path: Path, pieces: AsyncIterator[bytes]) -> None:
    """As `write_whole`, for pieces that come over a connection."""
    part = unfinished(path)
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        put_in_place(part, path)
    finally:
        part.unlink(missing_ok=True)


def unfinished(path: Path) -> Path:
    """A name beside `path` that nobody else writes to."""
    return path.with_name(f"{path.name}.{secrets.token_hex(8)}{UNFINISHED}")


def put_in_place(part: Path, path: Path) -> None:
    """Gives a synced file its name, for good."""
    part.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_unfinished(folder: Path) -> None:
    """Removes what was being written when an older process died. Only for a folder that one process writes to."""
    for part in folder.rglob(f"*{UNFINISHED}"):
        part.unlink(missing_ok=True)
