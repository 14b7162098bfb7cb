"""The node's access token at the hub: client credentials with an assertion that the node signs itself.

Source: RFC 7523 3 (private_key_jwt), RFC 8705 3 (the token is bound to the certificate of the connection), OAuth NL GOV
1.1.0. The token endpoint is that of the hub's own authorization server.
"""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import httpx2
from joserfc import jwt

from gateway.protocol.keys import SigningKey

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES: Final = "berichten besluiten register zaken"
ASSERTION_VALID: Final = timedelta(minutes=1)
RENEW_BEFORE: Final = timedelta(seconds=30)


class TokenRefused(Exception):
    """The hub gave no token. The message holds the OAuth error code, never the assertion."""


class HubToken:
    """One token, renewed before it ends; many requests at once wait for one renewal."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        hub_url: str,
        oin: str,
        *,
        signing_key: SigningKey,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._endpoint = hub_url.rstrip("/") + TOKEN_PATH
        self._client_id = f"{oin}-node"
        self._key = signing_key
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._until: datetime | None = None

    async def current(self) -> str:
        """A token that is good for a while. Raises TokenRefused, httpx2.HTTPError."""
        async with self._lock:
            if self._token is None or self._until is None or self._clock() >= self._until:
                self._token, self._until = await self._renew()
            return self._token

    def forget(self) -> None:
        """The hub refused it: the next request gets a new one."""
        self._token = None

    async def _renew(self) -> tuple[str, datetime]:
        now = self._clock()
        form = {
            "grant_type": "client_credentials",
            "scope": SCOPES,
            "client_id": self._client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(now),
        }
        response = await self._client.post(self._endpoint, data=form)
        try:
            body = response.json()
            token, lifetime_s = str(body["access_token"]), int(body["expires_in"])
        except (ValueError, KeyError, TypeError) as error:
            raise TokenRefused(f"status {response.status_code}") from error
        return token, now + timedelta(seconds=lifetime_s) - RENEW_BEFORE

    def _assertion(self, now: datetime) -> str:
        issued = int(now.timestamp())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._endpoint,
            "iat": issued,
            "exp": issued + int(ASSERTION_VALID.total_seconds()),
            "jti": secrets.token_urlsafe(24),
        }
        header = {"alg": "ES256", "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._key.key, algorithms=["ES256"])
