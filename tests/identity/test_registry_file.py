"""A development exchange: what lies where, who can read it, and that the registry verifies."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.domain.errors import InvalidInput
from gateway.hub.messaging.accounts_nkeys import Nkey
from gateway.local.pki import Authority, certificate_pem
from gateway.local.registry_file import (
    DEMO_AGENCIES,
    HUB_OIN,
    OTHER_MUNICIPALITY,
    POLICE,
    ExchangeFolder,
    add_agency,
    create_exchange,
)
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.protocol.registry import Registry
from gateway.web.client_certificate import ClientCertificate

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> ExchangeFolder:
    return create_exchange(tmp_path_factory.mktemp("exchange") / "it", now=NOW)


def load(exchange: ExchangeFolder, now: datetime = NOW) -> Registry:
    anchor = exchange.trust_anchor.read_bytes()
    return Registry.load(exchange.registry.read_bytes(), trust_anchor_pem=anchor, now=now)


def test_the_registry_verifies_and_publishes_the_keys_in_the_folders(exchange: ExchangeFolder) -> None:
    registry = load(exchange)
    assert set(registry.participants) == {agency.oin for agency in DEMO_AGENCIES}
    assert registry.hub_oin == HUB_OIN
    for agency in DEMO_AGENCIES:
        participant, keys = registry.participant(agency.oin), exchange.agency(agency.oin)
        assert participant.verification_key.kid == SigningKey.from_pem(keys.signing_key.read_bytes()).kid
        assert participant.sealing_key(NOW).kid == OpeningKey.from_pem(keys.sealing_key.read_bytes()).kid
        assert participant.nats_user == Nkey.from_seed(keys.nats_seed.read_text()).public
        assert participant.roles


def test_only_the_other_municipality_is_not_competent_in_the_example_city(exchange: ExchangeFolder) -> None:
    registry = load(exchange)
    not_competent = [
        oin for oin, found in registry.participants.items() if not found.is_competent("9901", NOW)
    ]
    assert not_competent == [OTHER_MUNICIPALITY.oin]


def test_every_file_is_readable_by_its_owner_only(exchange: ExchangeFolder) -> None:
    files = [path for path in exchange.path.rglob("*") if path.is_file()]
    assert len(files) == 2 + 1 + 7 + 6 * len(DEMO_AGENCIES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    folders = [path for path in exchange.path.rglob("*") if path.is_dir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_a_second_exchange_never_replaces_the_keys_of_the_first(exchange: ExchangeFolder) -> None:
    with pytest.raises(FileExistsError):
        create_exchange(exchange.path, now=NOW)


def test_sealing_keys_end_after_30_days(exchange: ExchangeFolder) -> None:
    police = load(exchange).participant(POLICE.oin)
    assert police.sealing_key(NOW + timedelta(days=30) - timedelta(milliseconds=1)).oin == POLICE.oin
    with pytest.raises(InvalidInput):
        police.sealing_key(NOW + timedelta(days=30))


def test_a_certificate_names_its_agency_and_serves_localhost(exchange: ExchangeFolder) -> None:
    pem = exchange.agency(POLICE.oin).tls_certificate.read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert ClientCertificate(certificate.public_bytes(Encoding.DER)).oin == POLICE.oin


def test_a_registry_under_another_authority_is_refused(exchange: ExchangeFolder) -> None:
    other = certificate_pem(Authority.create(now=NOW).certificate)
    with pytest.raises(InvalidInput):
        Registry.load(exchange.registry.read_bytes(), trust_anchor_pem=other, now=NOW)


def test_an_agency_can_be_added_later(tmp_path: Path) -> None:
    exchange = create_exchange(tmp_path / "it", [POLICE], now=NOW)
    add_agency(exchange, OTHER_MUNICIPALITY, now=NOW)
    assert set(load(exchange).participants) == {POLICE.oin, OTHER_MUNICIPALITY.oin}
