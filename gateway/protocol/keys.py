"""Keys of an agency: ES256 signatures (JWS compact) and P-256 keys for sealing (ECDH-ES+A256KW).

Decides how an object is signed and whether a signature is good. Who owns a key is decided by `registry`.
ES256 and ECDH-ES deviate from the draft signing and encryption modules of the API Design Rules: docs/adr/0003.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gateway.domain.clock import parse_time
from gateway.protocol.canonical import malformed
from gateway.protocol.wire import Instant, OinText, ShortText, Signed

ALGORITHM = "ES256"
MAX_HEADER = 512  # bytes; our headers hold alg, kid and typ
MAX_PAYLOAD = 1024 * 1024  # bytes; a submission with nine manifests needs 40 KiB

_registry = jws.JWSRegistry(algorithms=[ALGORITHM])
_registry.max_header_length = MAX_HEADER
_registry.max_payload_length = MAX_PAYLOAD


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private signing key of an agency or of the hub."""

    key: ECKey

    @classmethod
    def from_pem(cls, pem: bytes) -> "SigningKey":
        return cls(ECKey.import_key(pem))

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint: it cannot be claimed for another key."""
        return self.key.thumbprint()

    @property
    def public(self) -> "VerificationKey":
        return VerificationKey(ECKey.import_key(self.key.as_dict(private=False)))

    def sign(self, body: Signed, *, typ: str) -> str:
        """The compact JWS over the canonical bytes. `typ` keeps one kind of object from passing as another."""
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": typ}
        return jws.serialize_compact(header, body.canonical(), self.key, registry=_registry)


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """The public half of a signing key."""

    key: ECKey

    @classmethod
    def from_pem(cls, pem: bytes) -> "VerificationKey":
        return cls(ECKey.import_key(pem))

    @property
    def kid(self) -> str:
        return self.key.thumbprint()

    def verify(self, token: str, *, typ: str) -> bytes:
        """The signed bytes. Raises InvalidInput for another key, algorithm or typ, or a signature that is not good."""
        try:
            signed = jws.deserialize_compact(token, self.key, registry=_registry)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise malformed("handtekening", type(error).__name__) from error
        header = signed.headers()
        if header.get("typ") != typ or header.get("kid") != self.kid:
            raise malformed("handtekening", "typ of kid")
        return signed.payload


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """The private half of a sealing key: only the recipient's node has it."""

    key: ECKey

    @classmethod
    def from_pem(cls, pem: bytes) -> "OpeningKey":
        return cls(ECKey.import_key(pem))

    @property
    def kid(self) -> str:
        return self.key.thumbprint()

    @property
    def public_jwk(self) -> dict[str, str]:
        return {
            name: str(value)
            for name, value in self.key.as_dict(private=False).items()
            if name in ("kty", "crv", "x", "y")
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    """A recipient's public key for sealing, valid for a short time (30 days)."""

    oin: str
    key: ECKey
    valid_from: datetime
    valid_until: datetime

    @property
    def kid(self) -> str:
        return self.key.thumbprint()

    def is_valid(self, now: datetime) -> bool:
        return self.valid_from <= now < self.valid_until


class PublicJwk(Signed):
    """A public P-256 key (RFC 7517). A private member is refused as unknown."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: ShortText
    y: ShortText


class KeyStatement(Signed):
    """What an agency signs to publish a sealing key; the JWS has typ `schakel-sleutel+jws`."""

    versie: Literal[1] = 1
    oin: OinText
    jwk: PublicJwk
    geldig_van: Instant
    geldig_tot: Instant

    def sealing_key(self) -> SealingKey:
        return SealingKey(
            oin=self.oin,
            key=ECKey.import_key(self.jwk.model_dump()),
            valid_from=parse_time(self.geldig_van),
            valid_until=parse_time(self.geldig_tot),
        )


KEY_STATEMENT = "schakel-sleutel+jws"
