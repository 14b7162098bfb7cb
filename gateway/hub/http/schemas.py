"""JSON Schemas of the protocol's bodies for the published document.

The doors read bodies as bytes, so FastAPI does not know them; here the same Pydantic models describe themselves.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]


def body_schema(models: Sequence[type[BaseModel]]) -> Schema:
    """The schema of a body that is one of these models, complete in itself (no references)."""
    schemas = [_inlined(model.model_json_schema(by_alias=True)) for model in models]
    return schemas[0] if len(schemas) == 1 else {"oneOf": schemas}


def json_content(models: Sequence[type[BaseModel]]) -> Schema:
    """The `content` of a request or response in the document."""
    return {"application/json": {"schema": body_schema(models)}}


def _inlined(schema: Schema) -> Schema:
    """`schema` with every reference replaced by what it refers to; the models are not recursive."""
    definitions = schema.get("$defs", {})

    def resolve(part: Any) -> Any:
        if isinstance(part, list):
            return [resolve(item) for item in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return resolve(definitions[part["$ref"].removeprefix("#/$defs/")])
        return {name: resolve(value) for name, value in part.items() if name != "$defs"}

    resolved: Schema = resolve(schema)
    return resolved
