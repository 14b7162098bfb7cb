"""The envelope is a CloudEvent by the NL GOV profile 1.1: for every message type, and without personal data.

The JSON Schema is read from the folder in SCHAKEL_CONFORMANCE; the rules of the Dutch profile that a schema cannot
tell (URN with OIN, reverse DNS, names, no content) are checked here and need no folder.
"""

import json
import re
from typing import Any

import jsonschema
import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import InvalidInput
from gateway.protocol.envelope import Envelope, source, source_oin
from tests.reference import reference

SCHEMA = "conformance/cloudevents/cloudevents-1.0-json-event-format.schema.json"
NAMES = sorted(m.name for m in catalogue().messages)


def event(name: str) -> dict[str, Any]:
    kind = catalogue().message(name)
    return Envelope(
        id="0193a5b2-6c1e-7d3a-9f10-2b7c4e8a1d55",
        source=source("00000099000000002000", "knooppunt"),
        type=kind.event_type,
        subject="7f0c2f0e-3a39-4c55-9a53-5d0a6a0f6a11",
        time="2026-11-22T01:45:00.000Z",
        dataschema=kind.schema_uri,
        correlatieid="1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        doel=kind.purposes[0],
        urgentie="U1",
    ).to_json()


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(reference(SCHEMA).read_text())
    return loaded


@pytest.mark.parametrize("name", NAMES)
def test_the_envelope_is_a_cloudevent(name: str, schema: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(schema).validate(event(name))


def test_the_schema_would_notice_a_missing_source(schema: dict[str, Any]) -> None:
    broken = event(NAMES[0])
    del broken["source"]
    with pytest.raises(jsonschema.ValidationError, match="source"):
        jsonschema.Draft7Validator(schema).validate(broken)


@pytest.mark.parametrize("name", NAMES)
def test_the_envelope_keeps_the_dutch_profile(name: str) -> None:
    made = event(name)
    assert re.fullmatch(r"urn:nld:oin:[0-9A-Z]{20}:systeem:[A-Za-z0-9._~%-]+", made["source"])
    assert re.fullmatch(r"nl(\.[a-z0-9]+(-[a-z0-9]+)*)+\.v[1-9][0-9]*", made["type"])
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", attribute) for attribute in made)
    assert re.fullmatch(
        r"[0-9a-f-]{36}", made["subject"]
    )  # never a BSN, whatever the example of the profile does
    assert None not in made.values()


@pytest.mark.parametrize(
    "text", ["urn:nld:kvknr:09220932.systeem", "urn:nld:oin:123:systeem:x", "https://voorbeeld.example/", ""]
)
def test_a_source_without_an_oin_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        source_oin(text)
