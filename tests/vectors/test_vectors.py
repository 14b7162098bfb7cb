"""The golden copy of format version 1 opens, today and for as long as that version is supported."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.clock import parse_time
from gateway.domain.errors import InvalidInput
from gateway.protocol.canonical import canonical, sha256_hex
from gateway.protocol.copy import CopyContext, SealedCopy, commitment
from gateway.protocol.keys import OpeningKey
from gateway.protocol.opening import OpenedCopy, open_copy
from gateway.protocol.registry import Registry
from gateway.protocol.submission import receive


@pytest.fixture(scope="module")
def vector() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "copy_v1.json").read_text())
    return loaded


def registry_of(vector: dict[str, Any]) -> Registry:
    return Registry.load(
        vector["registry"].encode(),
        trust_anchor_pem=vector["trust_anchor_pem"].encode(),
        now=parse_time(vector["now"]),
    )


def opened(vector: dict[str, Any], copy: dict[str, str]) -> OpenedCopy:
    key = OpeningKey.from_pem(vector["recipient_private_key_pem"].encode())
    return open_copy(
        SealedCopy.parse(copy),
        vector["stamp"],
        own_oin=vector["recipient_oin"],
        keys={key.kid: key},
        registry=registry_of(vector),
    )


def test_the_golden_copy_opens(vector: dict[str, Any]) -> None:
    result = opened(vector, vector["copy"])
    assert result.content == vector["expected"]["content"]
    assert result.salt.hex() == vector["expected"]["salt_hex"]


def test_the_commitment_is_as_the_format_says(vector: dict[str, Any]) -> None:
    expected = vector["expected"]
    salt = bytes.fromhex(expected["salt_hex"])
    assert commitment(expected["content"], salt) == expected["commitment"]
    assert sha256_hex(salt + canonical(expected["content"])) == expected["commitment"]


def test_the_context_keeps_its_bytes(vector: dict[str, Any]) -> None:
    context = CopyContext.parse(vector["expected"]["context"])
    assert context.canonical() == canonical(vector["expected"]["context"])


def test_the_golden_submission_is_received(vector: dict[str, Any]) -> None:
    registry = registry_of(vector)
    body = vector["submission_body"].encode()
    sender = vector["expected"]["context"]["afzender"]["oin"]
    key = registry.participant(sender).verification_key
    received = receive(body, sender_oin=sender, key=key, hub_oin=registry.hub_oin)
    assert received.statements[0].commitment == vector["expected"]["commitment"]


def test_unknown_version_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        CopyContext.parse(vector["expected"]["context"] | {"versie": 2})


@pytest.mark.parametrize("part", range(5))
def test_a_changed_part_of_the_golden_jwe_is_refused(vector: dict[str, Any], part: int) -> None:
    parts = vector["copy"]["jwe"].split(".")
    parts[part] = ("B" if parts[part][0] == "A" else "A") + parts[part][1:]
    with pytest.raises(InvalidInput):
        opened(vector, vector["copy"] | {"jwe": ".".join(parts)})
