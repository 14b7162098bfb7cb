"""Leaves: what is hashed, and what a body may hold."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.body import Erasure, Who, parse_body
from audit.canonical import MAX_INTEGER, canonical, parse
from audit.errors import BodyInvalid, UnknownVersion
from audit.events import TAG_FORM, EventTag
from audit.leaf import Leaf, leaf_hash
from audit.restore import succession
from tests.audit.makers import START, about, event, head, leaf, small_bodies

BODY: dict[str, Any] = event(1, about(p_een=1)).to_json()

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii")), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(json_values)
def test_canonical_bytes_are_those_of_an_independent_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert parse(canonical(value)) == value


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        b'{"a":"\\u00e9"}',
        b'{"a":"\\ud800"}',
        b'{"\xc3\xa9":1}',
        b"[" * 100_000,
        b"\xff",
        b"",
    ],
)
def test_another_spelling_or_another_json_is_refused(data: bytes) -> None:
    with pytest.raises(BodyInvalid):
        parse(data)


@pytest.mark.parametrize(
    "value", [1.5, MAX_INTEGER + 1, b"bytes", {"é": 1}, {1: 2}, "\ud800", [[[[[[[[[[]]]]]]]]]]]
)
def test_what_json_does_not_carry_exactly_is_refused(value: Any) -> None:
    with pytest.raises(BodyInvalid):
        canonical(value)


def test_the_leaf_hash_is_what_the_format_says() -> None:
    salt = bytes(range(32))
    entry = hashlib.sha256(salt + rfc8785.dumps(BODY)).digest()
    assert leaf_hash(salt, BODY) == hashlib.sha256(b"\x00" + entry).digest()
    assert Leaf(body=BODY, salt=salt).hash == leaf_hash(salt, BODY)


def test_the_same_event_twice_gives_two_hashes() -> None:
    assert Leaf(body=BODY).hash != Leaf(body=BODY).hash


def test_a_salt_of_another_length_is_refused() -> None:
    with pytest.raises(BodyInvalid, match="31 bytes"):
        Leaf(body=BODY, salt=bytes(31))


def test_a_salt_is_not_shown_by_accident() -> None:
    made = leaf(1, event(1, None))
    assert made.salt.hex() not in repr(made)
    assert repr(made.salt) not in repr(made)


@pytest.mark.parametrize("body", small_bodies(), ids=lambda body: body.what)
def test_a_body_survives_the_wire(body: Any) -> None:
    assert parse_body(body.to_json()) == body


def test_a_new_origin_cites_the_head_of_the_old_one() -> None:
    old = head([leaf(0, event(0, None))], 1)
    body = succession(old, by=Who(oin="00000099000000009000"), now=START)
    assert parse_body(body.to_json()) == body
    assert Leaf.of(body).body["log"] == {"voorganger": old.to_text()}


def test_the_instant_is_written_in_utc_with_milliseconds() -> None:
    summer = datetime.fromisoformat("2026-07-01T12:00:00.123456+02:00")
    assert replace(event(1, None), at=summer).to_json()["tijdstip"] == "2026-07-01T10:00:00.123Z"


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(BodyInvalid, match="zonder tijdzone"):
        replace(event(1, None), at=START.replace(tzinfo=None)).to_json()


def changed(**members: Any) -> dict[str, Any]:
    return BODY | members


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (changed(zomaar=1), "/zomaar: onbekend veld"),
        ({name: value for name, value in BODY.items() if name != "trace_id"}, "/trace_id: ontbreekt"),
        (changed(tijdstip="2026-03-02T09:01:00Z"), "/tijdstip"),
        (changed(tijdstip="2026-02-30T09:01:00.000Z"), "/tijdstip: geen bestaand"),
        (changed(wie=BODY["wie"] | {"oin": "123"}), "/wie/oin"),
        (changed(wie=BODY["wie"] | {"persoon": "Jan Jansen"}), "/wie/persoon"),
        (changed(wat="Bericht gestuurd"), "/wat"),
        (changed(waarom=BODY["waarom"] | {"regel": "omdat het moest"}), "/waarom/regel"),
        (
            changed(over={"zaak_id": "z", "persoon_ids": ["p"], "volgnummers": []}),
            "/over/volgnummers: 0 nummers",
        ),
        (
            changed(over={"zaak_id": "z", "persoon_ids": ["p", "p"], "volgnummers": [1, 2]}),
            "/over/persoon_ids",
        ),
        (changed(over={"zaak_id": "z", "persoon_ids": ["p"], "volgnummers": [0]}), "/over/volgnummers/0"),
        (changed(over={"zaak_id": "z", "persoon_ids": ["p"], "volgnummers": [True]}), "/over/volgnummers/0"),
        (changed(bericht=BODY["bericht"] | {"commitment": "A" * 42}), "/bericht/commitment"),
        (changed(trace_id="0" * 32), "/trace_id"),
        (changed(aan={"oin": "123", "rol": None}), "/aan/oin"),
        (changed(log={"gewist": [1]}), "/log: hoort niet"),
        (changed(wat="log:blad:gewist"), "/log: ontbreekt"),
        (changed(wat="log:blad:gewist", log={"gewist": [2, 1]}), "/log/gewist"),
        ([], "/: geen object"),
    ],
)
def test_a_body_that_is_not_of_the_format_is_refused_by_its_pointer(body: Any, pointer: str) -> None:
    with pytest.raises(BodyInvalid, match=pointer):
        parse_body(body)


def test_a_body_of_another_version_is_refused_as_such() -> None:
    with pytest.raises(UnknownVersion, match="/versie: onbekende versie 2"):
        parse_body(changed(versie=2))


def test_a_tag_that_is_not_known_yet_can_be_read() -> None:
    assert parse_body(changed(wat="nieuw:iets:gebeurd")).what == "nieuw:iets:gebeurd"


def test_every_tag_reads_as_source_subject_action_and_stands_in_order() -> None:
    tags = [tag.value for tag in EventTag]
    assert all(TAG_FORM.fullmatch(tag) for tag in tags)
    assert tags == sorted(tags)


def test_a_body_too_large_to_be_one_event_is_refused() -> None:
    body = replace(event(1, None, EventTag.LEAF_ERASED), log=Erasure(indexes=tuple(range(10_000))))
    with pytest.raises(BodyInvalid, match="meer dan"):
        Leaf.of(body)
