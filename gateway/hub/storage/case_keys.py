"""One key per case, under which its stored copies are wrapped; destroying it destroys the copies in every backup.

Kept as files beside the database, not in it: key files are left out of long backups. Each is wrapped under the master
key of the hub (AES key wrap, RFC 3394). The hub cannot read what is wrapped: inside is what was sealed to a recipient.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import AEADEncryptionContext
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from gateway.domain.errors import InvalidInput
from gateway.protocol.byte_stream import decrypted, encryptor
from gateway.protocol.files import pieces_of

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_MASTER: Final = "master.key"


class CaseKeyGone(Exception):
    """The key of this case was destroyed, or does not belong to this hub; its copies cannot be had any more."""


class CaseKeys:
    """The keys in one folder. Safe for several threads; only files that were synced to disk are used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._master = self._load_or_create(_MASTER, lambda: secrets.token_bytes(_KEY_BYTES))

    def ensure(self, case_id: str) -> None:
        """Makes the key of a case when it has none. Call it before the case is written."""
        self._load_or_create(case_id, lambda: aes_key_wrap(self._master, secrets.token_bytes(_KEY_BYTES)))

    def wrap(self, case_id: str, copy_id: str, data: bytes) -> bytes:
        """`data` under the key of the case, bound to the copy. Raises CaseKeyGone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(case_id).encrypt(nonce, data, copy_id.encode())

    def unwrap(self, case_id: str, copy_id: str, wrapped: bytes) -> bytes:
        """The inverse of `wrap`. Raises CaseKeyGone, also for bytes that belong to another copy."""
        try:
            return self._cipher(case_id).decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], copy_id.encode()
            )
        except InvalidTag as error:
            raise CaseKeyGone(f"the copy {copy_id} is not wrapped under the key of its case") from error

    def wrapping(self, case_id: str, name: str) -> tuple[bytes, AEADEncryptionContext]:
        """A nonce and the cipher for bytes that come in pieces; store the nonce, the ciphertext and then the tag.
        Raises CaseKeyGone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce, encryptor(self._key(case_id), nonce, name.encode())

    def unwrapped(self, case_id: str, name: str, path: Path) -> Iterator[bytes]:
        """What was stored so, in pieces that are genuine only once the last was yielded. Raises CaseKeyGone, and
        OSError."""
        key = self._key(case_id)
        with path.open("rb") as file:
            nonce = file.read(_NONCE_BYTES)
        try:
            yield from decrypted(
                pieces_of(path, skip=_NONCE_BYTES), key=key, nonce=nonce, bound_to=name.encode()
            )
        except InvalidInput as error:
            raise CaseKeyGone(f"the document {name} is not wrapped under the key of its case") from error

    def destroy(self, case_id: str) -> None:
        """Overwrites and removes the key. Nothing happens when it is gone."""
        path = self._path(case_id)
        if path.exists():
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            self._sync_folder()

    def cases(self) -> tuple[str, ...]:
        """The cases that have a key."""
        names = (each.name for each in self._folder.iterdir())
        return tuple(sorted(name for name in names if name != _MASTER and not name.startswith(".")))

    def _cipher(self, case_id: str) -> AESGCM:
        return AESGCM(self._key(case_id))

    def _key(self, case_id: str) -> bytes:
        try:
            return aes_key_unwrap(self._master, self._path(case_id).read_bytes())
        except (FileNotFoundError, InvalidUnwrap, ValueError) as error:
            raise CaseKeyGone(f"there is no key of case {case_id}") from error

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _load_or_create(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Exactly one of several callers makes it; a file is never seen half written."""
        path = self._path(name)
        if not path.exists():
            part = self._path(f".{name}.{secrets.token_hex(8)}")
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(part, path)
            except FileExistsError:
                pass  # another thread or hub was first; its key counts
            finally:
                part.unlink()
            self._sync_folder()
        return path.read_bytes()

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
