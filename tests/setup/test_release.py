"""A release is used only when its bytes are the pinned ones; the server here is a real one on loopback."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gateway.setup import release
from gateway.setup.errors import SourceFailed
from gateway.setup.pin_release import PLATFORMS
from gateway.setup.pins import Pin, load_pins, this_platform
from tests.servers import free_port

PROGRAM = b"#!/bin/sh\necho v2.15.2\n"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name is the base class's)
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address that serves it."""
    folder = tmp_path / "site"
    folder.mkdir()
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *args, **kwargs: _Quiet(*args, directory=str(folder), **kwargs)
    )
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _archive(member: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo(member)
        info.size = len(PROGRAM)
        tar.addfile(info, io.BytesIO(PROGRAM))
    return buffer.getvalue()


def _pin(url: str, archive: bytes, member: str | None = "top/nats-server") -> Pin:
    return replace(
        load_pins()["nats-server"],
        release_url=url,
        release_member=member,
        sha256={this_platform(): hashlib.sha256(archive).hexdigest()},
    )


def _silent(_: str) -> None:
    pass


def test_a_release_with_the_pinned_checksum_becomes_an_executable(
    site: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = site
    archive = _archive("top/nats-server")
    (folder / "release.tar.gz").write_bytes(archive)
    target = tmp_path / "nats-server"
    release.fetch_release(_pin(f"{address}/release.tar.gz", archive), target, _silent)
    assert target.read_bytes() == PROGRAM
    assert target.stat().st_mode & 0o777 == 0o755
    assert not target.with_name("nats-server.download").exists()


def test_a_release_that_is_the_program_itself_needs_no_archive(
    site: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = site
    (folder / "program").write_bytes(PROGRAM)
    target = tmp_path / "opa"
    release.fetch_release(_pin(f"{address}/program", PROGRAM, member=None), target, _silent)
    assert target.read_bytes() == PROGRAM


def test_one_changed_byte_refuses_the_release_and_keeps_nothing(
    site: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = site
    archive = bytearray(_archive("top/nats-server"))
    pin = _pin(f"{address}/release.tar.gz", bytes(archive))
    archive[len(archive) // 2] ^= 1
    (folder / "release.tar.gz").write_bytes(archive)
    target = tmp_path / "work" / "nats-server"
    target.parent.mkdir()
    with pytest.raises(SourceFailed, match=r"hashes to .*, pinned is"):
        release.fetch_release(pin, target, _silent)
    assert list(target.parent.iterdir()) == []


def test_a_release_without_a_pinned_checksum_is_never_asked_for(tmp_path: Path) -> None:
    # No server listens here: had it been asked, the refusal would name the connection.
    pin = replace(_pin(f"http://127.0.0.1:{free_port()}/x", b""), sha256={})
    with pytest.raises(SourceFailed, match="no checksum is pinned"):
        release.fetch_release(pin, tmp_path / "nats-server", _silent)


def test_a_release_that_cannot_be_reached_is_said_so(tmp_path: Path) -> None:
    pin = _pin(f"http://127.0.0.1:{free_port()}/x", b"")
    with pytest.raises(SourceFailed, match="cannot be reached"):
        release.fetch_release(pin, tmp_path / "nats-server", _silent)


@pytest.mark.parametrize("member", ["other/nats-server", "../../nats-server"])
def test_an_archive_without_the_named_program_is_refused_and_writes_nowhere_else(
    site: tuple[Path, str], tmp_path: Path, member: str
) -> None:
    folder, address = site
    archive = _archive(member)
    (folder / "release.tar.gz").write_bytes(archive)
    target = tmp_path / "deep" / "work" / "nats-server"
    target.parent.mkdir(parents=True)
    with pytest.raises(SourceFailed, match="holds no top/nats-server"):
        release.fetch_release(_pin(f"{address}/release.tar.gz", archive), target, _silent)
    assert not (tmp_path / "nats-server").exists()
    assert not target.exists()


def test_every_pinned_checksum_is_a_sha256_of_a_platform_that_is_pinned() -> None:
    for pin in load_pins().values():
        assert set(pin.sha256) <= set(PLATFORMS), pin.name
        for digest in pin.sha256.values():
            assert len(bytes.fromhex(digest)) == 32, pin.name
