"""The published OpenAPI document, made to say what the application really answers.

FastAPI's own document declares 422 and JSON errors; ours are 400 and problem+json, every response carries
API-Version, and the major version stands in the server address instead of in each path.
Source: NL API Design Rules 2.2, /core/doc-openapi, /core/uri-version, /core/error-handling.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.web.problems import PROBLEM_MEDIA_TYPE

API_BASE = "/v1"

_PROBLEM = {
    "type": "object",
    "description": "Wat er misging (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "traceId"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Adres van het soort probleem."},
        "title": {"type": "string", "description": "Korte naam van het soort probleem."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "HTTP-status."},
        "detail": {"type": "string", "description": "Wat er hier misging."},
        "instance": {"type": "string", "description": "Het gevraagde adres, zonder query."},
        "code": {"type": "string", "description": "Vaste code van het soort probleem."},
        "traceId": {"type": "string", "description": "Nummer om bij een melding te noemen."},
        "regel": {"type": "string", "description": "De regel die weigerde."},
        "artikel": {"type": "string", "description": "Het wetsartikel achter de regel."},
        "vervolgstap": {"type": "string", "description": "Wat u nu kunt doen."},
        "plan": {"type": "object", "description": "Het nieuwe plan, als het oude verouderd is."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Oorzaak"}},
    },
}
_CAUSE = {
    "type": "object",
    "description": "Een van de oorzaken; alle oorzaken staan er in een keer.",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON-pointer (RFC 6901) naar de plek."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "artikel": {"type": "string"},
    },
}
_VERSION_HEADER = {"API-Version": {"$ref": "#/components/headers/ApiVersion"}}
_PROBLEM_CONTENT = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Probleem"}}}
_METHODS = {"get", "put", "post", "delete", "patch"}


def openapi_document(app: FastAPI, *, server_url: str) -> dict[str, Any]:
    """The document of all routes under `/v1`; routes outside it belong to other standards and are left out.

    `server_url` is the public address of the application without path, with https.
    """
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        contact=app.contact,
        license_info=app.license_info,
        routes=app.routes,
        servers=[{"url": server_url.rstrip("/") + API_BASE}],
        separate_input_output_schemas=False,
    )
    document["paths"] = {
        path.removeprefix(API_BASE): item
        for path, item in document.get("paths", {}).items()
        if path.startswith(API_BASE + "/")
    }
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas |= {"Probleem": _PROBLEM, "Oorzaak": _CAUSE}
    components.setdefault("headers", {})["ApiVersion"] = {
        "description": "Volledige versie van de API.",
        "schema": {"type": "string", "examples": [app.version]},
    }
    for operation in _operations(document):
        operation["responses"] = _responses(operation)
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        for method, operation in item.items():
            if method in _METHODS:
                yield operation


def _responses(operation: dict[str, Any]) -> dict[str, Any]:
    """The declared responses with headers, 400 where there is input, and any other error as `default`."""
    declared: dict[str, Any] = {
        status: response for status, response in operation["responses"].items() if status != "422"
    }
    if operation.get("parameters") or operation.get("requestBody"):
        declared.setdefault("400", {"description": "Ongeldige invoer, met alle oorzaken"})
    declared.setdefault("default", {"description": "Elke andere fout"})
    for status, response in declared.items():
        response["headers"] = response.get("headers", {}) | _VERSION_HEADER
        if status == "default" or status[0] in "45":
            response["content"] = _PROBLEM_CONTENT
    return declared
