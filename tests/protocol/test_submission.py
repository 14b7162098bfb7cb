"""A submission is whole, signed by the connection's own agency, meant for this hub and fresh, or it is refused."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.clock import rfc3339
from gateway.domain.errors import InvalidInput
from gateway.protocol.canonical import canonical
from gateway.protocol.submission import Received, check_age, identity_of, receive
from gateway.protocol.wire import OinRole, load_json
from tests.protocol.makers import HUB, NOW, OM, VT, World, envelope, sealed, submission_body


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


def received(world: World, body: bytes, **changes: Any) -> Received:
    values: dict[str, Any] = {"sender_oin": VT, "key": world.vt.signing.public, "hub_oin": HUB} | changes
    return receive(body, **values)


def refused(world: World, body: bytes, **changes: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        received(world, body, **changes)
    return caught.value.causes[0].code


def test_a_true_submission_is_received_whole(world: World) -> None:
    env = envelope()
    made = sealed(world, env)
    result = received(world, submission_body(world, env, [made]))
    assert result.submission.envelop == env
    assert result.statements[0].context == made[0]
    assert identity_of(submission_body(world, env, [made])) == (env.source, env.id)


def test_confused_deputy_source_of_another_agency_is_refused(world: World) -> None:
    env = envelope()
    body = submission_body(world, env, [sealed(world, env)])
    assert refused(world, body, sender_oin=OM) == "protocol-source"


def test_signature_of_another_agency_is_refused(world: World) -> None:
    env = envelope()
    body = submission_body(world, env, [sealed(world, env)])
    assert refused(world, body, key=world.om.signing.public) == "protocol-handtekening"


def test_submission_for_another_hub_is_refused(world: World) -> None:
    env = envelope()
    body = submission_body(world, env, [sealed(world, env)], aud="00000099000000009999")
    assert refused(world, body) == "protocol-aud"


def test_copy_exchanged_under_way_is_refused(world: World) -> None:
    env = envelope()
    one, other = sealed(world, env), sealed(world, env)
    body = load_json(submission_body(world, env, [one]))
    body["kopieen"] = [other[1].copy.to_json()]
    assert refused(world, canonical(body)) == "protocol-kopieen"


def test_copy_of_another_message_is_refused(world: World) -> None:
    env = envelope()
    assert refused(world, submission_body(world, env, [sealed(world)])) == "protocol-kopieen"


def test_copy_fact_that_differs_from_the_submission_is_refused(world: World) -> None:
    env = envelope()
    body = submission_body(world, env, [sealed(world, env)], feiten={"pleger_meerderjarig": False})
    assert refused(world, body) == "protocol-feiten"


def test_copy_without_named_recipient_is_refused(world: World) -> None:
    env = envelope()
    body = submission_body(world, env, [sealed(world, env)], ontvangers=[OinRole(oin=OM, rol="om_ovj_zsm")])
    assert refused(world, body) == "protocol-ontvangers"


def test_two_copies_for_one_recipient_are_refused(world: World) -> None:
    env = envelope()
    copies = [sealed(world, env), sealed(world, env)]
    ontvangers = [copies[0][0].ontvanger]
    assert refused(world, submission_body(world, env, copies, ontvangers=ontvangers)) == "protocol-ontvangers"


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(0, True), (600, True), (601, False), (-60, True), (-61, False)],
)
def test_a_submission_is_fresh_for_ten_minutes(world: World, age: int, fresh: bool) -> None:
    env = envelope()
    when = rfc3339(NOW - timedelta(seconds=age))
    result = received(world, submission_body(world, env, [sealed(world, env)], tijdstip=when))
    assert check_age(result.submission, NOW) is fresh


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b'"x"',
        b"{}",
        b'{"a":1,"a":2}',
        b'{"inzending": NaN}',
        b"[" * 100_000,
        b'{"inzending":"x","kopieen":[]}',
    ],
    ids=["empty", "broken", "text", "nothing", "twice", "nan", "deep", "no-jws"],
)
def test_garbage_is_an_error_with_a_cause(world: World, body: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        received(world, body)
    assert caught.value.causes
