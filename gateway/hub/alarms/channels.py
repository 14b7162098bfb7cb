"""Opens the channels that a hub is set up with, and the seal of the addresses that they send to."""

import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from gateway.hub.alarms.addresses import AddressSeal, ChannelName
from gateway.hub.alarms.calling import Calling
from gateway.hub.alarms.channel import AlarmChannel
from gateway.hub.alarms.smtp import SmtpChannel, SmtpLogin, SmtpSecurity
from gateway.hub.alarms.webhook import WebhookChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPlan:
    """The shared key, and the trust anchor of alarm servers (None: that of the machine)."""

    key: bytes
    authority: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPlan:
    """The mail server, and its trust anchor (None: that of the machine)."""

    host: str
    port: int
    security: SmtpSecurity
    sender: str
    login: SmtpLogin | None = None
    authority: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPlan:
    """Everything with which people are called about alarms."""

    seal: AddressSeal
    call_number: str
    webhook: WebhookPlan | None = None
    mail: MailPlan | None = None


async def open_calling(stack: AsyncExitStack, plan: AlarmPlan | None) -> Calling:
    """The channels, until the stack is closed. Without a plan there are none. Raises OSError or ssl.SSLError for a
    trust anchor that cannot be read."""
    if plan is None:
        return Calling(channels={}, seal=None, call_number="")
    channels: dict[str, AlarmChannel] = {}
    if plan.webhook is not None:
        webhook = WebhookChannel(key=plan.webhook.key, tls=_trust(plan.webhook.authority))
        channels[ChannelName.WEBHOOK] = await stack.enter_async_context(webhook)
    if plan.mail is not None:
        channels[ChannelName.MAIL] = SmtpChannel(
            host=plan.mail.host,
            port=plan.mail.port,
            security=plan.mail.security,
            sender=plan.mail.sender,
            login=plan.mail.login,
            tls=_trust(plan.mail.authority),
        )
    return Calling(channels=channels, seal=plan.seal, call_number=plan.call_number)


def _trust(authority: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority)
