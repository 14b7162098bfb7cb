"""Verifies access tokens (RFC 9068) with python-jose, behind the checks that python-jose leaves out.

python-jose does the signature and nothing else. It would take any key of a key set, an unknown `crit`, any
`typ`, a token without `exp` or `aud`, and an HS256 token made with a public key; it raises RecursionError and
OverflowError on crafted JSON. So, in this order:

1. bound the size, the character set and the number of segments;
2. read the header strictly: pinned `alg` and `typ`, exactly one known `kid`, no `crit`, no key from the
   sender;
3. verify the signature with the one key of that `kid`, for the one algorithm of that key;
4. read the claims strictly: integers are integers, issuer and audience match, times hold;
5. compare the certificate binding (RFC 8705 3) with the certificate of the connection.

Every failure is NotAuthenticated. Scopes are read here and judged by the caller (`gateway.web.bearer`).
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jose import jwk, jws

from gateway.domain.errors import NotAuthenticated

# An access token of ours is about 1 KB; RFC 9068 sets no bound, header lines of servers usually stop at 8 KB.
MAX_TOKEN_BYTES = 8 * 1024
MAX_HEADER_BYTES = 1024
# RFC 7518 3.3: RSA keys of 2048 bits or more.
_MIN_RSA_BITS = 2048
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
# Header members that bring a key or ask for an extension. RFC 8725 3.10: never take a key from the token.
_FORBIDDEN_HEADER = {"crit", "jwk", "jku", "x5u", "x5c", "b64", "zip"}


class SigningAlgorithm(StrEnum):
    """What an access token may be signed with. OAuth NL GOV 1.1.0 asks RS256; our own server uses ES256."""

    ES256 = "ES256"
    RS256 = "RS256"


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key together with the only algorithm it may verify.

    Raises: ValueError when the key type or size does not fit the algorithm.
    """

    algorithm: SigningAlgorithm
    public_key: EllipticCurvePublicKey | RSAPublicKey

    def __post_init__(self) -> None:
        match self.algorithm, self.public_key:
            case SigningAlgorithm.ES256, EllipticCurvePublicKey(curve=SECP256R1()):
                return
            case SigningAlgorithm.RS256, RSAPublicKey(key_size=bits) if bits >= _MIN_RSA_BITS:
                return
        raise ValueError(f"this key cannot verify {self.algorithm}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a verified token says. Times are aware UTC; `all` holds every claim as it was signed."""

    issuer: str
    subject: str
    client_id: str
    jti: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    actor: str | None
    all: Mapping[str, object]


class TokenVerifier:
    """Verifies tokens of one issuer for one audience. Safe to share between threads."""

    def __init__(
        self,
        keys_by_kid: Mapping[str, VerificationKey],
        *,
        issuer: str,
        audience: str,
        typ: str = "at+jwt",
        algorithms: frozenset[SigningAlgorithm] = frozenset(SigningAlgorithm),
        leeway_s: int = 30,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        certificate_bound: bool = True,
    ) -> None:
        """`keys_by_kid` is read at each call, so a live mapping follows key rotation.

        With `certificate_bound` (the default) a token without `cnf` is refused; without it such a token is
        taken, and one that has a `cnf` is still held to it.
        """
        self._keys = keys_by_kid
        self._issuer = issuer
        self._audience = audience
        self._typ = typ
        self._algorithms = algorithms
        self._leeway_s = leeway_s
        self._clock = clock
        self._certificate_bound = certificate_bound

    def verify(self, token: str, certificate_thumbprint: str | None = None) -> Claims:
        """The claims of a genuine token. The thumbprint is the `x5t#S256` of the connection's certificate.

        Raises: NotAuthenticated for everything else, without saying to the outside which check failed.
        """
        try:
            return self._verify(token, certificate_thumbprint)
        except Exception as exc:
            # A parser of hostile input has more ways to fail than can be listed (RecursionError,
            # OverflowError, binascii.Error ...); each of them means: not a token of ours.
            raise NotAuthenticated(
                code="ongeldig-token",
                detail_nl="Het toegangstoken is niet geldig.",
                detail_en="The access token is not valid.",
            ) from exc

    def _verify(self, token: str, thumbprint: str | None) -> Claims:
        header = _read_header(token)  # (1)
        key = self._key_for(header)  # (2)
        claims = _strict_object(_signed_payload(token, key))  # (3), (4)
        verified = self._claims(claims)
        self._require_binding(claims, thumbprint)  # (5)
        return verified

    def _key_for(self, header: Mapping[str, object]) -> VerificationKey:
        if forbidden := _FORBIDDEN_HEADER & header.keys():
            raise ValueError(f"header has {sorted(forbidden)}")
        if _media_type(header.get("typ")) != self._typ:
            raise ValueError("another typ")
        kid, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(kid, str) or not isinstance(algorithm, str):
            raise TypeError("no kid or alg")
        key = self._keys[kid]
        if key.algorithm not in self._algorithms or algorithm != key.algorithm.value:
            raise ValueError("the algorithm is not that of the key")
        return key

    def _claims(self, claims: Mapping[str, object]) -> Claims:
        now, leeway = int(self._clock().timestamp()), self._leeway_s
        issued, expires = _integer(claims, "iat"), _integer(claims, "exp")
        not_before = _integer(claims, "nbf") if "nbf" in claims else issued
        if not max(issued, not_before) - leeway <= now < expires + leeway or expires <= issued:
            raise ValueError("outside its time")
        if _text(claims, "iss") != self._issuer or self._audience not in _audiences(claims):
            raise ValueError("another issuer or audience")
        if _text(claims, "azp") != _text(claims, "client_id"):
            raise ValueError("azp and client_id differ")
        return Claims(
            issuer=self._issuer,
            subject=_text(claims, "sub"),
            client_id=_text(claims, "client_id"),
            jti=_text(claims, "jti"),
            scopes=frozenset(_text(claims, "scope").split()) if "scope" in claims else frozenset(),
            issued_at=datetime.fromtimestamp(issued, UTC),
            expires_at=datetime.fromtimestamp(expires, UTC),
            actor=_text(_object(claims, "act"), "sub") if "act" in claims else None,
            all=claims,
        )

    def _require_binding(self, claims: Mapping[str, object], thumbprint: str | None) -> None:
        if "cnf" not in claims:
            if self._certificate_bound:
                raise ValueError("not bound to a certificate")
            return
        bound_to = _text(_object(claims, "cnf"), "x5t#S256")
        if thumbprint is None or not hmac.compare_digest(bound_to.encode(), thumbprint.encode()):
            raise ValueError("bound to another certificate")


def _read_header(token: str) -> dict[str, object]:
    """The unverified header, only to pick the key with."""
    if len(token) > MAX_TOKEN_BYTES:
        raise ValueError("too long")
    segments = _COMPACT.fullmatch(token)
    if segments is None or len(segments[1]) > MAX_HEADER_BYTES:
        raise ValueError("not a compact JWS with a short header")
    return _strict_object(base64.urlsafe_b64decode(segments[1] + "=" * (-len(segments[1]) % 4)))


def _signed_payload(token: str, key: VerificationKey) -> bytes:
    """The payload, once the signature holds for exactly this key and this algorithm."""
    one_key = jwk.construct(key.public_key, key.algorithm.value)  # type: ignore[no-untyped-call]
    payload: bytes = jws.verify(token, one_key, [key.algorithm.value])  # type: ignore[no-untyped-call]
    return payload


def _strict_object(text: bytes) -> dict[str, object]:
    """A JSON object without duplicate members, NaN, Infinity or numbers that overflow (RFC 8725 2.4)."""
    parsed: object = json.loads(
        text.decode(), object_pairs_hook=_unique_members, parse_constant=_refuse, parse_float=_refuse
    )
    if not isinstance(parsed, dict):
        raise TypeError("not a JSON object")
    return parsed


def _unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _refuse(_literal: str) -> object:
    raise ValueError("fractions and non-finite numbers have no place in a token")


def _media_type(typ: object) -> str | None:
    """RFC 7515 4.1.9: a `typ` is compared without case and without the prefix `application/`."""
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else None


def _integer(claims: Mapping[str, object], name: str) -> int:
    value = claims[name]
    if type(value) is not int:  # bool is an int to isinstance
        raise ValueError(f"{name} is not an integer")
    return value


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} is not text")
    return value


def _object(claims: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = claims[name]
    if not isinstance(value, dict):
        raise TypeError(f"{name} is not an object")
    return value


def _audiences(claims: Mapping[str, object]) -> set[str]:
    value = claims["aud"]
    audiences = value if isinstance(value, list) else [value]
    if not audiences or not all(isinstance(audience, str) for audience in audiences):
        raise ValueError("aud is not text")
    return set(audiences)
