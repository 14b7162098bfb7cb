"""The pretend identity provider of one agency: its key, its JWKS, and short-lived access tokens for its people.

Tokens are ES256 access tokens as RFC 9068 describes them, with one claim of our own, `rol`: the list of roles. They
carry `nagebootst: true`, so that nobody takes them for real. Not bound to a certificate: a person's browser has none.
"""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from adapters.simulator.staff import Employee, Staff
from gateway.domain.identifiers import Oin, RoleId, StaffRef

ACCESS_TOKEN_TYP: Final = "at+jwt"  # noqa: S105 - a media type (RFC 9068, 2.1)
ALGORITHM: Final = "ES256"
TOKEN_VALID: Final = timedelta(minutes=10)
SCOPE: Final = "schakel"
"""The scope that a node asks of a person. What happens behind its door is decided by policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A signed access token of an employee, and when it ends (aware UTC)."""

    employee: Employee
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who a verified token speaks for."""

    reference: StaffRef
    roles: frozenset[RoleId]


class UnknownEmployee(Exception):
    """No such person at this agency."""


class NotOurToken(Exception):
    """Not a valid token of this identity provider."""


class IdentityProvider:
    """Signs for the people of one agency. Its key stays in `folder`, so a restart keeps tokens valid.

    Making one writes `jwks.json` beside the key, so that a node can read it before anything listens.
    """

    def __init__(
        self,
        *,
        oin: Oin,
        staff: Staff,
        issuer: str,
        audience: str,
        folder: Path,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self.client_id = f"{oin}-aanmelden"
        self._staff = staff
        self._clock = clock
        self._key = _load_or_create_key(folder / "identity.key")
        self.jwks_file = folder / "jwks.json"
        _replace(self.jwks_file, json.dumps(self.jwks(), indent=2).encode() + b"\n")

    def jwks(self) -> dict[str, Any]:
        """The public key (RFC 7517), with `kid`, `alg` and `use`."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._key.thumbprint(), "alg": ALGORITHM, "use": "sig"}]}

    def sign_in(self, reference: str) -> SignedIn:
        """A token for this person, without any proof of who asks: the caller must be on this machine.

        Raises: UnknownEmployee.
        """
        employee = self._staff.people.get(StaffRef(reference))
        if employee is None:
            raise UnknownEmployee
        now = int(self._clock().timestamp())
        expires = now + int(TOKEN_VALID.total_seconds())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": employee.reference,
            "aud": self.audience,
            "azp": self.client_id,
            "client_id": self.client_id,
            "iat": now,
            "nbf": now,
            "exp": expires,
            "jti": secrets.token_urlsafe(24),
            "scope": SCOPE,
            "rol": list(employee.roles),
            "nagebootst": True,
        }
        header = {"alg": ALGORITHM, "kid": self._key.thumbprint(), "typ": ACCESS_TOKEN_TYP}
        token = jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])
        return SignedIn(employee=employee, token=token, expires_at=datetime.fromtimestamp(expires, UTC))

    def caller(self, token: str) -> Caller:
        """Who a token of this provider speaks for. Raises: NotOurToken."""
        now = int(self._clock().timestamp())
        wanted = jwt.JWTClaimsRegistry(
            now=now,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            wanted.validate(decoded.claims)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise NotOurToken from error
        employee = self._staff.people.get(StaffRef(decoded.claims["sub"]))
        if decoded.header.get("typ") != ACCESS_TOKEN_TYP or employee is None:
            raise NotOurToken
        return Caller(reference=employee.reference, roles=frozenset(employee.roles))


def _load_or_create_key(path: Path) -> ECKey:
    if not path.exists():
        key = ECKey.generate_key("P-256", private=True)
        _replace(path, key.as_pem(private=True))
    return ECKey.import_key(path.read_bytes())


def _replace(path: Path, data: bytes) -> None:
    """Whole or not at all, readable by its owner only."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
