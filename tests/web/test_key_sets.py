"""A key set gives public P-256 keys for ES256, or nothing at all."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from gateway.web.key_sets import verification_keys
from gateway.web.tokens import SigningAlgorithm


def public(key: ECKey | RSAKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": "k1"}


def jwks(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


def test_a_public_key_verifies_es256_only() -> None:
    found = verification_keys(jwks(public(ECKey.generate_key("P-256"))))
    assert {kid: key.algorithm for kid, key in found.items()} == {"k1": SigningAlgorithm.ES256}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": []}',
        b'{"keys": [1]}',
        jwks({**ECKey.generate_key("P-256").as_dict(private=True), "kid": "k1"}),
        jwks(public(ECKey.generate_key("P-384"))),
        jwks(public(RSAKey.generate_key(2048))),
        jwks({**OctKey.generate_key(256).as_dict(private=True), "kid": "k1"}),
    ],
    ids=["empty", "list", "no-keys", "none", "number", "private", "p384", "rsa", "secret"],
)
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="key set"):
        verification_keys(text)
