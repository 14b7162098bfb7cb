"""A leaf: a salted body, and the hash under which it stands in the tree.

entry     = SHA-256(salt || JCS(body))          what the log commits to
leaf hash = SHA-256(0x00 || entry)              RFC 6962 section 2.1

The salt (32 random bytes) makes the hash say nothing about the body once both are erased: a body has few
unknowns, and without a salt its hash could be found again by trying.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from audit.body import Body, parse_body
from audit.canonical import canonical, dump
from audit.errors import BodyInvalid
from audit.tree import hash_leaf

SALT_BYTES = 32
MAX_BODY_BYTES = 16384  # Ten times the largest body we write; bounds what a reader must take in.


def leaf_hash(salt: bytes, body: Mapping[str, Any]) -> bytes:
    """The hash of this leaf in the tree. Raises BodyInvalid when salt or body are not of the format."""
    return stored_leaf_hash(salt, canonical(body))


def stored_leaf_hash(salt: bytes, body: bytes) -> bytes:
    """As `leaf_hash`, for the canonical bytes of a body as they were stored. Raises BodyInvalid for a wrong length."""
    if len(salt) != SALT_BYTES:
        raise BodyInvalid(f"/zout: {len(salt)} bytes in plaats van {SALT_BYTES}")
    if len(body) > MAX_BODY_BYTES:
        raise BodyInvalid(f"/: {len(body)} bytes is meer dan {MAX_BODY_BYTES}")
    return hash_leaf(hashlib.sha256(salt + body).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A body with its salt. `body` is wire JSON (`Body.to_json`); it is checked and hashed when the leaf is
    made.

    Raises BodyInvalid for a body that the format does not allow.
    """

    body: dict[str, Any]
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES), repr=False)
    hash: bytes = field(init=False)

    def __post_init__(self) -> None:
        parse_body(self.body)
        object.__setattr__(self, "hash", stored_leaf_hash(self.salt, dump(self.body)))

    @classmethod
    def of(cls, body: Body) -> Self:
        """A new leaf with a fresh salt."""
        return cls(body=body.to_json())

    @property
    def canonical_body(self) -> bytes:
        """The bytes to store: reading back other bytes than these would break the hash."""
        return dump(self.body)

    def parsed(self) -> Body:
        """The body as values."""
        return parse_body(self.body)
