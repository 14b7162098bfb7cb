"""What a form for a message type needs: per field its label, order, kind of input, choices, bounds and a line of help.

Data only, for whoever draws the form. Labels are in labels.json, one for every name of a field or member; all else
follows from the catalogue.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from gateway.domain.catalogue.loading import load_catalogue
from gateway.domain.catalogue.model import Category, Field, Label, MessageType
from gateway.domain.catalogue.type_spec import LIST_MAX, Kind, TypeSpec
from gateway.domain.errors import CatalogueError
from gateway.domain.identifiers import CategoryId


class Input(StrEnum):
    """The kinds of input that a form can draw."""

    YES_NO = "ja_nee"
    NUMBER = "getal"
    DATE = "datum"
    TIME = "tijdstip"
    LINE = "regel"
    TEXT = "tekstvak"
    CHOICE = "keuze"
    CHOICES = "meerkeuze"
    LIST = "lijst"
    GROUP = "groep"
    DOCUMENT = "document"
    REFERENCE = "verwijzing"
    AGENCY = "organisatie"
    STAFF = "medewerker"
    DIGEST = "digest"


_INPUTS: Final = {
    Kind.BOOL: Input.YES_NO,
    Kind.INT: Input.NUMBER,
    Kind.DATE: Input.DATE,
    Kind.DATETIME: Input.TIME,
    Kind.STR: Input.LINE,
    Kind.TEXT: Input.TEXT,
    Kind.ENUM: Input.CHOICE,
    Kind.LIST: Input.LIST,
    Kind.STRUCT: Input.GROUP,
    Kind.UUID: Input.REFERENCE,
    Kind.OIN: Input.AGENCY,
    Kind.STAFF_REF: Input.STAFF,
    Kind.SHA256: Input.DIGEST,
}


@cache
def labels() -> Mapping[str, Label]:
    """The label of every field and member. Raises: CatalogueError when one is missing, or one too many."""
    document = json.loads((files("gateway.domain.catalogue") / "labels.json").read_text(encoding="utf-8"))
    return read_labels(document)


def read_labels(document: Mapping[str, Mapping[str, str]]) -> Mapping[str, Label]:
    """The labels in a parsed labels.json. Raises: CatalogueError."""
    words = load_catalogue()
    needed = {field.name for message in words.messages for field in message.fields}
    needed |= {member.name for structure in words.structures.values() for member in structure.members}
    if needed != document.keys():
        raise CatalogueError(f"labels.json: missing or unknown: {sorted(needed ^ document.keys())}")
    if not all(text.strip() for label in document.values() for text in (label["nl"], label["en"])):
        raise CatalogueError("labels.json: an empty label")
    return {name: Label(nl=label["nl"], en=label["en"]) for name, label in document.items()}


def form_of(message: MessageType, categories: Mapping[CategoryId, Category]) -> list[dict[str, Any]]:
    """The fields in the order in which to ask them, as plain JSON."""
    return [
        {
            **_described(field.name, field.spec, required=field.required),
            "volgorde": place,
            "verplichtAls": _required_if(message, field),
            "hulp": _help(field, categories[field.category]),
        }
        for place, field in enumerate(message.fields, start=1)
    ]


def _described(name: str, spec: TypeSpec, *, required: bool) -> dict[str, Any]:
    label = labels()[name]
    return {
        "veld": name,
        "label": {"nl": label.nl, "en": label.en},
        "verplicht": required,
        **_input(name, spec),
    }


def _input(name: str, spec: TypeSpec) -> dict[str, Any]:
    item = spec.item
    if item is not None and item.kind is Kind.ENUM:
        return {"invoer": Input.CHOICES, "keuzes": list(item.codes)}
    found: dict[str, Any] = {"invoer": _INPUTS[spec.kind]}
    if spec.name == "Document":
        return {"invoer": Input.DOCUMENT}
    if spec.codes:
        found["keuzes"] = list(spec.codes)
    if spec.kind is Kind.STRUCT:
        found["leden"] = [
            _described(member.name, member.spec, required=member.required) for member in spec.members
        ]
    if item is not None:
        found["regel"] = _input(name, item)
        found["hoogstens"] = LIST_MAX
    bound = spec.max_length or spec.maximum
    return found if bound is None else found | {"hoogstens": bound}


def _required_if(message: MessageType, field: Field) -> list[dict[str, Any]]:
    return [
        {"veld": rule.field, "waarde": rule.equals, "behalve": rule.unless}
        for rule in message.rules
        if field.name in rule.fields
    ]


def _help(field: Field, category: Category) -> dict[str, str]:
    nl, en = [f"Categorie: {category.label}."], [f"Category: {category.label_en}."]
    if field.spec.max_length is not None:
        nl.append(f"Hoogstens {field.spec.max_length} tekens.")
        en.append(f"At most {field.spec.max_length} characters.")
    if field.is_fact:
        nl.append("De hub ziet dit veld ook, voor termijnen en regels.")
        en.append("The hub sees this field as well, for clocks and rules.")
    return {"nl": " ".join(nl), "en": " ".join(en)}
