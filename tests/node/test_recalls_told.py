"""The agency's system is told of a copy that was taken back, until it says that it knows; and of a breach."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.http_system import HttpSystem
from adapters.politie.mapping import lines
from adapters.simulator.serving import running
from gateway.local.registry_file import POLICE, VEILIG_THUIS
from gateway.node.ports import OwnMailbox, RecallKind
from gateway.node.usecases.patience import LONGEST_PAUSE
from gateway.node.usecases.send import send_message
from tests.adapters.parties import address, person, pretend, token_of
from tests.node.makers import HOVJ, PROCESCOORDINATOR, Exchange, kennisgeving, make_exchange
from tests.node.recalling import attested, recall_of, take_back


async def sent(exchange: Exchange) -> str:
    """The id of a copy for the police that waits in their inbox."""
    before = set(exchange.hub.copies)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(recipients=[HOVJ]))
    (copy_id,) = set(exchange.hub.copies) - before
    return copy_id


async def taken_over(exchange: Exchange) -> str:
    copy_id = await sent(exchange)
    await exchange.police.round()
    return copy_id


async def later(exchange: Exchange) -> None:
    exchange.clock.now += LONGEST_PAUSE
    await exchange.police.round()


async def test_a_system_that_took_the_copy_over_is_told_once_and_of_the_breach(exchange: Exchange) -> None:
    copy_id, police = await taken_over(exchange), exchange.police
    take_back(exchange, VEILIG_THUIS, copy_id)
    for _ in range(3):
        await police.round()
    (notice,) = police.system.told.values()
    assert (notice.kind, notice.copy_id, notice.reference) == (RecallKind.BREACH, copy_id, "kenmerk-1")
    assert police.system.offered == [copy_id, notice.notice_id]
    assert (await attested(exchange, police, copy_id)).uitkomst == "in_systeem"
    recall = await recall_of(police, copy_id)
    assert (recall.system_told, recall.system_reference) == ("datalek", f"terug-{notice.notice_id}")


async def test_the_notice_is_offered_until_it_is_acknowledged_through_a_restart(exchange: Exchange) -> None:
    copy_id = await taken_over(exchange)
    exchange.police.system.is_down = True
    take_back(exchange, VEILIG_THUIS, copy_id)
    await exchange.police.round()
    await later(exchange)
    restarted = exchange.restart(POLICE)
    assert (await recall_of(restarted, copy_id)).system_told is None
    restarted.system.is_down = False
    await restarted.round()
    assert [notice.copy_id for notice in restarted.system.told.values()] == [copy_id]
    assert (await recall_of(restarted, copy_id)).system_told == "datalek"


async def test_an_acknowledgement_that_was_lost_is_asked_for_again_and_the_notice_is_one(
    exchange: Exchange,
) -> None:
    copy_id, police = await taken_over(exchange), exchange.police
    police.system.dies_after_keeping = 1
    take_back(exchange, VEILIG_THUIS, copy_id)
    await police.round()
    assert (await recall_of(police, copy_id)).system_told is None
    await later(exchange)
    await later(exchange)
    assert police.system.offered.count(f"{copy_id}.datalek") == 2
    assert list(police.system.told) == [f"{copy_id}.datalek"]


async def test_a_copy_that_the_system_kept_without_our_knowing_is_a_breach_as_soon_as_it_says_so(
    exchange: Exchange,
) -> None:
    """The answer to the hand-over was lost, so the node attested that nobody had the copy."""
    copy_id, police = await sent(exchange), exchange.police
    police.system.dies_after_keeping = 1
    await police.receive()
    assert await police.hand_over() == 0
    take_back(exchange, VEILIG_THUIS, copy_id)
    await police.receive()
    assert (await attested(exchange, police, copy_id)).uitkomst == "vernietigd"
    await later(exchange)
    assert list(police.system.told) == [f"{copy_id}.teruggehaald", f"{copy_id}.datalek"]
    assert (await attested(exchange, police, copy_id)).uitkomst == "in_systeem"
    assert police.system.offered.count(copy_id) == 1


async def test_a_breach_that_the_hub_decided_is_told_as_one(exchange: Exchange) -> None:
    copy_id, police = await taken_over(exchange), exchange.police
    take_back(exchange, VEILIG_THUIS, copy_id, outcome="datalek")
    await police.round()
    assert [notice.kind for notice in police.system.told.values()] == [RecallKind.BREACH]


async def test_a_copy_that_waited_is_told_of_and_never_handed_over(exchange: Exchange) -> None:
    copy_id, police = await sent(exchange), exchange.police
    police.system.is_down = True
    await police.round()
    take_back(exchange, VEILIG_THUIS, copy_id)
    await police.receive()
    police.system.is_down = False
    await later(exchange)
    await later(exchange)
    assert list(police.system.told) == [f"{copy_id}.teruggehaald"]
    assert police.system.kept == {}
    assert (await attested(exchange, police, copy_id)).uitkomst == "vernietigd"


async def test_of_a_copy_that_never_came_in_the_system_hears_nothing(exchange: Exchange) -> None:
    copy_id, police = await sent(exchange), exchange.police
    police.inbox.waiting[False].clear()
    police.inbox.waiting[True].clear()
    take_back(exchange, VEILIG_THUIS, copy_id)
    await police.round()
    await later(exchange)
    assert (await recall_of(police, copy_id)).outcome == "vernietigd"
    assert police.system.offered == []


async def test_an_agency_without_a_system_stays_with_what_it_destroyed(exchange: Exchange) -> None:
    police = exchange.start(POLICE, OwnMailbox())
    copy_id = await taken_over(exchange)
    take_back(exchange, VEILIG_THUIS, copy_id)
    await police.round()
    assert await police.hand_over() == 0
    assert (await attested(exchange, police, copy_id)).uitkomst == "vernietigd"
    assert (await recall_of(police, copy_id)).system_told == "teruggehaald"


async def test_a_system_that_will_not_hear_it_gets_its_other_mail(exchange: Exchange) -> None:
    copy_id, police = await taken_over(exchange), exchange.police
    police.system.dies_after_keeping = 1
    take_back(exchange, VEILIG_THUIS, copy_id)
    await police.round()
    other = await taken_over(exchange)
    assert list(police.system.kept) == [copy_id, other]


@pytest.mark.real
async def test_the_notice_goes_over_https_to_a_running_agency_which_shows_the_copy_no_more(
    tmp_path: Path,
) -> None:
    exchange = make_exchange(tmp_path, now=datetime.now(UTC) - timedelta(minutes=1))
    async with running([pretend(exchange.folder, tmp_path)]) as (agency,):
        system = HttpSystem(address(exchange.folder, agency.port), lines=lines)
        exchange.start(POLICE, system)
        copy_id = await taken_over(exchange)
        take_back(exchange, VEILIG_THUIS, copy_id)
        await exchange.police.round()
        async with person(exchange.folder, agency.port) as client:
            token = await token_of(client, "pol-hovj-1")
            shown = (await client.get("/postbak", headers={"Authorization": f"Bearer {token}"})).json()
        (kept,), (told,) = shown["poststukken"], shown["terughalingen"]
        assert (kept["aflevering"]["kopieId"], kept["aflevering"]["inhoud"]) == (copy_id, {})
        assert (kept["aflevering"]["regels"], kept["aflevering"]["kenmerken"]) == ([], ["datalek"])
        assert (told["meldingId"], told["referentie"]) == (f"{copy_id}.datalek", kept["referentie"])
        recall = await recall_of(exchange.police, copy_id)
        assert (recall.system_told, recall.outcome) == ("datalek", "in_systeem")
        await system.close()
    exchange.close()
