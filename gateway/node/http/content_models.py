"""Puts the closed schema of every message type into the published document of the node, as models of `inhoud`.

The schema is that of the catalogue, word for word, but for where its parts stand; what a content is judged by is
`gateway.domain.content_schema`, which says the same.
"""

from typing import Any, Final

from fastapi import FastAPI

from gateway.domain.catalogue import catalogue
from gateway.domain.json_schema import json_schema

_HERE: Final = "#/components/schemas/"
_BODY: Final = "Bericht"
_CONTENT: Final = "Inhoud"


def add_content_models(app: FastAPI) -> None:
    """The document that `app` publishes gets one model per type, `InhoudWeegteamAdvies`; `inhoud` refers to them."""
    written = app.openapi

    def document() -> dict[str, Any]:
        found = written()
        schemas = found["components"]["schemas"]
        if not any(name.startswith(_CONTENT) for name in schemas):
            _add(schemas)
        return found

    app.openapi = document  # type: ignore[method-assign]


def _add(schemas: dict[str, Any]) -> None:
    names = []
    for kind in catalogue().messages:
        schema = json_schema(kind)
        schemas |= {_part(name): _moved(part) for name, part in schema.pop("$defs").items()}
        for keyword in ("$schema", "$id"):
            del schema[keyword]
        names.append(_CONTENT + "".join(part.capitalize() for part in kind.slug.split("-")))
        for name, field in schema["properties"].items():
            if "datum" in name and field.get("format") == "date-time":
                # The API rules take such a name for a date, and want a format that is not date-time; the pattern
                # says what it is.
                field["format"] = "tijdstip"
        schemas[names[-1]] = _moved(schema) | {"description": f"De inhoud van {kind.name}: {kind.schema_uri}"}
    content = schemas[_BODY]["properties"]["inhoud"]
    schemas[_BODY]["properties"]["inhoud"] = {
        "description": "De inhoud, volgens het type van het bericht.",
        "title": content.get("title", "Inhoud"),
        "anyOf": [{"$ref": f"{_HERE}{name}"} for name in names],
    }


def _part(name: str) -> str:
    return f"Deel{name}"


def _moved(node: Any) -> Any:
    """The schema with its references to `$defs` pointing at the document's own models."""
    if isinstance(node, dict):
        return {key: _reference(value) if key == "$ref" else _moved(value) for key, value in node.items()}
    return [_moved(each) for each in node] if isinstance(node, list) else node


def _reference(target: str) -> str:
    return f"{_HERE}{_part(target.removeprefix('#/$defs/'))}"
