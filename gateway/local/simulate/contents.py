"""Invented contents of every message type, valid by the catalogue and with facts that do not contradict each other.

The same seed gives the same content. What is optional is filled in about half of the time; what a caller names is
taken as it is, and the rest agrees with it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.documents import document_fields
from gateway.local.simulate.agreeing import ONLY_WHEN, settle
from gateway.local.simulate.people import Household, make_household
from gateway.local.simulate.values import Source, value_of

WRITTEN: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When a content is written, unless the caller says when. A day far from every change of the clock."""


def make_content(
    message_type: MessageType | str,
    rng: Random,
    *,
    at: datetime = WRITTEN,
    household: Household | None = None,
    full: bool = False,
    **overrides: Any,
) -> dict[str, Any]:
    """A content that passes the closed schema of the type.

    `at` is when it is written; `household` whom it is about, invented when not named; `full` fills every optional
    field that fits, documents included: those must be stored at a node before they can be sent. An override replaces
    the field; None leaves it out. Raises: UnknownMessageType, KeyError for an override of a field that the type does
    not have.
    """
    kind = catalogue().message(message_type) if isinstance(message_type, str) else message_type
    for name in overrides:
        kind.field(name)
    people = household or make_household(rng, today=at.date())
    source = Source(rng=rng, household=people, at=at)
    stored_first = document_fields(kind)
    content = {
        field.name: value_of(source, field.spec, field.name, required=field.required)
        for field in kind.fields
        if field.required or full or (field.name not in stored_first and rng.random() < 0.5)
    }
    content |= overrides
    content |= _required_now(kind, content, source)
    content |= settle(kind.name, content, source) | overrides
    _drop_what_does_not_apply(kind.name, content, overrides)
    content |= _required_now(kind, content, source)
    return {field.name: content[field.name] for field in kind.fields if content.get(field.name) is not None}


def _required_now(kind: MessageType, content: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """The fields that other values make required and that are not there yet."""
    needed = [name for rule in kind.rules if rule.applies(content) for name in rule.fields]
    return {
        name: value_of(source, kind.field(name).spec, name) for name in needed if content.get(name) is None
    }


def _drop_what_does_not_apply(name: str, content: dict[str, Any], kept: Mapping[str, Any]) -> None:
    for field, (other, values) in ONLY_WHEN.get(name, {}).items():
        if field not in kept and content.get(other) not in values:
            content.pop(field, None)
