"""The writer: whole changes, one bad one never fails its neighbours, facts that moved, unknown commits, the log."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from audit.errors import ProofInvalid
from audit.tree import verify_consistency, verify_inclusion
from gateway.domain.errors import Refused
from gateway.hub.storage import rows as row_types
from gateway.hub.storage.changes import (
    Change,
    Clash,
    Judgement,
    Lane,
    Moved,
    Removal,
    Revision,
    StorageUnavailable,
    Written,
)
from gateway.hub.storage.log_reading import committed_head, consistency, inclusion, placements
from gateway.hub.storage.tables import TABLE_OF, deliveries, duties
from tests.databases import sqlite_url
from tests.hub.storage_makers import change, delivery_change, duty, open_store


def test_rows_have_exactly_the_columns_of_their_tables() -> None:
    for kind, table in TABLE_OF.items():
        assert set(kind.__dataclass_fields__) == set(table.columns.keys()), kind


async def test_every_committed_change_is_proven_by_its_placement(database_url: str) -> None:
    async with open_store(database_url, max_batch=5) as store:
        written = await asyncio.gather(
            *(store.writer.write(change(f"k{n}", duty(f"d{n}"), leaves=n % 3 + 1)) for n in range(23))
        )
        placed = [each.placement for each in written]
        for place in placed:
            assert place is not None
            verify_inclusion(
                leaf_hash=place.leaf_hash,
                index=place.leaf_index,
                size=place.tree_size,
                path=place.path,
                root=place.root,
            )
        stored = await store.reader.read(lambda c: placements(c, [f"k{n}" for n in range(23)]))
        assert [stored[f"k{n}"] for n in range(23)] == placed
        head = await store.reader.read(committed_head)
        assert head.size == sum(n % 3 + 1 for n in range(23))


async def test_any_two_heads_of_the_stored_log_are_consistent(database_url: str) -> None:
    async with open_store(database_url) as store:
        roots = {}
        for n in range(17):
            place = (await store.writer.write(change(f"k{n}"))).placement
            assert place is not None
            roots[place.tree_size] = place.root
        pairs = [(old, new) for old in roots for new in range(old, 18)]
        proofs = await store.reader.read(lambda c: [consistency(c, old, new) for old, new in pairs])
        for (old, new), proof in zip(pairs, proofs, strict=True):
            verify_consistency(
                old_size=old, old_root=roots[old], new_size=new, new_root=roots[new], proof=proof
            )
        with pytest.raises(ProofInvalid):
            await store.reader.read(lambda c: inclusion(c, 17, 17))


async def test_a_bad_change_never_fails_its_neighbours(database_url: str) -> None:
    async with open_store(database_url) as store:
        await store.writer.write(change("first", duty("taken")))
        outcomes = await asyncio.gather(
            *(store.writer.write(change(f"k{n}", duty("taken" if n == 3 else f"d{n}"))) for n in range(7)),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [Written] * 3 + [Clash] + [Written] * 3
        indexes = [o.placement.leaf_index for o in outcomes if isinstance(o, Written) and o.placement]
        assert indexes == sorted(indexes), "item by item, in order"
        count = await store.reader.read(
            lambda c: c.execute(select(func.count()).select_from(duties)).scalar()
        )
        assert count == 7


async def test_a_refusing_or_broken_judge_fails_only_its_own_change(database_url: str) -> None:
    def refuse(_: object) -> Judgement:
        raise Refused(rule="T_toestand", article="Wth 2")

    def break_down(_: object) -> Judgement:
        raise ZeroDivisionError

    async with open_store(database_url) as store:
        outcomes = await asyncio.gather(
            store.writer.write(change("a", duty("a"))),
            store.writer.write(Change(key="b", judge=refuse)),
            store.writer.write(Change(key="c", judge=break_down)),
            store.writer.write(change("d", duty("d"))),
            return_exceptions=True,
        )
        assert [type(o) for o in outcomes] == [Written, Refused, StorageUnavailable, Written]


async def test_a_change_decided_on_a_fact_that_moved_is_not_written(database_url: str) -> None:
    async with open_store(database_url) as store:
        scope = frozenset({"zaak:z"})
        first, second = await asyncio.gather(
            store.writer.write(change("a", duty("a"), reads={"zaak:z": 0}, touches=scope)),
            store.writer.write(change("b", duty("b"), reads={"zaak:z": 0}, touches=scope)),
            return_exceptions=True,
        )
        assert isinstance(first, Written)
        assert isinstance(second, Moved)
        assert isinstance(await store.writer.write(change("b", reads={"zaak:z": 1})), Written)
        found = await store.reader.read(lambda c: c.execute(select(duties.c.duty_id)).scalars().all())
        assert found == ["a"]


async def test_deliveries_are_numbered_per_case_and_recipient_without_gaps(database_url: str) -> None:
    lanes = [Lane("z1", "o1", "r"), Lane("z1", "o2", "r"), Lane("z2", "o1", "r")]
    async with open_store(database_url, max_batch=4) as store:
        await asyncio.gather(*(store.writer.write(delivery_change(f"k{n}", lanes[n % 3])) for n in range(12)))
        rows = await store.reader.read(
            lambda c: c.execute(select(deliveries.c.case_id, deliveries.c.oin, deliveries.c.number)).all()
        )
        for lane in lanes:
            assert sorted(r.number for r in rows if (r.case_id, r.oin) == (lane.case_id, lane.oin)) == [
                1,
                2,
                3,
                4,
            ]


async def test_growing_revisions_never_go_back_and_removals_repeat(database_url: str) -> None:
    def progress(to: int) -> Change:
        revision = Revision(
            row=row_types.DeliveryRow, key={"copy_id": "k"}, values={"progress": to}, growing="progress"
        )
        removal = Removal(row=row_types.DutyRow, key={"duty_id": "d"})
        return Change(key="", judge=lambda _: Judgement(revisions=(revision,), removals=(removal,)))

    async with open_store(database_url) as store:
        await store.writer.write(delivery_change("k", Lane("z", "o", "r")))
        await store.writer.write(change("d", duty("d")))
        for step in (3, 1, 2):
            assert (await store.writer.write(progress(step))).placement is None
        rows = await store.reader.read(lambda c: c.execute(select(deliveries.c.progress)).scalars().all())
        assert rows == [3]
        assert not await store.reader.read(lambda c: c.execute(select(duties)).all())


@pytest.mark.parametrize("committed", [True, False])
async def test_an_unknown_commit_is_looked_up_by_key(database_url: str, committed: bool) -> None:
    async with open_store(database_url) as store:
        await store.writer.write(change("earlier", duty("earlier")))
        broken: list[bool] = []

        def break_commit(connection: Any) -> None:
            if not broken:
                broken.append(True)
                driver = connection.connection.driver_connection
                if committed:
                    driver.execute("COMMIT")
                raise OperationalError("COMMIT", {}, ConnectionResetError())

        event.listen(store.engines.writing, "commit", break_commit)
        if committed:
            written = await store.writer.write(change("k", duty("d")))
            assert written.answer is None
            assert written.placement is not None
            assert written.placement.leaf_index == 1
        else:
            with pytest.raises(StorageUnavailable):
                await store.writer.write(change("k", duty("d")))
            assert await store.writer.write(change("k", duty("d"))) is not None
        ids = await store.reader.read(lambda c: c.execute(select(duties.c.duty_id)).scalars().all())
        assert sorted(ids) == ["d", "earlier"]


async def test_a_locked_database_is_unavailable_and_the_writer_goes_on(tmp_path: Path) -> None:
    async with open_store(sqlite_url(tmp_path / "hub.db")) as store:
        other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable):
            await store.writer.write(change("k", duty("d")))
        other.execute("ROLLBACK")
        other.close()
        assert await store.writer.write(change("k", duty("d"))) is not None


async def test_a_full_disk_is_unavailable_and_loses_nothing_written_before(tmp_path: Path) -> None:
    def set_max_pages(pages: int) -> Any:
        def apply(connection: Any, _record: Any, _proxy: Any) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

        return apply

    async with open_store(sqlite_url(tmp_path / "hub.db")) as store:
        assert await store.writer.write(change("k0", duty("d0"))) is not None
        full = set_max_pages(1)  # SQLite sets it to the present size: no page more
        event.listen(store.engines.writing, "checkout", full)
        outcomes = await asyncio.gather(
            *(store.writer.write(change(f"k{n}", duty("d" * 2000 + str(n)))) for n in range(1, 40)),
            return_exceptions=True,
        )
        assert any(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
        event.remove(store.engines.writing, "checkout", full)
        event.listen(store.engines.writing, "checkout", set_max_pages(1_000_000))
        assert await store.writer.write(change("after", duty("after"))) is not None
        head = await store.reader.read(committed_head)
        assert head.size == 2 + sum(isinstance(outcome, Written) for outcome in outcomes)
