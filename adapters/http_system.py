"""Delivers to a system of the agency over HTTPS: one POST a copy, with the id of the copy as Idempotency-Key.

The system answers 200 or 201 with `{"kopieId": ..., "referentie": ...}` once it keeps the delivery. A copy that was
taken back is told the same way at `/terughalingen` below the address, and answered with `{"meldingId": ...,
"referentie": ..., "hadAflevering": true or false}`. Any other answer means that it did not take over what was sent, as
far as this side knows. Source of the header, a quoted string:
draft-ietf-httpapi-idempotency-key-header-07, 2.1.
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from adapters.contract import Delivery, Handed, Noted, RecallNotice, Trouble, unavailable
from adapters.lines import Line

MAX_ANSWER_BYTES: Final = 4096
MAX_REFERENCE: Final = 200
RECALLS: Final = "/terughalingen"
MAX_RETRY_AFTER_S: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemAddress:
    """Where the system listens (https only), the CA of its certificate, and our client certificate (PEM files).

    `within_s` bounds a whole delivery, from connecting to the last byte of the answer.
    """

    url: str
    authority: Path
    certificate: Path | None = None
    private_key: Path | None = None
    within_s: float = 10.0

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme != "https":
            raise ValueError("the system of an agency is reached over https only")
        if (self.certificate is None) is not (self.private_key is None):
            raise ValueError("a client certificate and its private key go together")


class HttpSystem:
    """The adapter for a system that speaks HTTP. One per node; safe for concurrent deliveries."""

    def __init__(self, address: SystemAddress, *, lines: Callable[[Delivery], Sequence[Line]]) -> None:
        self._address = address
        self._lines = lines
        self._client = httpx2.AsyncClient(
            verify=_tls(address),
            timeout=address.within_s,
            follow_redirects=False,  # a redirect would take the content to an address that nobody configured
            trust_env=False,  # nor may a proxy of the environment see it
        )

    async def deliver(self, delivery: Delivery) -> Handed:
        """The reference of the system. Raises: AgencyUnavailable, see adapters.contract.Trouble."""
        body = _body(delivery, self._lines)
        answer = await self._sent(self._address.url, delivery.copy_id, body)
        return Handed(reference=_reference(_about(answer, "kopieId", delivery.copy_id)))

    async def recall(self, notice: RecallNotice) -> Noted:
        """What the system says of it. Raises: AgencyUnavailable, see adapters.contract.Trouble."""
        body = json.dumps(_recall_document(notice)).encode()
        answer = await self._sent(self._address.url.rstrip("/") + RECALLS, notice.notice_id, body)
        parsed = _about(answer, "meldingId", notice.notice_id)
        was_here = parsed.get("hadAflevering")
        if not isinstance(was_here, bool):
            raise unavailable(Trouble.UNKNOWN_ANSWER)
        return Noted(reference=_reference(parsed), was_here=was_here)

    async def close(self) -> None:
        """Ends the connections. A delivery after this is AgencyUnavailable."""
        await self._client.aclose()

    async def _sent(self, url: str, key: str, body: bytes) -> bytes:
        """The answer that the system keeps it. Raises AgencyUnavailable."""
        try:
            async with asyncio.timeout(self._address.within_s):
                status, retry_after, answer = await self._post(url, key, body)
        except (TimeoutError, httpx2.TimeoutException):
            raise unavailable(Trouble.SLOW) from None
        except httpx2.ProtocolError:
            raise unavailable(Trouble.UNKNOWN_ANSWER) from None
        except (httpx2.HTTPError, RuntimeError):  # RuntimeError: this adapter is closed
            raise unavailable(Trouble.UNREACHABLE) from None
        _require_taken(status, retry_after)
        return answer

    async def _post(self, url: str, key: str, body: bytes) -> tuple[int, str, bytes]:
        headers = {
            "Idempotency-Key": f'"{key}"',
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        async with self._client.stream("POST", url, content=body, headers=headers) as response:
            answer = b""
            async for chunk in response.aiter_raw():
                answer += chunk
                if len(answer) > MAX_ANSWER_BYTES:
                    raise unavailable(Trouble.UNKNOWN_ANSWER)
            return response.status_code, response.headers.get("retry-after", ""), answer


def _tls(address: SystemAddress) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=address.authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if address.certificate is not None and address.private_key is not None:
        context.load_cert_chain(address.certificate, address.private_key)
    return context


def _body(delivery: Delivery, lines: Callable[[Delivery], Sequence[Line]]) -> bytes:
    try:
        return json.dumps(_document(delivery, lines(delivery)), ensure_ascii=False).encode()
    except Exception:  # noqa: BLE001 - a mapping is written per agency, and what it raises may hold content
        raise unavailable(Trouble.UNMAPPED) from None


def _document(delivery: Delivery, shown: Sequence[Line]) -> dict[str, Any]:
    return {
        "kopieId": delivery.copy_id,
        "berichtId": delivery.message_id,
        "zaakId": delivery.case_id,
        "berichttype": delivery.message_type,
        "afzender": {"oin": delivery.sender_oin, "rol": delivery.sender_role},
        "rol": delivery.role,
        "doel": delivery.purpose,
        "urgentie": delivery.urgency,
        "verzondenOp": delivery.sent_at,
        "inhoud": dict(delivery.content),
        "weggelaten": [{"veld": each.field, "regel": each.rule} for each in delivery.withheld],
        "kenmerken": [mark.value for mark in delivery.marks],
        "correcties": list(delivery.corrections),
        "regels": [{"kop": line.label, "tekst": line.text} for line in shown],
    }


def _recall_document(notice: RecallNotice) -> dict[str, Any]:
    return {
        "meldingId": notice.notice_id,
        "soort": notice.kind.value,
        "kopieId": notice.copy_id,
        "berichtId": notice.message_id,
        "zaakId": notice.case_id,
        "berichttype": notice.message_type,
        "afzender": {"oin": notice.sender_oin, "rol": notice.sender_role},
        "rol": notice.role,
        "referentie": notice.reference,
        "teruggehaaldOp": notice.taken_back_at,
    }


def _require_taken(status: int, retry_after: str) -> None:
    match status:
        case 200 | 201:
            return
        case 429 | 503:
            raise unavailable(Trouble.UNREACHABLE, **_wait(retry_after))
        case _ if 400 <= status < 500:
            raise unavailable(Trouble.REFUSED)
    raise unavailable(Trouble.UNKNOWN_ANSWER)


def _wait(retry_after: str) -> dict[str, int]:
    """What the system asked, in seconds, at most five minutes.

    RFC 9110 10.2.3 also has a date, which falls back to our own wait.
    """
    if not retry_after.isascii() or not retry_after.isdigit() or len(retry_after) > 9:
        return {}
    return {"retry_after_s": min(int(retry_after), MAX_RETRY_AFTER_S)}


def _about(answer: bytes, name: str, key: str) -> dict[str, Any]:
    """An answer about this very copy or notice: a proxy that answers 200 for everything does not count."""
    try:
        parsed: Any = json.loads(answer)
    except (ValueError, RecursionError):
        raise unavailable(Trouble.UNKNOWN_ANSWER) from None
    if not isinstance(parsed, dict) or parsed.get(name) != key:
        raise unavailable(Trouble.UNKNOWN_ANSWER)
    return parsed


def _reference(parsed: Mapping[str, Any]) -> str:
    reference = parsed.get("referentie")
    if (
        not isinstance(reference, str)
        or not 0 < len(reference) <= MAX_REFERENCE
        or not reference.isprintable()
    ):
        raise unavailable(Trouble.UNKNOWN_ANSWER)
    return reference
