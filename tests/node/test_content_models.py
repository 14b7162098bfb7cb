"""The published document holds the closed schema of every message type, and says of contents what the node says."""

from typing import Any

import jsonschema
import pytest

from gateway.domain.catalogue import MessageType, catalogue
from gateway.local.simulate.contents import make_content
from gateway.local.simulate.people import seeded
from tests.node.makers import Exchange


@pytest.fixture
def document(exchange: Exchange) -> dict[str, Any]:
    return dict(exchange.vt.app.app.openapi())


def model(kind: MessageType) -> str:
    return "Inhoud" + "".join(part.capitalize() for part in kind.slug.split("-"))


def test_every_type_is_a_model_that_takes_its_contents_and_no_more(document: dict[str, Any]) -> None:
    for kind in catalogue().messages:
        schema = {"$ref": f"#/components/schemas/{model(kind)}", "components": document["components"]}
        validator = jsonschema.Draft202012Validator(schema)
        content = make_content(kind, seeded(1), full=True)
        assert list(validator.iter_errors(content)) == [], kind.name
        assert list(validator.iter_errors(content | {"kleur": "rood"})) != [], kind.name
        for field in kind.fields:
            if field.required:
                without = {name: value for name, value in content.items() if name != field.name}
                assert list(validator.iter_errors(without)) != [], (kind.name, field.name)


def test_a_body_refers_to_every_model(document: dict[str, Any]) -> None:
    body = document["components"]["schemas"]["Bericht"]["properties"]["inhoud"]
    assert body["anyOf"] == [{"$ref": f"#/components/schemas/{model(k)}"} for k in catalogue().messages]
