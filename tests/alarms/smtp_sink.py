"""A tiny mail server that keeps what it gets: real sockets, real TLS, and faults on demand.

Speaks just enough of RFC 5321 for one message, with implicit TLS or STARTTLS (RFC 3207).
"""

import email
import email.policy
import socket
import ssl
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from typing import BinaryIO

from tests.alarms.sink import Sink

DRIP_EVERY_S = 0.02


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

    def talk(self, connection: socket.socket) -> None:
        if self.fault is Fault.SILENT:
            connection.recv(1)
            return
        while self.fault is Fault.DRIPS:
            connection.sendall(b"2")
            time.sleep(DRIP_EVERY_S)
        _say(connection, "220 sink")
        if self._commands(connection) == "STARTTLS" and self.starttls is not None:
            _say(connection, "220 go")
            with self.starttls.wrap_socket(connection.dup(), server_side=True) as secured:
                self._commands(secured)

    def _commands(self, connection: socket.socket) -> str:
        """Obeys until the conversation ends or is to be secured. Gives the last verb."""
        verb = ""
        with connection.makefile("rb") as reader:
            while line := reader.readline().decode("ascii").strip():
                verb = line.split(maxsplit=1)[0].upper()
                if verb == "STARTTLS" or (self.fault is Fault.DROPS and verb == "RCPT"):
                    return verb
                _say(connection, self._reply(verb, line))
                if verb == "DATA":
                    _say(connection, self._message(reader))
                if verb == "QUIT":
                    return verb
        return verb

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

    def _message(self, reader: BinaryIO) -> str:
        lines = []
        while (line := reader.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        if self.fault is Fault.REFUSES_MESSAGE:
            return "554 no"
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 kept"


def _say(connection: socket.socket, text: str) -> None:
    connection.sendall(text.encode("ascii") + b"\r\n")
