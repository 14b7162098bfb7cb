"""A development exchange with keys, and a pretend agency on it that can be troubled from outside."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2

from adapters.contract import AgencyAdapter, Delivery, RecallNotice
from adapters.http_system import HttpSystem, SystemAddress
from adapters.politie.mapping import lines
from adapters.simulator.agency import PretendAgency
from adapters.simulator.serving import running
from gateway.domain.identifiers import Oin
from gateway.local.registry_file import POLICE, Agency, ExchangeFolder
from tests.adapters.deliveries import delivery, notice_of

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_JSON = "Content-Type: application/json\r\n"


def _http(status: str, body: bytes = b"", headers: str = _JSON, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {size}\r\n\r\n".encode() + body


PLACE = b"C" * 36  # of the id of the copy, as long as it, so that the stated length of an answer is right
_BOTH = b'{"kopieId": "%s", "meldingId": "%s.teruggehaald", "hadAflevering": true, "referentie": ' % (
    PLACE,
    PLACE,
)
_OTHER = b'{"kopieId": "00000000-0000-4000-8000-000000000000", "referentie": "x-1"}'
_ONLY = b'{"kopieId": "%s"' % PLACE
ODD = {
    "html": _http("200 OK", b"<p>Welkom</p>", "Content-Type: text/html\r\n"),
    "empty": _http("200 OK"),
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "no reference": _http("200 OK", _ONLY + b"}"),
    "empty reference": _http("200 OK", _BOTH + b'""}'),
    "reference no text": _http("200 OK", _BOTH + b"1}"),
    "reference too long": _http("200 OK", _BOTH + b'"' + b"x" * 201 + b'"}'),
    "reference with a line break": _http("200 OK", _BOTH + b'"a\\nb"}'),
    "about another copy": _http("200 OK", _OTHER),
    "a list": _http("200 OK", b"[]"),
    "deeply nested": _http("200 OK", b"[" * 4000),
    "not utf-8": _http("200 OK", b"\xff\xfe{"),
    "endless": _http("200 OK", b"x" * 100_000),
    "cut off": _http("200 OK", _ONLY, length=400),
    "redirect": _http("307 Temporary Redirect", headers="Location: https://localhost:9/elders\r\n"),
    "wrong request": _http("400 Bad Request", b"{}"),
    "conflict": _http("409 Conflict", b"{}"),
    "fault": _http("500 Internal Server Error", b"{}"),
    "busy": _http("503 Service Unavailable", b"{}", "Retry-After: 7\r\n"),
    "not http": b"220 mail.example ESMTP\r\n",
    "hang up": b"",
}
ODD_FOR_A_RECALL = {
    name: _http("200 OK", _BOTH.replace(b'"hadAflevering": true, ', was_here) + b'"x-1"}')
    for name, was_here in (
        ("no word of the delivery", b""),
        ("a word that is neither", b'"hadAflevering": "ja", '),
        ("a number for it", b'"hadAflevering": 1, '),
    )
}


def pretend(exchange: ExchangeFolder, folder: Path, agency: Agency = POLICE, port: int = 0) -> PretendAgency:
    keys = exchange.agency(agency.oin)
    return PretendAgency(
        oin=Oin(agency.oin),
        name=agency.name,
        folder=folder / agency.oin,
        certificate=keys.tls_certificate,
        private_key=keys.tls_key,
        authority=exchange.trust_anchor,
        port=port,
    )


def address(exchange: ExchangeFolder, port: int, *, by: Agency | None = POLICE) -> SystemAddress:
    keys = exchange.agency(by.oin) if by else None
    return SystemAddress(
        url=f"https://localhost:{port}/postbak",
        authority=exchange.trust_anchor,
        certificate=keys.tls_certificate if keys else None,
        private_key=keys.tls_key if keys else None,
        within_s=3.0,
    )


def person(exchange: ExchangeFolder, port: int) -> httpx2.AsyncClient:
    """A client without a certificate, as a person's browser is."""
    trust = ssl.create_default_context(cafile=exchange.trust_anchor)
    return httpx2.AsyncClient(base_url=f"https://localhost:{port}", verify=trust, trust_env=False)


async def token_of(client: httpx2.AsyncClient, staff: str) -> str:
    answer = await client.post("/aanmelden", json={"medewerker": staff})
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["toegangstoken"]
    return token


class TroubledAgency:
    """The pretend police, whose port can be taken over by something that behaves badly (AgencyUnderTest)."""

    within_s = 3.0

    def __init__(self, exchange: ExchangeFolder, folder: Path) -> None:
        self._exchange = exchange
        self._settings = pretend(exchange, folder)
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        (settings,) = await self._stack.enter_async_context(running([self._settings]))
        self._settings = settings  # the same port from now on

    async def stop(self) -> None:
        await self._stack.aclose()

    def delivery(self) -> Delivery:
        return delivery()

    def notice_of(self, delivery: Delivery) -> RecallNotice:
        return notice_of(delivery)

    def adapter(self) -> AgencyAdapter:
        at = replace(address(self._exchange, self._settings.port), within_s=self.within_s)
        return HttpSystem(at, lines=lines)

    async def times_kept(self, copy_id: str) -> int:
        kept = [each["aflevering"]["kopieId"] for each in (await self._mailbox())["poststukken"]]
        return kept.count(copy_id)

    async def times_told(self, notice_id: str) -> int:
        told = [each["meldingId"] for each in (await self._mailbox())["terughalingen"]]
        return told.count(notice_id)

    async def _mailbox(self) -> dict[str, Any]:
        """What a person of the agency is shown."""
        async with person(self._exchange, self._settings.port) as client:
            token = await token_of(client, "pol-hovj-1")
            answer = await client.get("/postbak", headers={"Authorization": f"Bearer {token}"})
        found: dict[str, Any] = answer.json()
        return found

    async def go_down(self) -> None:
        await self.stop()

    async def recover(self) -> None:
        await self.stop()
        await self.start()

    async def stall(self) -> None:
        async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()  # until the other side gives up

        await self._instead(silent)

    def odd_answers(self) -> Sequence[str]:
        return tuple(ODD)

    async def answer_oddly(self, name: str) -> None:
        async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await _request(reader)
            copy_id = request.split(b'"kopieId": "', 1)[1][:36]
            writer.write((ODD | ODD_FOR_A_RECALL)[name].replace(PLACE, copy_id))

        await self._instead(odd)

    async def lose_answers(self) -> None:
        await self.stop()
        (hidden,) = await self._stack.enter_async_context(running([replace(self._settings, port=0)]))
        tls = ssl.create_default_context(cafile=self._exchange.trust_anchor)
        keys = self._exchange.agency(POLICE.oin)
        tls.load_cert_chain(keys.tls_certificate, keys.tls_key)

        async def forward(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("localhost", hidden.port, ssl=tls)
            back.write(await _request(reader))
            assert b"201 Created" in await there.readline()
            back.close()

        await self._stack.enter_async_context(self._listening(forward))

    async def _instead(self, answer: Answer) -> None:
        await self.stop()
        await self._stack.enter_async_context(self._listening(answer))

    @asynccontextmanager
    async def _listening(self, answer: Answer) -> AsyncIterator[None]:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(self._settings.certificate, self._settings.private_key)

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):  # the adapter may hang up at any time
                await answer(reader, writer)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", self._settings.port, ssl=tls)
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """One whole HTTP request with a Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    return head + await reader.readexactly(length)
