"""What is counted for policy makers, read as it was stored. Counting, and what may be shown, is for the use case.

Every query takes a period [start, end) as RFC 3339 text. The municipality is that of the case; None when the hub does
not know the case, as after a refused opening.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Select, select

from gateway.hub.storage.clock_tables import clocks
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import case_states, cases, decisions, messages

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
class StoredClock:
    """A clock whose end lies in the period; `record` is the whole clock as JSON text."""

    deadline: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredActDecision:
    """A decision on an act, question and verdict as JSON text. `with_message`: a message of the case was accepted at
    the same moment, so that an allowed decision is that message's own."""

    question: str
    verdict: str
    decided_at: str
    with_message: bool


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


def act_decisions_between(connection: Connection, start: str, end: str) -> tuple[StoredActDecision, ...]:
    """Decisions on acts, also those that a message records."""
    accepted = select(messages.c.accepted_at).where(
        messages.c.case_id == decisions.c.case_id, messages.c.accepted_at == decisions.c.decided_at
    )
    query = select(
        decisions.c.question,
        decisions.c.verdict,
        decisions.c.decided_at,
        accepted.exists().label("with_message"),
    ).where(decisions.c.decided_at >= start, decisions.c.decided_at < end, decisions.c.kind == "besluiten")
    return select_all(connection, StoredActDecision, query)


def clocks_due_between(connection: Connection, start: str, end: str) -> tuple[StoredClock, ...]:
    """Clocks of which the end lies in the period, whatever became of them."""
    query = select(clocks.c.deadline, clocks.c.record).where(clocks.c.due_at >= start, clocks.c.due_at < end)
    return select_all(connection, StoredClock, query)
