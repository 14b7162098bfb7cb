"""Canonical bytes and digests: the one place that turns JSON values into bytes that are hashed or signed."""

import base64
import binascii
import hashlib
from typing import Any

import rfc8785

from gateway.domain.errors import Cause, InvalidInput


def canonical(value: Any) -> bytes:
    """The bytes of `value` by the JSON Canonicalization Scheme (RFC 8785).

    Raises InvalidInput for what JSON cannot hold exactly (NaN, integers beyond 2^53, other types).
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, TypeError, RecursionError, UnicodeEncodeError) as error:
        raise malformed("canoniek", f"{type(error).__name__}") from error


def sha256_hex(data: bytes) -> str:
    """SHA-256 in lower-case hex: the form of every digest in a signed object."""
    return hashlib.sha256(data).hexdigest()


def b64u(data: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64u(text: str) -> bytes:
    """The bytes of base64url text without padding. Raises InvalidInput when it is not."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed("base64url", type(error).__name__) from error


def malformed(what: str, why: str) -> InvalidInput:
    """The error of an object of the protocol that cannot be what it claims to be."""
    cause = Cause(
        pointer="",
        code=f"protocol-{what}",
        detail_nl=f"Dit onderdeel is niet geldig: {what} ({why}).",
        detail_en=f"This part is not valid: {what} ({why}).",
    )
    return InvalidInput(detail_nl=cause.detail_nl, detail_en=cause.detail_en, causes=(cause,))
