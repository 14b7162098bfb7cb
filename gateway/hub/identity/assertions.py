"""Verifies the two JWTs that a client signs itself: its own assertion, and what it says about a person.

Both are short-lived, single-use, addressed to the token endpoint alone, and signed with the one key of the
client. Source: RFC 7523 3, RFC 8693 2.1, OAuth NL GOV 1.1.0 (assertion claims all required; `jti` of 128 bits
or more).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from joserfc import jws

from gateway.hub.identity.clients import Client
from gateway.hub.identity.replay import ReplayStore
from gateway.protocol.wire import load_json

MAX_LIFETIME = timedelta(minutes=5)
LEEWAY = timedelta(seconds=30)
MAX_ASSERTION_BYTES = 8 * 1024
# 128 bits are 22 characters of base64url.
_MIN_JTI, _MAX_JTI = 22, 128

# An assertion without `typ` is common in the field; one with the `typ` of another object of ours is refused.
CLIENT_TYPES = frozenset({None, "JWT", "client-authentication+jwt"})
PERSON_TYPES = frozenset({"schakel-persoon+jwt"})


class AssertionRefused(Exception):
    """The assertion does not prove what it claims. The text is for the log, never for the outside."""


def claimed_issuer(token: str) -> str:
    """The issuer that an assertion names, unverified: only to look up whose key must verify it.

    Raises: AssertionRefused.
    """
    if len(token) > MAX_ASSERTION_BYTES or not token.isascii():
        raise AssertionRefused("too long, or not ASCII")
    try:
        return _text(_object(jws.extract_compact(token.encode()).payload), "iss")
    except Exception as exc:
        raise AssertionRefused(type(exc).__name__) from exc


def verified_claims(
    token: str,
    client: Client,
    *,
    types: frozenset[str | None] | frozenset[str],
    audience: str,
    replays: ReplayStore,
    now: datetime,
) -> Mapping[str, object]:
    """The claims of a genuine, first-time assertion of `client`; uses up its `jti`.

    Raises: AssertionRefused for anything else; Unavailable when replays cannot be ruled out.
    """
    try:
        claims = _signed_claims(token, client, types)
        _require_claims(claims, client, audience, now)
        jti, until = _text(claims, "jti"), _time(claims, "exp") + LEEWAY
    except AssertionRefused:
        raise
    except Exception as exc:
        # Hostile input breaks parsers in more ways than can be listed; each means: not a proof.
        raise AssertionRefused(type(exc).__name__) from exc
    if not replays.use(client_id=client.client_id, jti=jti, until=until, now=now):
        raise AssertionRefused("used before")
    return claims


def _signed_claims(
    token: str, client: Client, types: frozenset[str | None] | frozenset[str]
) -> Mapping[str, object]:
    if len(token) > MAX_ASSERTION_BYTES:
        raise AssertionRefused("too long")
    found = jws.deserialize_compact(token, client.key, algorithms=[client.algorithm])
    header = found.headers()
    if header.get("typ") not in types:
        raise AssertionRefused("another typ")
    if header.get("kid") != client.key.thumbprint():
        raise AssertionRefused("another kid")
    return _object(found.payload)


def _require_claims(claims: Mapping[str, object], client: Client, audience: str, now: datetime) -> None:
    issued, expires = _time(claims, "iat"), _time(claims, "exp")
    not_before = _time(claims, "nbf") if "nbf" in claims else issued
    if _text(claims, "iss") != client.client_id:
        raise AssertionRefused("another issuer")
    if claims["aud"] not in (audience, [audience]):
        raise AssertionRefused("another audience")
    if not timedelta(0) < expires - issued <= MAX_LIFETIME:
        raise AssertionRefused("lives too long")
    if not max(issued, not_before) - LEEWAY <= now < expires + LEEWAY:
        raise AssertionRefused("outside its time")
    if not _MIN_JTI <= len(_text(claims, "jti")) <= _MAX_JTI:
        raise AssertionRefused("jti too short or too long")


def _object(payload: bytes) -> Mapping[str, object]:
    claims = load_json(payload)
    if not isinstance(claims, dict):
        raise AssertionRefused("not an object")
    return claims


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise AssertionRefused(f"{name} is not text")
    return value


def _time(claims: Mapping[str, object], name: str) -> datetime:
    value = claims[name]
    if type(value) is not int:  # bool is an int to isinstance
        raise AssertionRefused(f"{name} is not an integer")
    return datetime.fromtimestamp(value, UTC)
