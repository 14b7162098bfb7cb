"""What is counted for policy makers, read as it was stored. Counting, and what may be shown, is for the use case.

Every query takes a period [start, end) as RFC 3339 text. The municipality is that of the case; None when the hub does
not know the case, as after a refused opening.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Select, select

from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import case_states, cases, decisions, deliveries, messages, receipts

_AT_ONCE = 500  # a stored question is some kilobytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision on sending (`verzenden`) or reading (`lezen`), question and verdict as JSON text."""

    kind: str
    question: str
    verdict: str
    decided_at: str
    municipality: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """An accepted message; `facts` is JSON text."""

    message_type: str
    oin: str
    facts: str
    accepted_at: str
    municipality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """A message that answers another one of the same case."""

    asked_type: str
    answer_type: str
    asked_at: str
    answered_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAct:
    """An act that changed a case."""

    act: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDelivery:
    """A copy, and when somebody took it on (None: nobody did)."""

    urgency: str
    accepted_at: str
    taken_on_at: str | None


def decisions_between(connection: Connection, start: str, end: str) -> Iterator[StoredDecision]:
    """Decisions on sending and reading, read in portions: they are many and large.

    Without the one on which a message was accepted: it repeats that on its plan, which is here already.
    """
    query = (
        select(
            decisions.c.kind,
            decisions.c.question,
            decisions.c.verdict,
            decisions.c.decided_at,
            cases.c.municipality,
        )
        .outerjoin_from(decisions, cases, cases.c.case_id == decisions.c.case_id)
        .outerjoin(messages, messages.c.decision_id == decisions.c.decision_id)
        .where(messages.c.decision_id.is_(None))
        .where(decisions.c.decided_at >= start, decisions.c.decided_at < end)
        .where(decisions.c.kind.in_(("verzenden", "lezen")))
    )
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query).mappings():
        yield StoredDecision(**row)


def messages_between(connection: Connection, start: str, end: str) -> tuple[StoredMessage, ...]:
    """Messages that were accepted."""
    columns = (messages.c.message_type, messages.c.oin, messages.c.facts, messages.c.accepted_at)
    query: Select[tuple[str, ...]] = (
        select(*columns, cases.c.municipality)
        .join_from(messages, cases, cases.c.case_id == messages.c.case_id)
        .where(messages.c.accepted_at >= start, messages.c.accepted_at < end)
    )
    return select_all(connection, StoredMessage, query)


def answers_between(connection: Connection, start: str, end: str) -> tuple[StoredAnswer, ...]:
    """Answers that were accepted, whenever they were asked for."""
    asked = messages.alias("asked")
    query = (
        select(
            asked.c.message_type.label("asked_type"),
            messages.c.message_type.label("answer_type"),
            asked.c.accepted_at.label("asked_at"),
            messages.c.accepted_at.label("answered_at"),
        )
        .join_from(
            messages,
            asked,
            (asked.c.case_id == messages.c.case_id) & (asked.c.message_id == messages.c.in_reply_to),
        )
        .where(messages.c.accepted_at >= start, messages.c.accepted_at < end)
    )
    return select_all(connection, StoredAnswer, query)


def acts_between(connection: Connection, start: str, end: str) -> tuple[StoredAct, ...]:
    """Acts, with a message or without."""
    query = select(case_states.c.act, case_states.c.since).where(
        case_states.c.since >= start, case_states.c.since < end
    )
    return select_all(connection, StoredAct, query)


def deliveries_between(connection: Connection, start: str, end: str) -> tuple[StoredDelivery, ...]:
    """Copies of messages that were accepted in the period."""
    taken_on = (receipts.c.copy_id == deliveries.c.copy_id) & (receipts.c.kind == "aanvaard")
    query = (
        select(deliveries.c.urgency, deliveries.c.accepted_at, receipts.c.received_at.label("taken_on_at"))
        .outerjoin_from(deliveries, receipts, taken_on)
        .where(deliveries.c.accepted_at >= start, deliveries.c.accepted_at < end)
    )
    return select_all(connection, StoredDelivery, query)
