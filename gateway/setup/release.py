"""An official release, used only when its bytes hash to the pinned checksum."""

import hashlib
import shutil
import tarfile
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from gateway.setup.errors import SourceFailed
from gateway.setup.pins import Pin, this_platform

CONNECT_TIMEOUT_S = 3.0  # without a way out, the next source must get its turn at once
READ_TIMEOUT_S = 30.0  # between two reads, on a slow line
CHUNK_BYTES = 1 << 20


def fetch_release(pin: Pin, target: Path, say: Callable[[str], None]) -> None:
    """Writes the pinned program to `target`.

    Raises SourceFailed when no checksum is pinned for this platform, the release cannot be reached within
    CONNECT_TIMEOUT_S, or its bytes are not the pinned ones (then nothing of it is kept).
    """
    platform_name = this_platform()
    expected = pin.sha256.get(platform_name)
    if expected is None:
        raise SourceFailed(f"no checksum is pinned for {platform_name}, so the release is not used")
    archive = target.with_name(target.name + ".download")
    say("downloading the official release")
    download(pin.url(platform_name), archive)
    found = sha256_of(archive)
    if found != expected:
        archive.unlink()
        raise SourceFailed(f"{pin.url(platform_name)} hashes to {found}, pinned is {expected}")
    extract(archive, pin.member(platform_name), target)
    archive.unlink(missing_ok=True)


def download(url: str, target: Path) -> None:
    """Writes what `url` serves to `target`. Raises SourceFailed when it cannot be had."""
    try:
        with _opened(url) as response, target.open("wb") as out:
            shutil.copyfileobj(response, out, CHUNK_BYTES)
    except (OSError, HTTPException) as error:
        raise SourceFailed(f"{url} cannot be reached ({error})") from error


def _opened(url: str) -> HTTPResponse:
    # A thread, because the time to resolve a name is bounded by nothing else.
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        opening = pool.submit(urllib.request.urlopen, url, timeout=READ_TIMEOUT_S)  # load_pins saw to https
        response: HTTPResponse = opening.result(timeout=CONNECT_TIMEOUT_S)
    except TookTooLong:
        raise SourceFailed(f"{url} did not answer within {CONNECT_TIMEOUT_S:.0f} s") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return response


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def extract(archive: Path, member: str | None, target: Path) -> None:
    """Writes one program out of a verified release to `target`, executable.

    Only the one named regular file is read, and it is written where we say, whatever path the archive gives.
    """
    if member is None:
        archive.rename(target)
    else:
        try:
            with tarfile.open(archive) as tar:
                source = tar.extractfile(member)
                if source is None:
                    raise SourceFailed(f"{member} is not a file in {archive.name}")
                with target.open("wb") as out:
                    shutil.copyfileobj(source, out, CHUNK_BYTES)
        except (KeyError, tarfile.TarError) as error:
            raise SourceFailed(f"{archive.name} holds no {member}") from error
    target.chmod(0o755)
