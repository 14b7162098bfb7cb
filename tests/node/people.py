"""Tokens of an agency's identity provider, for invented staff."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from tests.web.signing import es256

ISSUER = "https://aanmelden.schakel.example"
AUDIENCE = "https://node.schakel.example"
KID = "proef-1"
KEY = ec.generate_private_key(ec.SECP256R1())


def token(staff: str, *roles: str, now: datetime, **changes: Any) -> str:
    """An access token of one person in these roles, valid for five minutes."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": staff,
        "rol": list(roles),
        "client_id": "werkplek",
        "azp": "werkplek",
        "scope": "schakel",
        "jti": str(uuid4()),
        "iat": issued,
        "exp": issued + int(timedelta(minutes=5).total_seconds()),
    }
    return es256(KEY, {"alg": "ES256", "typ": "at+jwt", "kid": KID}, claims | changes)
