"""AES-256-GCM over bytes that come in pieces, so that a document of 20 MB never stands in memory as a whole.

The cipher is that of `cryptography`; here is only how its output is laid out: ciphertext, then the tag of 16 bytes.
What `decrypted` yields is not known to be genuine before it ended. A caller writes it where nobody looks yet, or runs
over it once without looking (`verify`) and reads it after that.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import AEADEncryptionContext, Cipher, algorithms, modes

from gateway.protocol.canonical import malformed

PIECE: Final = 64 * 1024
"""Bytes that are read at a time."""
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


def encrypted(pieces: Iterable[bytes], *, key: bytes, nonce: bytes, bound_to: bytes) -> Iterator[bytes]:
    """The ciphertext of the pieces and then the tag. A key and nonce are used once (NIST SP 800-38D, 8)."""
    cipher = encryptor(key, nonce, bound_to)
    for piece in pieces:
        yield cipher.update(piece)
    yield cipher.finalize() + cipher.tag


def encryptor(key: bytes, nonce: bytes, bound_to: bytes) -> AEADEncryptionContext:
    """As `encrypted`, for whoever gets the pieces one by one."""
    cipher = Cipher(algorithms.AES256(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(bound_to)
    return cipher


def decrypted(pieces: Iterable[bytes], *, key: bytes, nonce: bytes, bound_to: bytes) -> Iterator[bytes]:
    """The inverse of `encrypted`. Raises InvalidInput when the bytes, key, nonce or binding are not those: for most of
    these only at the end."""
    if len(key) != KEY_BYTES or len(nonce) != NONCE_BYTES:
        raise malformed("zegel", "sleutel of nonce heeft een andere lengte")
    decryptor = Cipher(algorithms.AES256(key), modes.GCM(nonce)).decryptor()
    decryptor.authenticate_additional_data(bound_to)
    held = b""
    for piece in pieces:
        held += piece
        if len(held) > TAG_BYTES:
            yield decryptor.update(held[:-TAG_BYTES])
            held = held[-TAG_BYTES:]
    try:
        yield decryptor.finalize_with_tag(held)
    except (InvalidTag, ValueError) as error:
        raise malformed("zegel", type(error).__name__) from error


def verify(pieces: Iterable[bytes]) -> None:
    """Runs to the end, and raises what the pieces raise."""
    for _ in pieces:
        pass
