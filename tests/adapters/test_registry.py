"""Which adapter for which kind of agency; nothing twice, nothing unknown, nothing by accident."""

from functools import partial
from pathlib import Path

import pytest

from adapters.contract import OwnMailbox
from adapters.http_system import HttpSystem, SystemAddress
from adapters.politie.mapping import lines
from adapters.registry import AdapterRegistry, RegistrationError, standard_registry
from gateway.domain.identifiers import AgencyKind
from gateway.local.registry_file import DEMO_AGENCIES, ExchangeFolder
from tests.adapters.deliveries import delivery

POLITIE = AgencyKind("politie")


def test_every_agency_of_the_development_exchange_has_an_adapter() -> None:
    assert {agency.kind for agency in DEMO_AGENCIES} <= set(standard_registry().kinds)


async def test_an_address_gives_the_adapter_over_https(exchange: ExchangeFolder) -> None:
    at = SystemAddress(url="https://localhost:1/postbak", authority=exchange.trust_anchor)
    adapter = standard_registry().adapter(POLITIE, at)
    assert isinstance(adapter, HttpSystem)
    await adapter.close()


async def test_without_an_address_the_mailbox_of_the_node_is_the_system() -> None:
    adapter = standard_registry().adapter(POLITIE, None)
    assert isinstance(adapter, OwnMailbox)
    offered = delivery()
    assert (await adapter.deliver(offered)) == (await adapter.deliver(offered))


def test_a_kind_is_registered_once() -> None:
    registry = standard_registry()
    with pytest.raises(RegistrationError, match="politie has an adapter already"):
        registry.register(POLITIE, partial(HttpSystem, lines=lines))


def test_a_kind_outside_the_catalogue_is_refused() -> None:
    with pytest.raises(RegistrationError, match="no kind of agency"):
        AdapterRegistry().register(AgencyKind("voetbalclub"), partial(HttpSystem, lines=lines))


def test_a_system_without_adapter_stops_the_start(tmp_path: Path) -> None:
    at = SystemAddress(url="https://localhost:1/postbak", authority=tmp_path / "ca.crt")
    with pytest.raises(RegistrationError, match="no adapter is registered for politie"):
        AdapterRegistry().adapter(POLITIE, at)
