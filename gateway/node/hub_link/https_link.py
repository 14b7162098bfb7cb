"""The hub by HTTPS, for nodes that cannot use NATS for questions. The connection carries the agency's certificate,
each request a token that is bound to it."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx2

from gateway.domain.errors import InvalidInput
from gateway.node.hub_link.hub_token import HubToken, TokenRefused
from gateway.node.hub_link.link import HubUnreachable
from gateway.protocol.exchange import RETRY_AFTER, Answer, retry_after
from gateway.protocol.keys import SigningKey
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import load_json
from gateway.web.traces import outgoing_headers

PATHS: Final[Mapping[Verb, str]] = {
    Verb.PLAN: "/v1/plannen",
    Verb.SUBMIT: "/v1/inzendingen",
    Verb.RECEIPT: "/v1/ontvangsten",
    Verb.READ: "/v1/leesvragen",
    Verb.DECIDE: "/v1/besluiten",
}
ANSWER_WITHIN_S: Final = 20.0
RETRY_AFTER_S: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """Where the hub is, and the files (PEM) of mutual TLS with it."""

    url: str
    authority: Path
    certificate: Path
    private_key: Path


class HttpsLink:
    """Asks over HTTP/1.1 with TLS 1.3. Gets a new token when the old one ends or is refused."""

    def __init__(
        self, address: HubAddress, oin: str, *, signing_key: SigningKey, clock: Callable[[], datetime]
    ) -> None:
        self._client = httpx2.AsyncClient(
            base_url=address.url, verify=tls_context(address), timeout=ANSWER_WITHIN_S, follow_redirects=False
        )
        self._token = HubToken(self._client, address.url, oin, signing_key=signing_key, clock=clock)

    async def ask(self, verb: Verb, body: bytes) -> Answer:
        """Raises HubUnreachable without an answer in time, or when the hub gives this node no token."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                response = await self._post(verb, body)
                if response.status_code == 401:
                    self._token.forget()
                    response = await self._post(verb, body)
        except (httpx2.HTTPError, OSError, TimeoutError, TokenRefused) as error:
            raise HubUnreachable(retry_after_s=RETRY_AFTER_S) from error
        return answer_of(response)

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, verb: Verb, body: bytes) -> httpx2.Response:
        headers = {
            "Authorization": f"Bearer {await self._token.current()}",
            "Content-Type": "application/json",
            **outgoing_headers(),
        }
        return await self._client.post(PATHS[verb], content=body, headers=headers)


def tls_context(address: HubAddress) -> ssl.SSLContext:
    """Mutual TLS 1.3 as the agency. Raises OSError, ssl.SSLError for files that cannot be used."""
    context = ssl.create_default_context(cafile=str(address.authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(address.certificate, address.private_key)
    return context


def answer_of(response: httpx2.Response) -> Answer:
    """Raises HubUnreachable for an answer that is none of the hub's."""
    try:
        body = load_json(response.content)
    except InvalidInput as error:
        raise HubUnreachable(retry_after_s=RETRY_AFTER_S, code="hub-antwoord-onleesbaar") from error
    if not isinstance(body, dict):
        raise HubUnreachable(retry_after_s=RETRY_AFTER_S, code="hub-antwoord-onleesbaar")
    return Answer(response.status_code, body, retry_after(response.headers.get(RETRY_AFTER)))
