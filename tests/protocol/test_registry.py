"""Whose key is whose: a registry that lies is refused, whoever wrote the file."""

from datetime import timedelta

import pytest

from gateway.domain.errors import InvalidInput
from gateway.protocol.registry import ParticipantEntry, Registry
from tests.protocol.makers import NOW, OM, POLICE, VT, Agency, Authority, World, registry_file


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


def load(world: World, *entries: ParticipantEntry) -> Registry:
    file = registry_file(world.authority, world.hub, list(entries))
    return Registry.load(file.canonical(), trust_anchor_pem=world.authority.pem, now=NOW)


def refused(world: World, *entries: ParticipantEntry) -> str:
    with pytest.raises(InvalidInput) as caught:
        load(world, *entries)
    return caught.value.causes[0].code


def test_a_true_registry_loads(world: World) -> None:
    registry = load(world, world.police.entry(world.authority))
    found = registry.participant(POLICE)
    assert found.is_competent("9901", NOW)
    assert not found.is_competent("9902", NOW)
    with pytest.raises(InvalidInput):
        registry.participant(OM)


def test_wrong_recipient_key_offered_by_the_hub_is_refused(world: World) -> None:
    """The hub puts its own sealing key under the police: the police never signed that statement."""
    assert (
        refused(world, world.police.entry(world.authority, sleutels=[world.hub.statement()]))
        == "protocol-handtekening"
    )


def test_statement_signed_for_another_agency_is_refused(world: World) -> None:
    assert (
        refused(world, world.police.entry(world.authority, sleutels=[world.police.statement(oin=OM)]))
        == "protocol-sleutel"
    )


def test_certificate_of_another_agency_is_refused(world: World) -> None:
    other = world.authority.certify(VT, world.police.signing)
    assert refused(world, world.police.entry(world.authority, certificaat=other)) == "protocol-certificaat"


def test_certificate_of_a_stranger_authority_is_refused(world: World) -> None:
    forged = Authority.new().certify(POLICE, world.police.signing)
    assert refused(world, world.police.entry(world.authority, certificaat=forged)) == "protocol-certificaat"


def test_expired_certificate_is_refused(world: World) -> None:
    old = world.authority.certify(POLICE, world.police.signing, days=0)
    assert refused(world, world.police.entry(world.authority, certificaat=old)) == "protocol-certificaat"


def test_an_agency_twice_is_refused(world: World) -> None:
    entry = world.police.entry(world.authority)
    assert refused(world, entry, entry) == "protocol-register"


def test_expired_sealing_key_is_never_sealed_to(world: World) -> None:
    old = world.police.statement(since=NOW - timedelta(days=60))
    registry = load(world, world.police.entry(world.authority, sleutels=[old]))
    with pytest.raises(InvalidInput, match="geen geldige sleutel"):
        registry.participant(POLICE).sealing_key(NOW)


def test_the_newest_valid_key_is_used(world: World) -> None:
    renewed = Agency(world.police.oin, world.police.signing, Agency.new(POLICE).opening)
    keys = [renewed.statement(), world.police.statement()]
    registry = load(world, world.police.entry(world.authority, sleutels=keys))
    assert registry.participant(POLICE).sealing_key(NOW).kid == renewed.opening.kid
