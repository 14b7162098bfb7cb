"""The published document of the hub: valid OpenAPI, and clean by the official ruleset of the API Design Rules."""

from typing import Any

from openapi_spec_validator import validate

from gateway.hub.http.application import hub_application
from gateway.web.tokens import TokenVerifier
from tests.hub.makers import RunningHub
from tests.web.spectral import adr_ruleset, spectral_findings


def published(hub: RunningHub) -> dict[str, Any]:
    app = hub_application(
        hub.desk,
        hub.parts,
        verifier=TokenVerifier({}, issuer="https://hub.schakel.example", audience="x"),
        registry_document=lambda: b"{}",
        routers=[],
        checks={},
        public_url="https://hub.schakel.example",
    )
    return app.openapi()


def test_the_document_is_valid_and_names_every_resource(hub: RunningHub) -> None:
    document = published(hub)
    validate(document)
    assert set(document["paths"]) == {
        "/plannen",
        "/inzendingen",
        "/ontvangsten",
        "/leesvragen",
        "/besluiten",
        "/deelnemers",
        "/logboek/controlepunt",
        "/logboek/bewijs",
        "/logboek/samenhang",
        "/beleidsinformatie",
    }
    for path in ("/plannen", "/inzendingen"):
        schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert schema["additionalProperties"] is False


def test_the_document_is_clean_by_the_official_ruleset(hub: RunningHub) -> None:
    assert spectral_findings(published(hub), adr_ruleset()) == []
