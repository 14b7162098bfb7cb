"""Alarms reach people: the port `alarmering`, its adapters for webhook and mail, and the way along the roster.

Which alarms are due is decided by gateway.domain.deadlines. Trying again belongs to the outbox: an adapter tries once.
"""

from gateway.hub.alarms.channel import AlarmChannel, AlarmNotDelivered, Delivered
from gateway.hub.alarms.notice import AlarmNotice, notice_of
from gateway.hub.alarms.roster import (
    AlarmProgress,
    AskPerson,
    Call,
    OnDuty,
    PutOnCallList,
    Settled,
    WaitUntil,
    next_step,
)
from gateway.hub.alarms.smtp import SmtpChannel, SmtpLogin, SmtpSecurity
from gateway.hub.alarms.webhook import WebhookChannel

__all__ = [
    "AlarmChannel",
    "AlarmNotDelivered",
    "AlarmNotice",
    "AlarmProgress",
    "AskPerson",
    "Call",
    "Delivered",
    "OnDuty",
    "PutOnCallList",
    "Settled",
    "SmtpChannel",
    "SmtpLogin",
    "SmtpSecurity",
    "WaitUntil",
    "WebhookChannel",
    "next_step",
    "notice_of",
]
