"""The documents of a copy that was taken back: every file of them goes, and nothing of them comes any more."""

from pathlib import Path

import pytest

from gateway.domain.errors import Refused
from gateway.local.registry_file import MUNICIPALITY, POLICE
from gateway.node.storage import documents as rows
from gateway.node.storage.document_rows import Transfer
from gateway.protocol.exchange import Answer
from gateway.protocol.recall import Outcome
from tests.node.documents_in_memory import DocumentLinkInMemory
from tests.node.makers import Exchange, Node
from tests.node.recalling import attested, take_back
from tests.node.test_documents import FIELD, extended, opened


async def with_its_document(exchange: Exchange) -> str:
    """The copy of the police with its document beside it."""
    copy_id = await extended(exchange)
    await exchange.node(MUNICIPALITY).move_documents()
    await exchange.police.receive()
    await exchange.police.move_documents()
    return copy_id


def files_of(node: Node, copy_id: str) -> list[Path]:
    """Every file at the node whose name tells of the copy, finished or not."""
    root = node.parts.documents.incoming(copy_id, FIELD).parent.parent
    return [path for path in root.rglob("*") if path.name.startswith(copy_id)]


async def states(node: Node, copy_id: str) -> list[tuple[str, str | None]]:
    found = await node.parts.database.read(lambda c: rows.incoming_of(c, [copy_id]))
    return [(each.state, each.reason) for each in found]


@pytest.mark.parametrize("outcome", ["teruggehaald", "datalek"])
async def test_the_documents_of_a_copy_go_with_it_and_that_is_attested(
    exchange: Exchange, outcome: Outcome
) -> None:
    copy_id, police = await with_its_document(exchange), exchange.police
    assert len(files_of(police, copy_id)) == 1
    take_back(exchange, MUNICIPALITY, copy_id, outcome=outcome)
    await police.receive()
    assert files_of(police, copy_id) == []
    told = await attested(exchange, police, copy_id)
    assert (told.uitkomst, told.documenten) == ("vernietigd", 1)
    with pytest.raises(Refused, match="kopie-teruggehaald"):
        await opened(exchange, copy_id)


async def test_a_document_that_was_not_there_yet_is_never_fetched(exchange: Exchange) -> None:
    copy_id, police = await extended(exchange), exchange.police
    await police.receive()
    take_back(exchange, MUNICIPALITY, copy_id)
    await police.receive()
    await exchange.node(MUNICIPALITY).move_documents()
    await police.move_documents()
    assert await states(police, copy_id) == [(Transfer.REFUSED, "kopie-teruggehaald")]
    assert files_of(police, copy_id) == []


async def test_a_document_that_was_set_aside_goes_as_well(exchange: Exchange) -> None:
    copy_id, police = await extended(exchange), exchange.police
    await exchange.node(MUNICIPALITY).move_documents()
    exchange.documents.kept[copy_id, FIELD] = exchange.documents.kept[copy_id, FIELD][:-1] + b"?"
    await police.receive()
    await police.move_documents()
    assert police.parts.documents.aside(copy_id, FIELD).exists()
    take_back(exchange, MUNICIPALITY, copy_id)
    await police.receive()
    assert files_of(police, copy_id) == []


@pytest.mark.parametrize("is_good", [True, False])
async def test_a_document_that_comes_in_while_its_copy_is_taken_back_does_not_stay(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch, *, is_good: bool
) -> None:
    """The recall is taken in whole between the last byte of the document and the row that says that it is here."""
    copy_id, police = await extended(exchange), exchange.police
    await exchange.node(MUNICIPALITY).move_documents()
    if not is_good:
        exchange.documents.kept[copy_id, FIELD] = exchange.documents.kept[copy_id, FIELD][:-1] + b"?"
    await police.receive()
    fetch = DocumentLinkInMemory.fetch

    async def overtaken(link: DocumentLinkInMemory, copy: str, field: str, into: Path) -> Answer:
        take_back(exchange, MUNICIPALITY, copy_id)
        await police.receive()
        return await fetch(link, copy, field, into)

    monkeypatch.setattr(DocumentLinkInMemory, "fetch", overtaken)
    await police.move_documents()
    assert files_of(police, copy_id) == []
    assert await states(police, copy_id) == [(Transfer.REFUSED, "kopie-teruggehaald")]
    assert exchange.hub.copies[copy_id].rejections == []


async def test_what_a_node_that_died_had_of_it_goes_at_the_next_start(exchange: Exchange) -> None:
    """Killed between the last byte of a document and the look whether its copy was taken back."""
    copy_id, police = await with_its_document(exchange), exchange.police
    other = await with_its_document_of_another_case(exchange)
    take_back(exchange, MUNICIPALITY, copy_id)
    await police.receive()
    police.parts.documents.incoming(copy_id, FIELD).write_bytes(b"came in too late")
    restarted = exchange.restart(POLICE)
    await restarted.app.sweep()
    assert files_of(restarted, copy_id) == []
    assert len(files_of(restarted, other)) == 1


async def with_its_document_of_another_case(exchange: Exchange) -> str:
    before = set(exchange.hub.copies)
    await extended(exchange)
    await exchange.node(MUNICIPALITY).move_documents()
    await exchange.police.receive()
    await exchange.police.move_documents()
    (copy_id,) = set(exchange.hub.copies) - before
    return copy_id


async def test_a_recall_comes_again_when_the_files_could_not_be_removed(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is attested of files that are still there."""
    copy_id, police = await with_its_document(exchange), exchange.police
    take_back(exchange, MUNICIPALITY, copy_id)
    held = list(police.inbox.waiting[False])
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", _full)
        with pytest.raises(OSError, match="read-only"):
            await police.receive()
    with pytest.raises(AssertionError):
        await attested(exchange, police, copy_id)
    for data in held:
        police.inbox.put(data)
    await police.receive()
    assert files_of(police, copy_id) == []
    assert (await attested(exchange, police, copy_id)).documenten == 1


def _full(_: Path, **__: object) -> None:
    raise OSError(30, "read-only file system")
