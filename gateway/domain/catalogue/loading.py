"""Reads the files of the catalogue and checks that they agree: a start on half a catalogue does not happen.

Each types/<slug>.json is the one source of its message type. Refuses a field without a category, a fact without a
use, and every name of a role, state, purpose, category, rule or act that the vocabulary does not hold.
"""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final

from gateway.domain.catalogue.message_record import read_message
from gateway.domain.catalogue.model import ANYONE, Catalogue, Field, MessageType
from gateway.domain.catalogue.type_spec import Kind, Structure
from gateway.domain.catalogue.vocabulary import (
    Vocabulary,
    check_known,
    read_structures,
    read_vocabulary,
)
from gateway.domain.errors import CatalogueError

FACT_KINDS: Final = {Kind.BOOL, Kind.ENUM, Kind.DATE, Kind.DATETIME, Kind.OIN, Kind.UUID, Kind.INT}
"""What may travel in clear: nothing that can hold a story or name a person (design.md 4)."""

_USE: Final = re.compile(
    r"\b(D[0-9]{2}|T[0-9]{2}|G[0-9]{2}|[CST]_\w+)\b|receipt clock|late registration|time to|routing"
)


def load_catalogue() -> Catalogue:
    """The catalogue of this release. Raises: CatalogueError."""
    folder = files("gateway.domain.catalogue")
    vocabulary = read_vocabulary(_read(folder / "vocabulary.json"), _read(folder / "rules.json"))
    structures = read_structures(_read(folder / "structures.json"))
    documents = {
        entry.name: _read(entry) for entry in (folder / "types").iterdir() if entry.name.endswith(".json")
    }
    return build_catalogue(vocabulary, structures, documents)


def build_catalogue(
    vocabulary: Vocabulary, structures: Mapping[str, Structure], documents: Mapping[str, Any]
) -> Catalogue:
    """The catalogue of these parts; `documents` maps file names to parsed JSON. Raises: CatalogueError."""
    messages = []
    for file_name in sorted(documents):
        message = read_message(documents[file_name], file_name, vocabulary, structures)
        if f"{message.slug}.json" != file_name:
            raise CatalogueError(f"{file_name}: holds {message.name}, which belongs in {message.slug}.json")
        messages.append(message)
    by_name = {message.name: message for message in messages}
    for message in messages:
        _check_message(message, by_name, vocabulary)
    return Catalogue(
        messages=tuple(messages),
        by_name=MappingProxyType(by_name),
        by_slug=MappingProxyType({message.slug: message for message in messages}),
        structures=structures,
        agencies=vocabulary.agencies,
        roles=vocabulary.roles,
        categories=vocabulary.categories,
        masks=vocabulary.masks,
        purposes=vocabulary.purposes,
        conditions=vocabulary.conditions,
        obligations=vocabulary.obligations,
        states=vocabulary.states,
        state_sets=vocabulary.state_sets,
        transitions=vocabulary.transitions,
        rules=vocabulary.rules,
    )


def _read(entry: Traversable) -> Any:
    try:
        return json.loads(entry.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{entry.name}: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CatalogueError("a key stands twice in one object")
    return found


def _check_message(message: MessageType, by_name: Mapping[str, MessageType], words: Vocabulary) -> None:
    where = message.name
    pilots = message.pilot_senders.roles if message.pilot_senders else ()
    acting = {role for act in message.acts for role in act.senders}
    check_known({*message.senders, *message.recipients} - {ANYONE}, words.roles, where)
    check_known((*pilots, *message.owner_after, *acting), words.roles, where)
    check_known((*message.owner_desk, *message.reads_as), message.recipients, f"{where}: recipients")
    check_known(message.recipient_requires, message.recipients, f"{where}: recipients")
    reading = {purpose for purposes in message.reads_as.values() for purpose in purposes}
    check_known({*message.purposes, *message.purposes_last, *reading}, words.purposes, where)
    check_known(message.states, words.states, where)
    check_known(message.reply_types, by_name, f"{where}: replies")
    needed = (*message.requires, *message.recipient_requires.values())
    check_known((each.rule for each in needed), words.rules, where)
    for field in message.fields:
        _check_field(field, words, f"{where}.{field.name}")
    _check_facts(message, words)


def _check_field(field: Field, words: Vocabulary, where: str) -> None:
    check_known((field.category,), words.categories, where)
    if field.is_fact and field.spec.kind not in FACT_KINDS:
        raise CatalogueError(f"{where}: a {field.spec.kind} cannot travel in clear")
    if field.is_fact and not _USE.search(field.fact_reason):
        raise CatalogueError(f"{where}: a fact needs a clock, transition or condition that uses it")


def _check_facts(message: MessageType, words: Vocabulary) -> None:
    """Acts and urgency look at facts only, since the hub sees nothing else; rules look at fields."""
    facts = {field.name: field for field in message.fields if field.is_fact}
    check_known((act.action for act in message.acts), words.transitions, message.name)
    for act in message.acts:
        check_known(act.when, facts, f"{message.name}: acts look at facts")
        for name, values in act.when.items():
            _check_values(facts[name], values, message.name)
    urgency = message.urgency
    if urgency.by_fact is not None:
        check_known((urgency.by_fact,), facts, f"{message.name}: urgency looks at facts")
        if set(urgency.values) != set(facts[urgency.by_fact].spec.codes):
            raise CatalogueError(f"{message.name}: urgency names every code of {urgency.by_fact}, once")
    names = {field.name: field for field in message.fields}
    for rule in message.rules:
        check_known((rule.field, *rule.fields), names, f"{message.name}: rules")
        _check_values(names[rule.field], (rule.equals,), message.name)


def _check_values(field: Field, values: tuple[bool | str, ...], where: str) -> None:
    for value in values:
        fits = value in field.spec.codes if isinstance(value, str) else field.spec.kind is Kind.BOOL
        if not fits:
            raise CatalogueError(f"{where}.{field.name}: never has the value {value!r}")
