"""Writes the closed schema of a message type as JSON Schema 2020-12, for API documents, forms and other systems.

Says what content_schema.check_content says, with `format` asserted. One thing a JSON Schema cannot say: a whole number
written with a fraction (`1.0`) is refused.
"""

from collections.abc import Iterable
from typing import Any

from gateway.domain.catalogue import FieldRule, Kind, Member, MessageType, TypeSpec
from gateway.domain.catalogue.type_spec import LIST_MAX
from gateway.domain.text_form import FORMS, forbidden_pattern


def json_schema(message_type: MessageType) -> dict[str, Any]:
    """The schema of the content of a message, with the category of each field as `x-categorie`."""
    structures: dict[str, TypeSpec] = {}
    properties = {
        field.name: {
            **_schema(field.spec, structures),
            "x-categorie": str(field.category),
            **_fact(field.fact_reason),
        }
        for field in message_type.fields
    }
    required = [field.name for field in message_type.fields if field.required]
    definitions: dict[str, Any] = {}
    while structures:
        name, spec = structures.popitem()
        if name not in definitions:
            definitions[name] = _object(spec.members, structures)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": message_type.schema_uri,
        "title": message_type.title,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": required,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }
    if message_type.rules:
        schema["allOf"] = [_rule(rule) for rule in message_type.rules]
    return schema


def _fact(reason: str) -> dict[str, str]:
    return {"x-feit": reason} if reason else {}


def _object(members: Iterable[Member], structures: dict[str, TypeSpec]) -> dict[str, Any]:
    members = list(members)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {member.name: _schema(member.spec, structures) for member in members},
        "required": [member.name for member in members if member.required],
    }


def _schema(spec: TypeSpec, structures: dict[str, TypeSpec]) -> dict[str, Any]:
    match spec.kind:
        case Kind.BOOL:
            return {"type": "boolean"}
        case Kind.INT:
            return {"type": "integer", "minimum": 0, "maximum": spec.maximum}
        case Kind.ENUM:
            return {"enum": list(spec.codes)}
        case Kind.STRUCT if spec.name is not None:
            structures[spec.name] = spec
            return {"$ref": f"#/$defs/{spec.name}"}
        case Kind.LIST if spec.item is not None:
            return {"type": "array", "maxItems": LIST_MAX, "items": _schema(spec.item, structures)}
        case Kind.TEXT | Kind.STR:
            return {
                "type": "string",
                "minLength": 1,
                "maxLength": spec.max_length,
                "not": {"pattern": forbidden_pattern(lines=spec.kind is Kind.TEXT)},
            }
    return {"type": "string", **FORMS[spec.kind]}


def _rule(rule: FieldRule) -> dict[str, Any]:
    holds = {"properties": {rule.field: {"const": rule.equals}}, "required": [rule.field]}
    return {"if": {"not": holds} if rule.unless else holds, "then": {"required": list(rule.fields)}}
