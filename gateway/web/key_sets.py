"""Reads a published key set (RFC 7517) of an identity provider: which key may verify which tokens."""

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from gateway.domain.errors import InvalidInput
from gateway.protocol.wire import load_json
from gateway.web.tokens import SigningAlgorithm, VerificationKey


def verification_keys(jwks: bytes) -> dict[str, VerificationKey]:
    """The P-256 keys of the set by kid, each for ES256 only.

    Raises: ValueError for a set that cannot be read, is empty, or holds any other or a private key.
    """
    try:
        keys = KeySet.import_key_set(load_json(jwks)).keys
    except (JoseError, InvalidInput, KeyError, TypeError) as error:
        raise ValueError("the key set cannot be read") from error
    if not keys:
        raise ValueError("the key set is empty")
    return {str(key.kid): _verification_key(key) for key in keys}


def _verification_key(key: object) -> VerificationKey:
    if not isinstance(key, ECKey) or key.curve_name != "P-256" or key.is_private or not key.kid:
        raise ValueError("a key set holds public P-256 keys with a kid, and nothing else")
    public = load_pem_public_key(key.as_pem(private=False))
    assert isinstance(public, EllipticCurvePublicKey)  # noqa: S101 - what an EC key in PEM is
    return VerificationKey(SigningAlgorithm.ES256, public)
