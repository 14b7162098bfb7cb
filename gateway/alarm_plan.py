"""Reads the keys and files by which a hub calls people about alarms. Belongs to the composition root."""

from gateway.hub.alarms import SmtpLogin, SmtpSecurity
from gateway.hub.alarms.addresses import AddressSeal
from gateway.hub.alarms.channels import AlarmPlan, MailPlan, WebhookPlan
from gateway.settings import Alarms


def alarm_plan(settings: Alarms | None) -> AlarmPlan | None:
    """How people are called about alarms; None when every alarm is to come on the call list at once.

    Raises OSError for a file that cannot be read, ValueError for a key that is too short.
    """
    if settings is None:
        return None
    mail, webhook = settings.mail, settings.webhook
    login = None
    if mail is not None and mail.user is not None and mail.password is not None:
        login = SmtpLogin(user=mail.user, password=mail.password.read_text("utf-8").strip())
    return AlarmPlan(
        seal=AddressSeal(key=settings.address_key.read_bytes(), domains=frozenset(settings.domains)),
        call_number=settings.call_number,
        webhook=None
        if webhook is None
        else WebhookPlan(key=webhook.key.read_bytes(), authority=webhook.authority),
        mail=None
        if mail is None
        else MailPlan(
            host=mail.host,
            port=mail.port,
            security=SmtpSecurity(mail.security),
            sender=mail.sender,
            login=login,
            authority=mail.authority,
        ),
    )
