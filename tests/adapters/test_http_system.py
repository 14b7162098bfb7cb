"""The adapter over HTTPS, against a running pretend agency: the conformance checks, and what HTTP adds to them."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.conformance import CHECKS, Check
from adapters.contract import AgencyUnavailable, Trouble
from adapters.http_system import HttpSystem, SystemAddress
from adapters.politie.mapping import lines
from adapters.simulator.serving import running
from gateway.local.registry_file import MUNICIPALITY, ExchangeFolder
from tests.adapters.deliveries import delivery, notice_of
from tests.adapters.parties import ODD_FOR_A_RECALL, TroubledAgency, address, pretend


@pytest.fixture
async def agency(exchange: ExchangeFolder, tmp_path: Path) -> AsyncIterator[TroubledAgency]:
    troubled = TroubledAgency(exchange, tmp_path)
    await troubled.start()
    yield troubled
    await troubled.stop()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_conformance(check: Check, agency: TroubledAgency) -> None:
    await check(agency)


async def _trouble(adapter: HttpSystem) -> AgencyUnavailable:
    with pytest.raises(AgencyUnavailable) as caught:
        await adapter.deliver(delivery())
    await adapter.close()
    return caught.value


async def test_a_system_that_asks_to_wait_is_waited_for(agency: TroubledAgency) -> None:
    await agency.answer_oddly("busy")
    adapter = agency.adapter()
    assert isinstance(adapter, HttpSystem)
    assert (await _trouble(adapter)).retry_after_s == 7


@pytest.mark.parametrize("name", ODD_FOR_A_RECALL)
async def test_a_system_that_does_not_say_whether_it_had_the_copy_was_not_told(
    agency: TroubledAgency, name: str
) -> None:
    notice = notice_of(delivery())
    await agency.answer_oddly(name)
    adapter = agency.adapter()
    with pytest.raises(AgencyUnavailable) as caught:
        await adapter.recall(notice)
    await adapter.close()
    assert caught.value.code == Trouble.UNKNOWN_ANSWER
    await agency.recover()
    assert await agency.times_told(notice.notice_id) == 0


async def test_a_redirect_is_not_followed(agency: TroubledAgency) -> None:
    await agency.answer_oddly("redirect")
    adapter = agency.adapter()
    assert isinstance(adapter, HttpSystem)
    assert (await _trouble(adapter)).code == Trouble.UNKNOWN_ANSWER


async def test_another_authority_is_not_trusted(exchange: ExchangeFolder, tmp_path: Path) -> None:
    other = tmp_path / "other.crt"
    other.write_bytes(exchange.agency(MUNICIPALITY.oin).signing_certificate.read_bytes())
    async with running([pretend(exchange, tmp_path)]) as (police,):
        adapter = HttpSystem(replace(address(exchange, police.port), authority=other), lines=lines)
        assert (await _trouble(adapter)).code == Trouble.UNREACHABLE


@pytest.mark.parametrize("by", [MUNICIPALITY, None], ids=["another agency", "no certificate"])
async def test_only_the_own_node_hands_over(exchange: ExchangeFolder, tmp_path: Path, by: object) -> None:
    node = MUNICIPALITY if by is MUNICIPALITY else None
    async with running([pretend(exchange, tmp_path)]) as (police,):
        adapter = HttpSystem(address(exchange, police.port, by=node), lines=lines)
        assert (await _trouble(adapter)).code == Trouble.REFUSED


async def test_a_message_without_mapping_is_told_and_not_sent(agency: TroubledAgency) -> None:
    adapter = agency.adapter()
    of_another_agency = replace(delivery(), role="burgemeester")
    with pytest.raises(AgencyUnavailable) as caught:
        await adapter.deliver(of_another_agency)
    await adapter.close()
    assert caught.value.code == Trouble.UNMAPPED
    assert await agency.times_kept(of_another_agency.copy_id) == 0


def test_plain_http_is_no_address(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="https"):
        SystemAddress(url="http://localhost:1/postbak", authority=tmp_path / "ca.crt")


def test_a_certificate_without_its_key_is_no_address(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="go together"):
        SystemAddress(url="https://localhost:1", authority=tmp_path, certificate=tmp_path)


def test_an_authority_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises((OSError, ssl.SSLError)):
        HttpSystem(SystemAddress(url="https://localhost:1", authority=tmp_path / "no.crt"), lines=lines)
