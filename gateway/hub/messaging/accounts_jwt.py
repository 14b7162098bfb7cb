"""The JWTs of NATS operator mode: operator, account and user, signed with nkeys.

Pure functions from claims to text. What an agency may do is decided in `accounts`. Source: the claim
structures of github.com/nats-io/jwt v2; the algorithm is `ed25519-nkey`, `jti` is a digest of the claims.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from gateway.hub.messaging.accounts_nkeys import Nkey

_HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}
_VERSION = 2


def operator_jwt(
    operator: Nkey, *, name: str, system_account: str, minimal_server: str, now: datetime
) -> str:
    """The self-signed root: a server that is older than `minimal_server` refuses to start with it."""
    nats = {"type": "operator", "system_account": system_account, "assert_server_version": minimal_server}
    return _signed(operator, subject=operator.public, name=name, nats=nats, now=now)


def account_jwt(operator: Nkey, *, account: str, name: str, nats: Mapping[str, object], now: datetime) -> str:
    """An account (public key), with limits, imports, exports and revocations in `nats`."""
    return _signed(operator, subject=account, name=name, nats={"type": "account", **nats}, now=now)


def user_jwt(account: Nkey, *, user: str, name: str, nats: Mapping[str, object], now: datetime) -> str:
    """A user (public key) of an account, with its permissions in `nats`."""
    return _signed(account, subject=user, name=name, nats={"type": "user", **nats}, now=now)


def jwt_subject(token: str) -> str:
    """Whom a JWT of our own making is about; reads without verifying."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sub"])


def credentials(token: str, seed: str) -> str:
    """The content of a `.creds` file: who a user is, and the seed with which it proves that."""
    return (
        f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )


def _signed(signer: Nkey, *, subject: str, name: str, nats: Mapping[str, object], now: datetime) -> str:
    claims = {
        "iat": int(now.timestamp()),
        "iss": signer.public,
        "name": name,
        "sub": subject,
        "nats": {**nats, "version": _VERSION},
    }
    digest = hashlib.new("sha512_256", _json(claims)).digest()
    claims["jti"] = base64.b32encode(digest).decode().rstrip("=")
    text = f"{_b64u(_json(_HEADER))}.{_b64u(_json(claims))}"
    return f"{text}.{_b64u(signer.sign(text.encode()))}"


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
