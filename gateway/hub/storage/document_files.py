"""The bytes of sealed documents: a folder per case, one file each, wrapped under the key of the case.

Files and not rows: a row of 20 MB would stop the one writer for everybody, and cannot be written or read in pieces. So
documents are no part of a backup of the database; their folder may be backed up, since the keys of the cases are not
in it. Several hubs share the folder, as they share that of the case keys.
"""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from gateway.domain.identifiers import new_id
from gateway.hub.storage.case_keys import CaseKeys
from gateway.hub.storage.changes import StorageUnavailable
from gateway.hub.storage.document_rows import DocumentRow
from gateway.protocol.files import UNFINISHED, put_in_place, unfinished

LEAVE_FREE: Final = 256 * 1024 * 1024
"""Bytes of the disk that documents leave to the database."""
RETRY_AFTER_S: Final = 60
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class DocumentFiles:
    """All documents of a hub."""

    def __init__(self, folder: Path, case_keys: CaseKeys, *, leave_free: int = LEAVE_FREE) -> None:
        self._folder = folder
        self._keys = case_keys
        self._leave_free = leave_free
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def new_file(self, case_id: str, copy_id: str, field: str) -> "NewFile":
        """A context in which a document is written. Raises CaseKeyGone, StorageUnavailable when the disk is full."""
        if shutil.disk_usage(self._folder).free < self._leave_free:
            raise _full()
        folder = self._folder / case_id
        folder.mkdir(mode=0o700, exist_ok=True)
        return NewFile(folder, self._keys, case_id, name_of(copy_id, field))

    def pieces(self, row: DocumentRow) -> Iterator[bytes]:
        """The sealed bytes as they came. Genuine once the last came. Raises CaseKeyGone, OSError."""
        path = self._folder / row.case_id / row.file
        yield from self._keys.unwrapped(row.case_id, name_of(row.copy_id, row.field), path)

    def remove(self, case_id: str, file: str) -> None:
        (self._folder / case_id / file).unlink(missing_ok=True)

    def erase_case(self, case_id: str) -> None:
        """Removes every document of a case, whose key is destroyed. Nothing happens when there is none."""
        shutil.rmtree(self._folder / case_id, ignore_errors=True)

    def cases(self) -> tuple[str, ...]:
        """The cases that have a folder."""
        return tuple(sorted(each.name for each in self._folder.iterdir() if each.is_dir()))

    def older_than(self, case_id: str, age_s: float) -> tuple[str, ...]:
        """The files of a case that were last written to so long ago, unfinished ones included."""
        before = time.time() - age_s  # the clock of the disk, not that of the exchange
        return tuple(
            each.name for each in (self._folder / case_id).iterdir() if each.stat().st_mtime < before
        )


class NewFile:
    """A document that is being written. It keeps nothing unless `finish` was called."""

    def __init__(self, folder: Path, keys: CaseKeys, case_id: str, name: str) -> None:
        self._path = folder / new_id()
        self._part = unfinished(self._path)
        self._nonce, self._cipher = keys.wrapping(case_id, name)

    def __enter__(self) -> Self:
        handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._file.write(self._nonce)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._file.close()
        except OSError:
            pass  # the disk is full: what was not written is thrown away anyhow
        finally:
            self._part.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Raises StorageUnavailable when the disk is full."""
        try:
            self._file.write(self._cipher.update(piece))
        except OSError as error:
            raise _storage_error(error) from error

    def finish(self) -> str:
        """The name of the file, which is now there for good. Raises StorageUnavailable."""
        try:
            self._file.write(self._cipher.finalize() + self._cipher.tag)
            self._file.flush()
            os.fsync(self._file.fileno())
            put_in_place(self._part, self._path)
        except OSError as error:
            raise _storage_error(error) from error
        return self._path.name


def is_unfinished(file: str) -> bool:
    return file.endswith(UNFINISHED)


def name_of(copy_id: str, field: str) -> str:
    """What the bytes of a document are bound to."""
    return f"{copy_id}/{field}"


def _storage_error(error: OSError) -> StorageUnavailable:
    return _full() if error.errno in _FULL else StorageUnavailable(retry_after_s=RETRY_AFTER_S)


def _full() -> StorageUnavailable:
    return StorageUnavailable(
        retry_after_s=RETRY_AFTER_S,
        code="opslag-vol",
        detail_nl="Er is nu geen ruimte voor documenten. Probeer het later opnieuw.",
        detail_en="There is no room for documents now. Try again later.",
    )
