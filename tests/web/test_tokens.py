"""Attacks on the verifier of access tokens, by name. Every one is NotAuthenticated and nothing else."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import NotAuthenticated
from gateway.web.tokens import MAX_TOKEN_BYTES, SigningAlgorithm, TokenVerifier, VerificationKey
from tests.web.signing import b64u, es256, hs256, rs256

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
ISSUER = "https://hub.example"
AUDIENCE = "https://hub.example/v1"
THUMBPRINT = "A" * 43

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
WEAK_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)

KEYS = {
    "k1": VerificationKey(SigningAlgorithm.ES256, KEY.public_key()),
    "k2": VerificationKey(SigningAlgorithm.ES256, OTHER_KEY.public_key()),
    "r1": VerificationKey(SigningAlgorithm.RS256, RSA_KEY.public_key()),
}
HEADER = {"alg": "ES256", "kid": "k1", "typ": "at+jwt"}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "00000099000000001000-node",
    "client_id": "00000099000000001000-node",
    "azp": "00000099000000001000-node",
    "aud": AUDIENCE,
    "iat": AT,
    "nbf": AT,
    "exp": AT + 600,
    "jti": "j1",
    "scope": "berichten zaken",
    "cnf": {"x5t#S256": THUMBPRINT},
}


def verifier(now: datetime = NOW, *, certificate_bound: bool = True) -> TokenVerifier:
    return TokenVerifier(
        KEYS,
        issuer=ISSUER,
        audience=AUDIENCE,
        clock=lambda: now,
        leeway_s=30,
        certificate_bound=certificate_bound,
    )


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in CLAIMS.items() if name not in names}


def genuine_but(member: bytes) -> bytes:
    """Genuine claims with one member more, as bytes that no JSON library would write."""
    name = member.partition(b":")[0].strip(b'"').decode()
    return json.dumps(without(name)).encode().removesuffix(b"}") + b"," + member + b"}"


def refused(token: str, thumbprint: str | None = THUMBPRINT) -> None:
    with pytest.raises(NotAuthenticated) as raised:
        verifier().verify(token, thumbprint)
    assert raised.value.code == "ongeldig-token"
    assert raised.value.detail_nl == "Het toegangstoken is niet geldig."


def test_a_genuine_es256_token_gives_its_claims() -> None:
    claims = verifier().verify(es256(KEY, HEADER, CLAIMS), THUMBPRINT)
    assert claims.client_id == claims.subject == "00000099000000001000-node"
    assert claims.scopes == {"berichten", "zaken"}
    assert claims.expires_at == NOW + timedelta(minutes=10)
    assert claims.actor is None


def test_a_genuine_rs256_token_is_taken_with_audiences_and_actor() -> None:
    payload = {**CLAIMS, "aud": ["https://elders.example", AUDIENCE], "act": {"sub": "node"}}
    token = rs256(RSA_KEY, {"alg": "RS256", "kid": "r1", "typ": "application/AT+JWT"}, payload)
    assert verifier().verify(token, THUMBPRINT).actor == "node"


HEADERS: dict[str, Any] = {
    "alg none": {**HEADER, "alg": "none"},
    "alg in another case": {**HEADER, "alg": "es256"},
    "alg of another family": {**HEADER, "alg": "RS256"},
    "alg missing": {"kid": "k1", "typ": "at+jwt"},
    "unknown crit": {**HEADER, "crit": ["x-new"], "x-new": 1},
    "empty crit": {**HEADER, "crit": []},
    "unencoded payload": {**HEADER, "b64": False, "crit": ["b64"]},
    "key in the header": {**HEADER, "jwk": {"kty": "EC"}},
    "key behind an address": {**HEADER, "jku": "https://elders.example/jwks"},
    "certificate in the header": {**HEADER, "x5c": ["MII"]},
    "compression": {**HEADER, "zip": "DEF"},
    "no kid": {"alg": "ES256", "typ": "at+jwt"},
    "unknown kid": {**HEADER, "kid": "k9"},
    "kid that is a list": {**HEADER, "kid": ["k1"]},
    "kid of another agency's key": {**HEADER, "kid": "k2"},
    "typ of an identity token": {**HEADER, "typ": "JWT"},
    "typ missing": {"alg": "ES256", "kid": "k1"},
    "member twice": b'{"alg":"ES256","kid":"k2","kid":"k1","typ":"at+jwt"}',
    "deep json": b'{"alg":"ES256","kid":"k1","typ":"at+jwt","x":' + b"[" * 600,
    "not json": b"{",
    "not an object": b'["ES256"]',
    "not utf-8": b"\xff\xfe",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_a_signed_token_with_a_wrong_header_is_refused(header: Any) -> None:
    refused(es256(KEY, header, CLAIMS))


PAYLOADS: dict[str, Any] = {
    "exp missing": without("exp"),
    "aud missing": without("aud"),
    "iss missing": without("iss"),
    "iat missing": without("iat"),
    "sub missing": without("sub"),
    "jti missing": without("jti"),
    "client_id missing": without("client_id"),
    "azp missing": without("azp"),
    "azp of another client": {**CLAIMS, "azp": "00000099000000002000-node"},
    "expired": {**CLAIMS, "iat": AT - 700, "nbf": AT - 700, "exp": AT - 30},
    "exp as a string": {**CLAIMS, "exp": str(AT + 600)},
    "exp as a fraction": {**CLAIMS, "exp": AT + 600.5},
    "exp as true": {**CLAIMS, "exp": True},
    "exp 1e999": genuine_but(b'"exp":1e999'),
    "another claim 1e999": genuine_but(b'"x":1e999'),
    "exp overflowing a date": {**CLAIMS, "exp": 10**40},
    "exp NaN": genuine_but(b'"exp":NaN'),
    "another claim NaN": genuine_but(b'"x":NaN'),
    "another claim -Infinity": genuine_but(b'"x":-Infinity'),
    "exp before iat": {**CLAIMS, "iat": AT + 20, "nbf": AT, "exp": AT + 10},
    "iat as true": {**CLAIMS, "iat": True},
    "iat in the future": {**CLAIMS, "iat": AT + 31},
    "nbf in the future": {**CLAIMS, "nbf": AT + 31},
    "nbf as a string": {**CLAIMS, "nbf": str(AT)},
    "another audience": {**CLAIMS, "aud": "https://elders.example"},
    "empty audience": {**CLAIMS, "aud": []},
    "audience of numbers": {**CLAIMS, "aud": [1, AUDIENCE]},
    "another issuer": {**CLAIMS, "iss": "https://elders.example"},
    "issuer as a list": {**CLAIMS, "iss": [ISSUER]},
    "scope as a list": {**CLAIMS, "scope": ["berichten"]},
    "bound to another certificate": {**CLAIMS, "cnf": {"x5t#S256": "B" * 43}},
    "not bound": without("cnf"),
    "bound to something else": {**CLAIMS, "cnf": {"jkt": THUMBPRINT}},
    "cnf as text": {**CLAIMS, "cnf": THUMBPRINT},
    "claim twice": genuine_but(b'"x":1,"x":2'),
    "deep json": b"[" * 3000,
    "not an object": b'"text"',
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_signed_token_with_wrong_claims_is_refused(payload: Any) -> None:
    refused(es256(KEY, HEADER, payload))


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
@pytest.mark.parametrize("kid", ["k1", "r1"])
def test_an_hs256_token_made_with_the_public_key_is_refused(encoding: Encoding, kid: str) -> None:
    public = KEYS[kid].public_key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    refused(hs256(public, {**HEADER, "alg": "HS256", "kid": kid}, CLAIMS))


def test_a_token_signed_by_another_known_key_than_its_kid_says_is_refused() -> None:
    refused(es256(OTHER_KEY, HEADER, CLAIMS))


def test_a_bound_token_over_a_connection_without_certificate_is_refused() -> None:
    refused(es256(KEY, HEADER, CLAIMS), None)


def test_where_binding_is_not_demanded_a_bound_token_is_still_held_to_its_certificate() -> None:
    lenient = verifier(certificate_bound=False)
    assert lenient.verify(es256(KEY, HEADER, without("cnf"))).jti == "j1"
    with pytest.raises(NotAuthenticated):
        lenient.verify(es256(KEY, HEADER, CLAIMS))


SPELLINGS = {
    "empty": "",
    "two segments": "a.b",
    "four segments": es256(KEY, HEADER, CLAIMS) + ".x",
    "empty signature": es256(KEY, HEADER, CLAIMS).rpartition(".")[0] + ".",
    "signature cut": es256(KEY, HEADER, CLAIMS)[:-4],
    "padding": es256(KEY, HEADER, CLAIMS) + "==",
    "newline at the end": es256(KEY, HEADER, CLAIMS) + "\n",
    "not ascii": es256(KEY, HEADER, CLAIMS) + "\u00e9",
    "too long": es256(KEY, HEADER, {**CLAIMS, "x": "y" * MAX_TOKEN_BYTES}),
    "long header": es256(KEY, {**HEADER, "x": "y" * 1000}, CLAIMS),
    "deep and unsigned": f"{b64u(b'{' + b'[' * 700)}.{b64u(b'[' * 3000)}.AAAA",
}


@pytest.mark.parametrize("token", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_token_in_another_spelling_is_refused(token: str) -> None:
    refused(token)


@given(st.integers(0, 10**6), st.integers(1, 64))
def test_no_change_of_one_character_survives(position: int, step: int) -> None:
    token = es256(KEY, HEADER, CLAIMS)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    at = position % (len(token) - 1)  # The last character holds bits that base64 does not use.
    changed = alphabet[(alphabet.index(token[at]) + step) % len(alphabet)]
    refused(token[:at] + changed + token[at + 1 :])


@given(st.text(max_size=200))
def test_arbitrary_text_is_refused(text: str) -> None:
    refused(text)


def test_an_algorithm_that_this_audience_does_not_take_is_refused_though_the_key_is_known() -> None:
    token = rs256(RSA_KEY, {"alg": "RS256", "kid": "r1", "typ": "at+jwt"}, CLAIMS)
    assert verifier().verify(token, THUMBPRINT).jti == "j1"
    strict = TokenVerifier(
        KEYS,
        issuer=ISSUER,
        audience=AUDIENCE,
        clock=lambda: NOW,
        algorithms=frozenset({SigningAlgorithm.ES256}),
    )
    with pytest.raises(NotAuthenticated):
        strict.verify(token, THUMBPRINT)


def test_a_token_expires_with_the_clock_of_the_verifier() -> None:
    token = es256(KEY, HEADER, CLAIMS)
    assert verifier(NOW + timedelta(seconds=629)).verify(token, THUMBPRINT).jti == "j1"
    with pytest.raises(NotAuthenticated):
        verifier(NOW + timedelta(seconds=630)).verify(token, THUMBPRINT)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        (SigningAlgorithm.ES256, RSA_KEY.public_key()),
        (SigningAlgorithm.RS256, KEY.public_key()),
        (SigningAlgorithm.ES256, ec.generate_private_key(ec.SECP384R1()).public_key()),
        (SigningAlgorithm.RS256, WEAK_RSA_KEY.public_key()),
    ],
    ids=["rsa for es256", "p-256 for rs256", "p-384 for es256", "rsa 1024"],
)
def test_a_key_of_another_kind_than_its_algorithm_cannot_be_configured(algorithm: Any, key: Any) -> None:
    with pytest.raises(ValueError, match="cannot verify"):
        VerificationKey(algorithm, key)
