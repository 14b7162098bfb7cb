"""Sealing and opening a copy, and every way in which a partner or a thief may try to bend one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import ECKey

from gateway.domain.errors import InvalidInput, PayloadTooLarge
from gateway.protocol.canonical import b64u, sha256_hex, unb64u
from gateway.protocol.copy import (
    CONTEXT_HEADER,
    COPY,
    SEALING,
    SIZE_STEPS,
    CopyStatement,
    SealedCopy,
    commitment,
    padded_plaintext,
)
from gateway.protocol.opening import OpenedCopy, open_copy
from tests.protocol.makers import CANARY, NOW, OM, Agency, World, content, envelope, sealed, stamp_for


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


def opened(world: World, copy: SealedCopy, stamp: str, at: Agency | None = None) -> OpenedCopy:
    reader = at or world.police
    keys = {reader.opening.kid: reader.opening}
    return open_copy(copy, stamp, own_oin=reader.oin, keys=keys, registry=world.registry)


def refused(world: World, copy: SealedCopy, stamp: str, at: Agency | None = None) -> str:
    """The code of the step that refused."""
    with pytest.raises(InvalidInput) as caught:
        opened(world, copy, stamp, at)
    assert caught.value.causes
    return caught.value.causes[0].code


def test_the_recipient_reads_exactly_what_was_sealed(world: World) -> None:
    context, made = sealed(world)
    result = opened(world, made.copy, stamp_for(world, context, made.copy))
    assert result.content == content()
    assert result.statement.context == context
    assert commitment(result.content, result.salt) == made.commitment


def test_nothing_of_the_content_is_readable_without_the_key(world: World) -> None:
    _, made = sealed(world)
    clear = unb64u(made.copy.jws.split(".")[1]) + made.copy.jws.encode() + made.copy.jwe.encode()
    assert CANARY.encode() not in clear
    assert CANARY.encode() in padded_plaintext(content(), b"x" * 32)  # the same search does find it there


def test_wrong_recipient_key_opens_nothing(world: World) -> None:
    context, made = sealed(world)
    stamp = stamp_for(world, context, made.copy)
    keys = {context.ontvanger_kid: world.om.opening}
    with pytest.raises(InvalidInput, match="zegel") as caught:
        open_copy(made.copy, stamp, own_oin=world.police.oin, keys=keys, registry=world.registry)
    assert caught.value.causes[0].code == "protocol-zegel"


def test_copy_for_another_agency_is_refused(world: World) -> None:
    context, made = sealed(world)
    assert refused(world, made.copy, stamp_for(world, context, made.copy), world.om) == "protocol-ontvanger"


def test_stamp_of_another_copy_is_refused(world: World) -> None:
    _, made = sealed(world)
    other_context, other = sealed(world)
    assert refused(world, made.copy, stamp_for(world, other_context, other.copy)) == "protocol-samenhang"


def test_stamp_that_the_hub_did_not_sign_is_refused(world: World) -> None:
    context, made = sealed(world)
    forged = World(world.authority, world.vt, world.vt, world.police, world.om, world.registry)
    assert refused(world, made.copy, stamp_for(forged, context, made.copy)) == "protocol-handtekening"


def test_statement_that_another_agency_signed_is_refused(world: World) -> None:
    context, made = sealed(world)
    statement = CopyStatement.parse_bytes(unb64u(made.copy.jws.split(".")[1]))
    forged = SealedCopy(jws=world.om.signing.sign(statement, typ=COPY), jwe=made.copy.jwe)
    assert refused(world, forged, stamp_for(world, context, forged)) == "protocol-handtekening"


def test_jwe_swapped_for_that_of_another_copy_is_refused(world: World) -> None:
    context, made = sealed(world)
    _, other = sealed(world)
    swapped = SealedCopy(jws=made.copy.jws, jwe=other.copy.jwe)
    assert refused(world, swapped, stamp_for(world, context, swapped)) == "protocol-zegel"


def test_purpose_swap_after_sealing_is_refused(world: World) -> None:
    """The sender signs a context with another purpose than the sealed one: the header no longer binds it."""
    context, made = sealed(world)
    statement = CopyStatement.parse_bytes(unb64u(made.copy.jws.split(".")[1]))
    changed = context.model_copy(update={"doel": "handhaving"})
    swapped = statement.model_copy(update={"context": changed})
    copy = SealedCopy(jws=world.vt.signing.sign(swapped, typ=COPY), jwe=made.copy.jwe)
    assert refused(world, copy, stamp_for(world, changed, copy)) == "protocol-zegel"


def test_fact_that_contradicts_the_content_is_refused(world: World) -> None:
    context, made = sealed(world, feiten={"pleger_meerderjarig": False})
    assert refused(world, made.copy, stamp_for(world, context, made.copy)) == "protocol-feiten"


def test_fact_whose_field_the_copy_does_not_hold_is_refused(world: World) -> None:
    context, made = sealed(world, held={}, feiten={"pleger_meerderjarig": True})
    assert refused(world, made.copy, stamp_for(world, context, made.copy)) == "protocol-feiten"


def test_fact_that_the_copy_holds_may_not_be_missing_from_the_envelope(world: World) -> None:
    context, made = sealed(world, feiten={})
    assert refused(world, made.copy, stamp_for(world, context, made.copy)) == "protocol-feiten"


def test_fact_whose_field_was_masked_to_another_value_is_left_out_of_the_envelope(world: World) -> None:
    whole, _ = sealed(world)
    masked = [
        f.model_copy(update={"besluit": "mask", "masker": "M_JN"}) if f.veld == "pleger_meerderjarig" else f
        for f in whole.manifest
    ]
    held = {"pleger_meerderjarig": "ja"}
    context, made = sealed(world, held=held, manifest=masked, feiten={})
    assert opened(world, made.copy, stamp_for(world, context, made.copy)).content == held


def test_manifest_that_hides_a_field_is_refused(world: World) -> None:
    whole, _ = sealed(world)
    context, made = sealed(world, manifest=whole.manifest[1:])
    assert refused(world, made.copy, stamp_for(world, context, made.copy)) == "protocol-manifest"


def test_envelope_that_names_another_sender_is_refused(world: World) -> None:
    """Confused deputy: the police may not be made to believe that the OM wrote this."""
    context, made = sealed(world, envelope(oin=OM))
    assert refused(world, made.copy, stamp_for(world, context, made.copy)) == "protocol-handtekening"


def test_compressed_jwe_is_refused(world: World) -> None:
    context, made = sealed(world)
    key = ECKey.import_key(dict(world.police.opening.public_jwk.items()))
    header = {
        "alg": "ECDH-ES+A256KW",
        "enc": "A256GCM",
        "typ": "JWE",
        "zip": "DEF",
        "kid": world.police.opening.kid,
        CONTEXT_HEADER: sha256_hex(context.canonical()),
    }
    registry = jwe.JWERegistry(
        header_registry={CONTEXT_HEADER: SEALING.header_registry[CONTEXT_HEADER]},
        algorithms=["ECDH-ES+A256KW", "A256GCM", "DEF"],
    )
    token = jwe.encrypt_compact(header, padded_plaintext(content(), made.salt), key, registry=registry)
    statement = CopyStatement.parse_bytes(unb64u(made.copy.jws.split(".")[1]))
    signed = statement.model_copy(update={"jwe_sha256": sha256_hex(token.encode())})
    copy = SealedCopy(jws=world.vt.signing.sign(signed, typ=COPY), jwe=token)
    assert refused(world, copy, stamp_for(world, context, copy)) == "protocol-zegel"


@pytest.mark.parametrize("part", [0, 1, 2])
def test_any_changed_part_of_the_signature_is_refused(world: World, part: int) -> None:
    context, made = sealed(world)
    parts = made.copy.jws.split(".")
    raw = bytearray(unb64u(parts[part]))
    raw[len(raw) // 2] ^= 1
    parts[part] = b64u(bytes(raw))
    changed = SealedCopy(jws=".".join(parts), jwe=made.copy.jwe)
    with pytest.raises(InvalidInput):
        opened(world, changed, stamp_for(world, context, changed))


@settings(max_examples=30, deadline=None)
@given(length=st.integers(0, 60_000))
def test_size_tells_only_the_step(length: int) -> None:
    plain = padded_plaintext({"onderbouwing_gevaar": "x" * length}, b"s" * 32)
    assert len(plain) in SIZE_STEPS
    assert length < len(plain)


def test_content_beyond_the_largest_step_is_refused_with_the_limit() -> None:
    with pytest.raises(PayloadTooLarge, match="256 KiB"):
        padded_plaintext({"onderbouwing_gevaar": "x" * 300_000}, b"s" * 32)


@settings(max_examples=20, deadline=None)
@given(held=st.dictionaries(st.sampled_from(["toelichting", "onderbouwing_gevaar"]), st.text(max_size=500)))
def test_any_text_survives_sealing_and_opening(held: dict[str, Any]) -> None:
    world = _shared()
    text = {k: v.encode("utf-8", "ignore").decode() for k, v in held.items()}
    context, made = sealed(world, held=text)
    assert opened(world, made.copy, stamp_for(world, context, made.copy)).content == text


_worlds: list[World] = []


def _shared() -> World:
    if not _worlds:
        _worlds.append(World.new())
    return _worlds[0]


def test_the_registry_clock_is_the_callers(world: World) -> None:
    assert world.registry.participant(world.police.oin).sealing_key(NOW).kid == world.police.opening.kid
