"""A tiny mail server that keeps what it gets: real sockets, real TLS, and faults on demand.

Speaks just enough of RFC 5321 for one message, with implicit TLS or STARTTLS (RFC 3207).
"""

import asyncio
import email
import email.policy
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum

from tests.alarms.sink import Sink


class Fault(StrEnum):
    NONE = "none"
    REFUSES_RECIPIENT = "550"
    GREYLISTS = "451"
    REFUSES_MESSAGE = "554"
    SILENT = "silent"
    DRIPS = "drips"
    DROPS = "drops"
    NO_STARTTLS = "no starttls"


@dataclass
class SmtpSink(Sink):
    """`mails` are the messages that were accepted, `logins` the AUTH lines that came."""

    fault: Fault = Fault.NONE
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault is Fault.SILENT:
            await reader.read()
            return
        if self.fault is Fault.DRIPS:
            for _ in range(10_000):
                writer.write(b"2")
                await writer.drain()
                await asyncio.sleep(0.02)
                if reader.at_eof() or writer.is_closing():
                    return
        await _say(writer, "220 sink")
        while line := (await reader.readline()).decode("ascii").strip():
            verb = line.split(maxsplit=1)[0].upper()
            if verb == "STARTTLS" and self.starttls is not None:
                await _say(writer, "220 go")
                await writer.start_tls(self.starttls)
                reader._transport = writer.transport  # type: ignore[attr-defined] # bpo: start_tls leaves it behind
                continue
            if self.fault is Fault.DROPS and verb == "RCPT":
                writer.transport.abort()
                return
            await _say(writer, self._reply(verb, line))
            if verb == "DATA":
                await _say(writer, await self._message(reader))
            if verb == "QUIT":
                return

    def _reply(self, verb: str, line: str) -> str:
        if verb == "EHLO":
            offers = ["AUTH PLAIN"]
            if self.starttls is not None and self.fault is not Fault.NO_STARTTLS:
                offers.append("STARTTLS")
            return "\r\n".join(["250-sink", *(f"250-{offer}" for offer in offers), "250 8BITMIME"])
        if verb == "AUTH":
            self.logins.append(line)
            return "235 welcome"
        if verb == "RCPT" and self.fault in {Fault.REFUSES_RECIPIENT, Fault.GREYLISTS}:
            return f"{self.fault.value} not now"
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")

    async def _message(self, reader: asyncio.StreamReader) -> str:
        raw = await reader.readuntil(b"\r\n.\r\n")
        if self.fault is Fault.REFUSES_MESSAGE:
            return "554 no"
        message = email.message_from_bytes(raw[:-5], policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 kept"


async def _say(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(text.encode("ascii") + b"\r\n")
    await writer.drain()
