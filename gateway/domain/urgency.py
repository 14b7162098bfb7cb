"""How urgent a message is, and how soon somebody must take it on.

Computed by the hub from case facts only; where a fact that would lower the urgency is missing, the more
urgent holds. Source: domain.md 3.1 (a design choice), design.md 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.domain.catalogue.model import MessageType


class Urgency(StrEnum):
    """U0 direct, U1 spoed, U2 vandaag, U3 regulier.

    Orders as text: U0 is the smallest and the most urgent.
    """

    U0 = "U0"
    U1 = "U1"
    U2 = "U2"
    U3 = "U3"


ACK_WITHIN: Final[Mapping[Urgency, timedelta]] = {
    Urgency.U0: timedelta(minutes=5),
    Urgency.U1: timedelta(minutes=15),
    Urgency.U2: timedelta(hours=8),
    Urgency.U3: timedelta(days=2),
}
"""Time to `aanvaard`. Elapsed time; the two days of U3 are working days, which the clocks count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyRule:
    """The urgency of a message type.

    `most_urgent` holds unless `by_fact` names a fact whose value gives another one. `inherits`: a system
    message, as urgent as the message it answers.
    """

    text: str
    most_urgent: Urgency
    by_fact: str | None
    values: Mapping[str, Urgency]
    inherits: bool


def urgency_of(
    message_type: "MessageType", facts: Mapping[str, object], answers: Urgency | None = None
) -> Urgency:
    """The urgency for these facts. `answers` is the urgency of the message that a system message is about."""
    rule = message_type.urgency
    if rule.inherits:
        return answers or rule.most_urgent
    if rule.by_fact is None:
        return rule.most_urgent
    value = facts.get(rule.by_fact)
    return rule.values.get(value, rule.most_urgent) if isinstance(value, str) else rule.most_urgent
