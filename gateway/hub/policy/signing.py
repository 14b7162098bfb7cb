"""ES256 signatures over policies: by the builder over a bundle, by two people over an activation.

Deterministic (RFC 6979), because a build must give the same bytes twice; the standard ES256 verifies them.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc._rfc7515.model import JWSAlgModel
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

_ALGORITHM: Final = "ES256"
_MAX_PAYLOAD_BYTES: Final = 1024 * 1024  # a bundle of 1,000 files lists 130 KB of hashes


class BadSignature(Exception):
    """Not signed with that key, or not in this form."""


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """A P-256 key, private or public. `id` is its RFC 7638 thumbprint: the same for both halves."""

    key: ECKey

    @classmethod
    def read(cls, path: Path) -> Self:
        """From a PEM file (PKCS#8, SEC1 or SubjectPublicKeyInfo). Raises BadSignature."""
        return cls.from_pem(path.read_bytes())

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """From PEM bytes. Raises BadSignature when they hold no P-256 key."""
        try:
            key = ECKey.import_key(pem)
        except (JoseError, ValueError, TypeError) as error:
            raise BadSignature("no readable key") from error
        if key.curve_name != "P-256":
            raise BadSignature("policies are signed with P-256")
        return cls(key)

    @property
    def id(self) -> str:
        return self.key.thumbprint()

    def public_pem(self) -> bytes:
        """The public half, as OPA reads it."""
        pem: bytes = self.key.as_pem(private=False)
        return pem


class _Deterministic(jws.JWSRegistry):
    """The library's registry with one change: ES256 draws its nonce from key and message."""

    max_payload_length = _MAX_PAYLOAD_BYTES

    def get_alg(self, name: str) -> JWSAlgModel:
        super().get_alg(name)
        return _Es256("ES256", "P-256", 256)


_ES256: Final = type(jws.JWSRegistry.algorithms[_ALGORITHM])


class _Es256(_ES256):  # type: ignore[misc, valid-type]  # the class is reachable through its registry only
    def sign(self, msg: bytes, key: ECKey) -> bytes:
        private = key.private_key
        if not isinstance(private, EllipticCurvePrivateKey):
            raise BadSignature("signing needs the private key")
        r, s = decode_dss_signature(private.sign(msg, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign(claims: dict[str, Any], key: PolicyKey) -> str:
    """A compact JWS over the claims. Raises BadSignature without a private key."""
    payload = json.dumps(claims, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    header = {"alg": _ALGORITHM, "typ": "JWT", "kid": key.id}
    return jws.serialize_compact(header, payload, key.key, registry=_Deterministic(algorithms=[_ALGORITHM]))


def verify(token: str, key: PolicyKey) -> dict[str, Any]:
    """The claims, when `key` signed them. Raises BadSignature."""
    try:
        read = jws.deserialize_compact(token, key.key, registry=_Deterministic(algorithms=[_ALGORITHM]))
        claims = json.loads(read.payload)
    except (JoseError, ValueError, TypeError) as error:
        raise BadSignature("the signature does not hold") from error
    if read.protected.get("kid") != key.id or not isinstance(claims, dict):
        raise BadSignature("another key or form than expected")
    return claims


def sha256_hex(content: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()
