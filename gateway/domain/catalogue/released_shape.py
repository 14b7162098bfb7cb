"""The shape of a message type: what a program that reads or writes its messages depends on.

Fields with their whole type, category, whether they are required and whether the hub sees them, and the rules that
make fields required. Titles, notes and reasons are text for people and no part of it; neither is who may send it,
which is for the policy.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from gateway.domain.catalogue.model import Catalogue, FieldRule, MessageType
from gateway.domain.catalogue.type_spec import Kind, Member, TypeSpec

Shape: TypeAlias = Mapping[str, Any]
Released: TypeAlias = Mapping[str, Mapping[str, Shape]]
"""Shapes by name of the type and version."""

SNAPSHOT: Final = "released.json"
"""The file beside this module that holds every released version; `schakel catalogue --release` writes it."""


def shapes_of(catalogue: Catalogue) -> dict[str, dict[str, Shape]]:
    """The shape of every type as it is now, by name and version."""
    return {message.name: {message.version: shape_of(message)} for message in catalogue.messages}


def shape_of(message: MessageType) -> Shape:
    """Plain JSON."""
    return {
        "velden": {
            field.name: {
                **_type(field.spec),
                "verplicht": field.required,
                "categorie": str(field.category),
                "feit": field.is_fact,
            }
            for field in message.fields
        },
        "regels": sorted((_rule(rule) for rule in message.rules), key=str),
    }


def _type(spec: TypeSpec) -> dict[str, Any]:
    found: dict[str, Any] = {"soort": str(spec.kind)}
    if spec.max_length is not None:
        found["hoogstens"] = spec.max_length
    if spec.maximum is not None:
        found["hoogstens"] = spec.maximum
    if spec.codes:
        found["codes"] = list(spec.codes)
    if spec.item is not None:
        found["regel"] = _type(spec.item)
    if spec.kind is Kind.STRUCT:
        found["leden"] = _members(spec.members)
    return found


def _members(members: Iterable[Member]) -> dict[str, Any]:
    return {member.name: {**_type(member.spec), "verplicht": member.required} for member in members}


def _rule(rule: FieldRule) -> dict[str, Any]:
    return {
        "velden": list(rule.fields),
        "veld": rule.field,
        "waarde": rule.equals,
        "behalve": rule.unless,
    }
