"""NATS nkeys: Ed25519 keys in the spelling of NATS, which says what a key is for.

One door to the library `nkeys`, which has no types. Source: docs.nats.io, NKeys.
"""

import secrets
from dataclasses import dataclass, field
from enum import IntEnum

import nkeys

_ED25519_SEED_BYTES = 32


class NkeyKind(IntEnum):
    """What a key identifies; the first letter of its public key is O, A or U."""

    OPERATOR = nkeys.PREFIX_BYTE_OPERATOR
    ACCOUNT = nkeys.PREFIX_BYTE_ACCOUNT
    USER = nkeys.PREFIX_BYTE_USER


@dataclass(frozen=True, slots=True)
class Nkey:
    """A private nkey. The seed never appears in a representation."""

    public: str
    seed: str = field(repr=False)

    @classmethod
    def create(cls, kind: NkeyKind) -> "Nkey":
        """A fresh key of the operating system's randomness."""
        raw = secrets.token_bytes(_ED25519_SEED_BYTES)
        seed: bytes = nkeys.encode_seed(raw, int(kind))  # type: ignore[no-untyped-call]
        return cls.from_seed(seed.decode())

    @classmethod
    def from_seed(cls, seed: str) -> "Nkey":
        """The key of a seed (`S...`). Raises ValueError when it is none; the message does not repeat it."""
        try:
            pair = nkeys.from_seed(seed.strip().encode())  # type: ignore[no-untyped-call]
            return cls(public=pair.public_key.decode(), seed=seed.strip())
        except nkeys.NkeysError as exc:
            raise ValueError("not an nkey seed") from exc

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519."""
        pair = nkeys.from_seed(self.seed.encode())  # type: ignore[no-untyped-call]
        signature: bytes = pair.sign(data)
        return signature
