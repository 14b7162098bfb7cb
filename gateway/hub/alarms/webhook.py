"""The adapter that posts an alarm to an agency's alarm server.

HTTPS with a verified certificate, no redirects and no proxy of the environment; the answer's body is not read.
The body is signed with a shared key (HMAC-SHA256, as in RFC 2104), so that the receiver knows that it comes from
this hub; the Idempotency-Key is the alarm's id, by which it drops what it had already.
"""

import asyncio
import hashlib
import hmac
import json
import ssl
from typing import Final, Self

import httpx2

from gateway.domain.clock import rfc3339
from gateway.hub.alarms.channel import AlarmNotDelivered, Delivered, evidence_of
from gateway.hub.alarms.notice import AlarmNotice

SIGNATURE_HEADER: Final = "Schakel-Alarm-Signature"
SEND_TIMEOUT_S: Final = 10.0
"""For the whole exchange: an alarm server that needs longer is treated as out of order."""
_KEY_BYTES: Final = 32
_TRY_AGAIN: Final = frozenset({408, 425, 429})


class WebhookChannel:
    """AlarmChannel over HTTPS. `to` is the https URL of the receiver. Use as an async context manager."""

    def __init__(
        self, *, key: bytes, tls: ssl.SSLContext | None = None, timeout_s: float = SEND_TIMEOUT_S
    ) -> None:
        if len(key) < _KEY_BYTES:
            raise ValueError(f"a webhook key has at least {_KEY_BYTES} bytes")
        self._key = key
        self._timeout_s = timeout_s
        self._client = httpx2.AsyncClient(
            verify=tls or ssl.create_default_context(),
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, notice: AlarmNotice, *, to: str) -> Delivered:
        if not to.startswith("https://"):
            raise AlarmNotDelivered("geen https-adres", permanent=True)
        body = webhook_body(notice)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": notice.alarm_id,
            SIGNATURE_HEADER: signature_of(self._key, body),
        }
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream("POST", to, content=body, headers=headers) as response,
            ):
                status = response.status_code
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise AlarmNotDelivered("adres kan niet worden gelezen", permanent=True) from error
        except (httpx2.HTTPError, OSError, TimeoutError) as error:
            raise AlarmNotDelivered(f"verbinding: {type(error).__name__}", permanent=False) from error
        return _judged(status)


def webhook_body(notice: AlarmNotice) -> bytes:
    """The alarm as JSON. New members may be added; none is ever removed or given another meaning."""
    return json.dumps(
        {
            "alarmId": notice.alarm_id,
            "zaak": notice.case_short,
            "klok": notice.clock_name,
            "opdracht": notice.task,
            "urgentie": notice.urgency.value,
            "ontstaanOp": rfc3339(notice.raised_at),
            "uiterlijk": None if notice.due_at is None else rfc3339(notice.due_at),
            "telefoon": notice.call_number,
            "tekst": notice.text,
            **({"simulatie": True} if notice.simulation else {}),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def signature_of(key: bytes, body: bytes) -> str:
    """The value of the signature header: `sha256=` and the HMAC of the body in hexadecimal."""
    return f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"


def _judged(status: int) -> Delivered:
    if 200 <= status < 300:
        return Delivered(evidence=evidence_of(f"HTTP {status}"))
    # A redirect is a refusal: the address on file is the one that was agreed.
    permanent = status < 500 and status not in _TRY_AGAIN
    raise AlarmNotDelivered(f"HTTP {status}", permanent=permanent)
