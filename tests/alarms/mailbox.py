"""A real mail server that gets the calls, and the channel to it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from gateway.hub.alarms import SmtpChannel, SmtpSecurity
from tests.alarms.parties import Trust
from tests.alarms.smtp_sink import Fault, SmtpSink

PATIENT_S = 30.0


@dataclass
class Mailbox:
    """A real mail server and the channel to it."""

    sink: SmtpSink
    channel: SmtpChannel

    def ids(self) -> list[str]:
        """The alarm ids of the mails, in order of arrival."""
        return [str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in self.sink.mails]

    def to(self) -> list[str]:
        return [str(mail["To"]) for mail in self.sink.mails]


@contextlib.asynccontextmanager
async def mailbox(
    trust: Trust, fault: Fault = Fault.NONE, timeout_s: float = PATIENT_S
) -> AsyncIterator[Mailbox]:
    sink = SmtpSink(fault=fault, tls=trust.server)
    async with sink.running(sink.tls):
        yield Mailbox(
            sink,
            SmtpChannel(
                host="127.0.0.1",
                port=sink.port,
                security=SmtpSecurity.TLS,
                sender="alarm@schakel.example",
                tls=trust.client,
                timeout_s=timeout_s,
            ),
        )
