"""The closed catalogue of messages: which exist, who may send them to whom, and what each field is.

One declarative file per type (types/<slug>.json), the structured types and the vocabulary beside them. From these come
the JSON Schemas, the policy's data, the forms and the reference pages. A type that is not here cannot be sent.
"""

from functools import cache
from typing import Any

from gateway.domain.catalogue.form import form_of
from gateway.domain.catalogue.loading import load_catalogue
from gateway.domain.catalogue.model import (
    ANYONE,
    PREVIOUS,
    START,
    ActRule,
    Catalogue,
    Category,
    Condition,
    Field,
    FieldRule,
    Label,
    MessageType,
    PilotRoles,
    Requirement,
    Role,
    RuleText,
    Transition,
)
from gateway.domain.catalogue.type_spec import Kind, Member, Structure, TypeSpec

__all__ = [
    "ANYONE",
    "PREVIOUS",
    "START",
    "ActRule",
    "Catalogue",
    "Category",
    "Condition",
    "Field",
    "FieldRule",
    "Kind",
    "Label",
    "Member",
    "MessageType",
    "PilotRoles",
    "Requirement",
    "Role",
    "RuleText",
    "Structure",
    "Transition",
    "TypeSpec",
    "catalogue",
    "catalogue_rows",
]


@cache
def catalogue() -> Catalogue:
    """The catalogue of this release, read once. Raises: CatalogueError when its files contradict each other."""
    return load_catalogue()


def catalogue_rows() -> list[dict[str, Any]]:
    """One plain row per message type, ordered by name: what `schakel catalogue` lists, ready for JSON."""
    return [
        {
            "bericht": message.name,
            "slug": message.slug,
            "cloudevent": message.event_type,
            "schema": message.schema_uri,
            "onderwerp": f"schakel.v1.inbox.<oin>.<urgentie>.{message.slug}",
            "titel": message.title,
            "afzenders": list(message.senders),
            "ontvangers": list(message.recipients),
            "doelen": [*message.purposes, *message.purposes_last],
            "toestanden": list(message.states),
            "urgentie": message.urgency.text,
            "antwoorden": list(message.reply_types),
            "handelingen": [act.action for act in message.acts],
            "grondslag": message.basis,
            "velden": [
                {
                    "veld": field.name,
                    "type": field.type,
                    "categorie": field.category,
                    "verplicht": field.required,
                    "feit": field.fact_reason or None,
                }
                for field in message.fields
            ],
            "formulier": form_of(message, catalogue().categories),
        }
        for message in catalogue().messages
    ]
