"""The adapter that mails an alarm.

Always TLS with a verified certificate (RFC 8314: implicit TLS, or STARTTLS without falling back to plain text),
one message per connection, in a thread because smtplib blocks. The Message-ID is the alarm's id, so that a mail
that was sent twice is recognised as one.
"""

import asyncio
import contextlib
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

from gateway.domain.urgency import Urgency
from gateway.hub.alarms.channel import AlarmNotDelivered, Delivered, evidence_of
from gateway.hub.alarms.notice import AlarmNotice

SEND_TIMEOUT_S: Final = 20.0
"""For each step of the SMTP dialogue; the whole of it gets three times as long."""
_STEPS: Final = 3


class SmtpSecurity(StrEnum):
    """TLS from the first byte, or after STARTTLS. There is no third."""

    TLS = "tls"
    STARTTLS = "starttls"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpLogin:
    """Name and password at the mail server."""

    user: str
    password: str


class SmtpChannel:
    """AlarmChannel over mail. `to` is one mail address."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: SmtpSecurity,
        sender: str,
        login: SmtpLogin | None = None,
        tls: ssl.SSLContext | None = None,
        timeout_s: float = SEND_TIMEOUT_S,
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._sender = sender
        self._login = login
        self._tls = tls or ssl.create_default_context()
        self._timeout_s = timeout_s

    async def send(self, notice: AlarmNotice, *, to: str) -> Delivered:
        try:
            message = alarm_mail(notice, sender=self._sender, to=to)
        except ValueError as error:  # a line break or other sign that a header cannot hold
            raise AlarmNotDelivered("mailadres kan niet worden gebruikt", permanent=True) from error
        dialogue = _Dialogue()
        try:
            async with asyncio.timeout(self._timeout_s * _STEPS):
                return await asyncio.to_thread(self._deliver, message, dialogue)
        except TimeoutError as error:
            raise AlarmNotDelivered("verbinding: te traag", permanent=False) from error
        finally:
            dialogue.give_up()

    def _deliver(self, message: EmailMessage, dialogue: "_Dialogue") -> Delivered:
        try:
            with self._connected(dialogue) as server:
                if self._login is not None:
                    server.login(self._login.user, self._login.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(max(code for code, _ in error.recipients.values())) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code) from error
        except smtplib.SMTPNotSupportedError as error:
            raise AlarmNotDelivered("mailserver biedt geen TLS of aanmelding", permanent=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise AlarmNotDelivered(f"verbinding: {type(error).__name__}", permanent=False) from error
        return Delivered(evidence=evidence_of(f"SMTP {self._host} {message['Message-ID']}"))

    def _connected(self, dialogue: "_Dialogue") -> smtplib.SMTP:
        if self._security is SmtpSecurity.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout_s, context=self._tls
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout_s)
        try:
            dialogue.has(server)
            if self._security is SmtpSecurity.STARTTLS:
                server.starttls(context=self._tls)
        except BaseException:
            server.close()
            raise
        return server


class _Dialogue:
    """One connection, shared with the loop so that it can be given up: its thread then wakes up with an OSError
    instead of waiting on, and closes what it opened."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None
        self._given_up = False

    def has(self, server: smtplib.SMTP) -> None:
        self._server = server
        if self._given_up:
            raise OSError("given up while connecting")

    def give_up(self) -> None:
        self._given_up = True
        connection = self._server.sock if self._server is not None else None
        if connection is not None:
            with contextlib.suppress(OSError):  # the other side hung up first
                connection.shutdown(socket.SHUT_RDWR)


def alarm_mail(notice: AlarmNotice, *, sender: str, to: str) -> EmailMessage:
    """The alarm as a mail that no auto-responder answers (RFC 3834). Raises: ValueError for an unusable address."""
    if not to.isprintable() or to.count("@") != 1:
        raise ValueError("not one mail address")
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = notice.subject
    message["Date"] = format_datetime(notice.raised_at)
    message["Message-ID"] = f"<{notice.alarm_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if notice.urgency in {Urgency.U0, Urgency.U1}:
        message["Importance"] = "high"
    message.set_content(notice.text)
    return message


def _refused(code: int) -> AlarmNotDelivered:
    """A reply of the 5xx family is final, one of the 4xx family is not. Source: RFC 5321, 4.2.1."""
    return AlarmNotDelivered(f"SMTP {code}", permanent=500 <= code < 600)
