"""The file of the newest revision is whole, whatever happens while it is written."""

import os
from pathlib import Path

import pytest

from gateway.hub.policy.known_revision import read_known, remember
from gateway.hub.policy.revision import Revision

OLD, NEW = "7-0123456789ab", "8-ba9876543210"


@pytest.fixture
def known(tmp_path: Path) -> Path:
    path = tmp_path / "beleid.revisie"
    remember(path, OLD)
    return path


def test_a_hub_that_never_decided_knows_none(tmp_path: Path) -> None:
    assert read_known(tmp_path / "beleid.revisie") is None


def test_what_is_remembered_is_read_again(known: Path) -> None:
    assert read_known(known) == Revision.parse(OLD)
    remember(known, NEW)
    assert read_known(known) == Revision.parse(NEW)


def test_a_disk_that_fails_leaves_the_old_one_and_no_rubbish(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            remember(known, NEW)
    assert read_known(known) == Revision.parse(OLD)
    assert [path.name for path in known.parent.iterdir()] == [known.name]


def test_what_is_known_is_not_written_again(known: Path) -> None:
    before = known.stat()
    remember(known, OLD)
    assert (known.stat().st_ino, known.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_that_is_not_ours_stops_the_start(known: Path) -> None:
    known.write_text("")
    with pytest.raises(ValueError, match="a revision is written as"):
        read_known(known)
