"""A case that was closed five years ago is destroyed, once, whoever looks and whenever somebody is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update

from gateway.domain.clock import rfc3339
from gateway.domain.retention import kept_until
from gateway.hub.messaging.retention_watch import RetentionWatch
from gateway.hub.storage.case_keys import CaseKeyGone, CaseKeys
from gateway.hub.storage.clock_tables import clocks
from gateway.hub.storage.recall_tables import breaches
from gateway.hub.storage.tables import case_states, messages
from gateway.hub.usecases.destroy_case import end_retention
from gateway.hub.usecases.parts import Asker
from tests.hub.asking import ask_case
from tests.hub.conftest import PolicyServer
from tests.hub.destroying import (
    ENDED,
    KEY_GONE,
    closed_case,
    copies_of,
    files_of,
    retention_of,
    told,
)
from tests.hub.makers import NOW, POL, VT, OpenCase, RunningHub, World, open_case, running_hub
from tests.hub.watching import state_of

OVER = kept_until(NOW)


def has_key(hub: RunningHub, case_id: str) -> bool:
    return case_id in hub.parts.case_keys.cases()


async def acts(hub: RunningHub, case_id: str) -> list[tuple[str, str, str]]:
    query = select(case_states.c.act, case_states.c.state, case_states.c.since)
    ordered = query.where(case_states.c.case_id == case_id).order_by(case_states.c.position)
    found = await hub.store.reader.read(lambda c: c.execute(ordered).all())
    return [(row.act, row.state, row.since) for row in found]


def store_document(hub: RunningHub, folder: Path, case_id: str) -> None:
    with files_of(hub, folder).new_file(case_id, str(uuid4()), "document") as file:
        file.write(b"verzegelde inhoud")
        file.finish()


async def test_a_case_is_destroyed_at_the_end_of_its_term_and_not_before(
    each_hub: RunningHub, tmp_path: Path
) -> None:
    case, other = await closed_case(each_hub), await open_case(each_hub)
    store_document(each_hub, tmp_path, case.case_id)
    watch = retention_of(each_hub, tmp_path)
    assert await watch.look(OVER - timedelta(seconds=1)) == 0
    assert await state_of(each_hub, case.case_id) == "gesloten"
    (copy, *_) = await copies_of(each_hub, case.case_id)
    assert each_hub.parts.case_keys.unwrap(case.case_id, copy.copy_id, copy.wrapped)
    assert await watch.look(OVER) == 1
    assert (await acts(each_hub, case.case_id))[-1] == ("vernietigen", "vernietigd", rfc3339(OVER))
    for each in await copies_of(each_hub, case.case_id):
        with pytest.raises(CaseKeyGone):
            each_hub.parts.case_keys.unwrap(case.case_id, each.copy_id, each.wrapped)
    assert files_of(each_hub, tmp_path).cases() == ()
    assert [await told(each_hub, tag, case.case_id) for tag in (ENDED, KEY_GONE)] == [1, 1]
    assert (await state_of(each_hub, other.case_id), has_key(each_hub, other.case_id)) == (
        "verzoek_ingediend",
        True,
    )


async def test_looking_again_destroys_and_writes_nothing(each_hub: RunningHub, tmp_path: Path) -> None:
    case = await closed_case(each_hub)
    watch = retention_of(each_hub, tmp_path)
    assert [await watch.look(OVER), await watch.look(OVER), await watch.look(OVER)] == [1, 0, 0]
    assert [act for act, _, _ in await acts(each_hub, case.case_id)].count("vernietigen") == 1
    assert [await told(each_hub, tag, case.case_id) for tag in (ENDED, KEY_GONE)] == [1, 1]


async def test_a_destroyed_case_is_not_found_and_takes_no_message(
    each_hub: RunningHub, tmp_path: Path
) -> None:
    case = await closed_case(each_hub)
    each_hub.hands.now = OVER
    await retention_of(each_hub, tmp_path).look(OVER)
    assert (await ask_case(case.vt, case.case_id, "systeem")).answer.status == 404
    sent = await case.vt.plan("weegteam.uitnodiging", case.case_id, {}, [(POL, "politie_weegteam")])
    assert sent.answer.status in {403, 404}
    assert not has_key(each_hub, case.case_id)


async def test_who_is_killed_between_commit_and_destruction_leaves_it_to_the_next_round(
    each_hub: RunningHub, tmp_path: Path
) -> None:
    case = await closed_case(each_hub)
    store_document(each_hub, tmp_path, case.case_id)
    assert await end_retention(each_hub.parts, hub_of(each_hub), case.case_id, OVER)
    assert (await state_of(each_hub, case.case_id), has_key(each_hub, case.case_id)) == ("vernietigd", True)
    later = OVER + timedelta(minutes=1)
    await retention_of(each_hub, tmp_path).look(later)
    assert not has_key(each_hub, case.case_id)
    assert files_of(each_hub, tmp_path).cases() == ()
    assert [await told(each_hub, tag, case.case_id) for tag in (ENDED, KEY_GONE)] == [1, 1]


class Dying(CaseKeys):
    """The process is killed when the key is gone and before the log says so."""

    def destroy(self, case_id: str) -> None:
        super().destroy(case_id)
        raise OSError("killed")


async def test_who_is_killed_after_the_key_and_before_the_log_tells_it_once(
    each_hub: RunningHub, tmp_path: Path
) -> None:
    case = await closed_case(each_hub)
    dying = replace(each_hub.parts, case_keys=Dying(tmp_path / "case_keys"))
    watch = RetentionWatch(dying, files_of(each_hub, tmp_path), on_written=lambda: None)
    with pytest.raises(OSError, match="killed"):
        await watch.look(OVER)
    assert await told(each_hub, KEY_GONE, case.case_id) == 0
    await retention_of(each_hub, tmp_path).look(OVER)
    assert [await told(each_hub, tag, case.case_id) for tag in (ENDED, KEY_GONE)] == [1, 1]


async def test_a_key_that_a_restored_folder_brings_back_goes_again(hub: RunningHub, tmp_path: Path) -> None:
    case = await closed_case(hub)
    kept = (tmp_path / "case_keys" / case.case_id).read_bytes()
    watch = retention_of(hub, tmp_path)
    await watch.look(OVER)
    (tmp_path / "case_keys" / case.case_id).write_bytes(kept)
    (tmp_path / "documenten" / case.case_id).mkdir()
    alive = await open_case(hub)
    assert await watch.sweep(OVER)
    assert hub.parts.case_keys.cases() == (alive.case_id,)
    assert files_of(hub, tmp_path).cases() == ()
    assert await told(hub, KEY_GONE, case.case_id) == 1


async def test_a_running_clock_or_an_open_breach_file_keeps_the_case(
    each_hub: RunningHub, tmp_path: Path
) -> None:
    case = await closed_case(each_hub)
    watch = retention_of(each_hub, tmp_path)
    (copy, *_) = await copies_of(each_hub, case.case_id)
    with each_hub.store.engines.writing.begin() as connection:
        connection.execute(insert(breaches).values(**breach(case, copy.copy_id)))
    assert await watch.look(OVER) == 0
    with each_hub.store.engines.writing.begin() as connection:
        connection.execute(update(breaches).values(closed_at=rfc3339(NOW)))
        before = connection.execute(select(clocks.c.status).where(clocks.c.case_id == case.case_id)).scalars()
        assert set(before) <= {"vervallen", "gestopt", "verlopen"}
        connection.execute(update(clocks).where(clocks.c.case_id == case.case_id).values(status="lopend"))
    assert await watch.look(OVER) == 0
    with each_hub.store.engines.writing.begin() as connection:
        connection.execute(update(clocks).where(clocks.c.case_id == case.case_id).values(status="vervallen"))
    assert await watch.look(OVER) == 1


async def test_an_appeal_without_a_ruling_keeps_the_case_and_holds_up_no_other(
    hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    appealed, other = await closed_case(hub), await closed_case(hub)
    with hub.store.engines.writing.begin() as connection:
        last = connection.execute(
            select(messages)
            .where(messages.c.case_id == appealed.case_id)
            .order_by(messages.c.position.desc())
        ).first()
        assert last is not None
        appeal = dict(last._mapping) | {
            "message_id": str(uuid4()),
            "position": last.position + 1,
            "message_type": "vovo.ingediend",
            "facts": '{"beroep_ingesteld":true}',
        }
        connection.execute(insert(messages).values(**appeal))
    monkeypatch.setattr("gateway.hub.messaging.retention_watch.AT_ONCE", 1)
    watch = retention_of(hub, tmp_path)
    assert sum([await watch.look(OVER), await watch.look(OVER), await watch.look(OVER)]) == 1
    assert await state_of(hub, appealed.case_id) == "gesloten"
    assert await state_of(hub, other.case_id) == "vernietigd"
    with hub.store.engines.writing.begin() as connection:
        ruling = appeal | {
            "message_id": str(uuid4()),
            "position": last.position + 2,
            "message_type": "rechter.uitspraak",
            "facts": '{"soort":"beroep","uitkomst":"ongegrond"}',
        }
        connection.execute(insert(messages).values(**ruling))
    for _ in range(3):
        await watch.look(OVER)
    assert await state_of(hub, appealed.case_id) == "vernietigd"


@pytest.fixture
async def relays(
    world: World, opa: PolicyServer, tmp_path: Path, postgres_url: str
) -> AsyncIterator[list[RunningHub]]:
    """Two processes' worth of hubs on one PostgreSQL."""
    async with AsyncExitStack() as stack:
        made = running_hub
        yield [
            await stack.enter_async_context(
                made(
                    world,
                    opa_port=opa.port,
                    revision=opa.revision,
                    database_url=postgres_url,
                    folder=tmp_path,
                )
            )
            for _ in range(2)
        ]


async def test_two_relays_at_once_destroy_each_case_once(relays: list[RunningHub], tmp_path: Path) -> None:
    cases = [await closed_case(relays[0]) for _ in range(4)]
    watches = [retention_of(hub, tmp_path) for hub in relays * 2]
    for _ in range(2):
        await asyncio.gather(*(watch.look(OVER) for watch in watches))
    for case in cases:
        assert [act for act, _, _ in await acts(relays[1], case.case_id)].count("vernietigen") == 1
        assert [await told(relays[1], tag, case.case_id) for tag in (ENDED, KEY_GONE)] == [1, 1]
        assert not has_key(relays[0], case.case_id)


def hub_of(hub: RunningHub) -> Asker:
    return Asker(oin=hub.world.registry.hub_oin, trace_id="c" * 32)


def breach(case: OpenCase, copy_id: str) -> dict[str, Any]:
    now = rfc3339(NOW)
    return {
        "breach_id": str(uuid4()),
        "copy_id": copy_id,
        "case_id": case.case_id,
        "message_id": case.request.message_id,
        "message_type": "screening.verzoek",
        "sender_oin": VT,
        "sender_role": "vt_procescoordinator",
        "recipient_oin": POL,
        "recipient_role": "politie_weegteam",
        "cause": "geopend",
        "reason": "verkeerde_persoon",
        "fields": "[]",
        "happened_at": now,
        "known_at": now,
        "report_by": now,
        "closed_at": None,
        "lapsed_at": None,
    }
