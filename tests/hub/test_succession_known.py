"""A succession that a hub once knew is not unlearned. Attacks by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audit.events import EventTag
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.known_successions import (
    HeldRegistry,
    RegistryOutOfDate,
    SuccessionLost,
    hold_to_known,
)
from gateway.local.registry_file import ExchangeFolder, state_succession
from tests.hub.asking import assign
from tests.hub.conftest import PolicyServer
from tests.hub.makers import GEM, NOW, VT, RunningHub, World, open_case
from tests.hub.revoking import WITHOUT_LIMIT
from tests.hub.succeeding import DATE, NEW_GEM, NEW_VT, merged_exchange
from tests.hub.test_leaks_routes import assembled
from tests.hub.test_reading_and_acts import events

Publish = Callable[..., World]


@pytest.fixture
def files(tmp_path: Path) -> ExchangeFolder:
    return merged_exchange(tmp_path / "files")


@pytest.fixture
def published(files: ExchangeFolder) -> Publish:
    """The registry as it is published with this succession, signed at `at`."""

    def publish(old: str = VT, new: str = NEW_VT, *, since: datetime = DATE, at: datetime = NOW) -> World:
        state_succession(files, old, new, since=since, now=at)
        return World.load(files)

    return publish


def with_registry(hub: RunningHub, world: World) -> RunningHub:
    return replace(hub, world=world, parts=replace(hub.parts, registry=lambda: world.registry))


async def known(hub: RunningHub, world: World) -> None:
    await hold_to_known(with_registry(hub, world).parts)


async def test_what_is_known_stands_in_the_log_once(each_hub: RunningHub, published: Publish) -> None:
    world = published()
    for _ in range(3):
        await known(each_hub, world)
    learned = [e for e in await events(each_hub) if e["wat"] == EventTag.SUCCESSION_KNOWN]
    (rule,) = [event["waarom"]["regel"] for event in learned]
    assert rule.startswith(f"{VT}:opgevolgd_door:{NEW_VT}:vanaf:")


async def test_three_hubs_that_start_at_once_know_it_once(
    three_hubs: list[RunningHub], published: Publish
) -> None:
    world = published()
    for hub in (*three_hubs, *three_hubs):
        await known(hub, world)
    learned = [e for e in await events(three_hubs[0]) if e["wat"] == EventTag.SUCCESSION_KNOWN]
    assert len(learned) == 1


@pytest.mark.parametrize("moment", [NOW, DATE + timedelta(days=1)])
async def test_attack_rollback_to_a_registry_without_the_succession(
    hub: RunningHub, files: ExchangeFolder, published: Publish, moment: datetime
) -> None:
    """An older file is as well signed as a newer one, before the date and after it."""
    before = World.load(files)
    await known(hub, published())
    hub.hands.now = moment
    with pytest.raises(SuccessionLost, match=VT):
        await known(hub, before)


async def test_attack_a_hub_does_not_start_on_the_registry_of_before(
    files: ExchangeFolder, published: Publish, opa: PolicyServer, tmp_path: Path
) -> None:
    before = World.load(files)
    async with assembled(published(), opa, tmp_path):
        pass
    with pytest.raises(SuccessionLost):
        async with assembled(before, opa, tmp_path):
            pass


async def test_attack_another_successor_after_the_date(hub: RunningHub, published: Publish) -> None:
    """The predecessor's key still signs; what took effect is not signed over."""
    await known(hub, published(GEM, NEW_GEM))
    hub.hands.now = DATE + timedelta(hours=1)
    for since in (DATE + timedelta(days=2), DATE + timedelta(hours=2)):
        other = published(GEM, NEW_GEM, since=since, at=NOW + timedelta(hours=1))
        with pytest.raises(SuccessionLost, match=GEM):
            await known(hub, other)


async def test_a_merger_that_is_put_off_in_time(hub: RunningHub, published: Publish) -> None:
    """A later word of the same agency counts before the date, and the earlier word is not taken back to."""
    first = published()
    await known(hub, first)
    later = published(since=DATE + timedelta(days=30), at=NOW + timedelta(hours=1))
    await known(hub, later)
    await known(hub, later)
    with pytest.raises(SuccessionLost):
        await known(hub, first)


async def test_the_same_words_signed_again_are_the_same(hub: RunningHub, published: Publish) -> None:
    await known(hub, published())
    await known(hub, published())


async def test_attack_a_predecessor_asks_a_hub_that_was_not_restarted(
    hub: RunningHub, files: ExchangeFolder, published: Publish
) -> None:
    """Another hub knows; this one goes on until the date, and then answers neither of the two, nor anybody."""
    stale = World.load(files)
    held = HeldRegistry(lambda: stale.registry, lambda: hub.hands.now)
    parts = replace(hub.parts, registry=held)
    running = replace(hub, world=stale, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))
    case = await open_case(running)
    await known(hub, published())
    await held.look(hub.parts.reader)
    hub.hands.now = DATE - timedelta(seconds=1)
    assert held.is_current
    assert (await assign(case.vt, case.case_id)).answer.status == 200
    hub.hands.now = DATE
    for person in (case.vt, running.node(NEW_VT, "vt_procescoordinator", "nvt-0001")):
        reply = await assign(person, case.case_id)
        assert (reply.answer.status, reply.answer.body["code"]) == (503, "register-verouderd")
    assert not await held.tells_all()


async def test_attack_a_hub_that_did_not_hear_that_a_merger_was_put_off(
    hub: RunningHub, published: Publish
) -> None:
    """It would let the successor in on the old date."""
    first = published()
    held = HeldRegistry(lambda: first.registry, lambda: hub.hands.now)
    await known(hub, first)
    await held.look(hub.parts.reader)
    hub.hands.now = DATE
    assert held.is_current
    hub.hands.now = NOW
    await known(hub, published(since=DATE + timedelta(days=30), at=NOW + timedelta(hours=1)))
    await held.look(hub.parts.reader)
    assert held.is_current
    hub.hands.now = DATE
    with pytest.raises(RegistryOutOfDate):
        held()
