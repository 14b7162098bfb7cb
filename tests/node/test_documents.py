"""Documents from one node to another: stored, named, sealed, fetched, verified, opened; and what goes wrong."""

import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.domain.errors import Conflict, InvalidInput, NotFound, PayloadTooLarge, Refused, Unavailable
from gateway.domain.identifiers import StaffRef, new_id
from gateway.local.registry_file import MUNICIPALITY, POLICE, VEILIG_THUIS, Agency
from gateway.node.ports import Mark
from gateway.node.storage import documents as rows
from gateway.node.storage.document_rows import Transfer
from gateway.node.usecases.documents import keep_document
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.fetch_documents import fetch_documents
from gateway.node.usecases.parts import Person
from gateway.node.usecases.read_document import read_document
from gateway.node.usecases.send import send_message
from gateway.node.usecases.send_documents import send_documents
from gateway.protocol.document import MAX_DOCUMENT, DocumentReference
from gateway.protocol.wire import OinRole
from tests.domain.makers import example_content
from tests.node.makers import Exchange, Node, kennisgeving
from tests.node.people import AUDIENCE, token

PDF = b"%PDF-1.7\n" + b"kanarie in een pdf\n" * 9000 + b"%%EOF\n"
MAYOR = Person(staff=StaffRef("gem-0001"), roles=frozenset({"burgemeester"}))
WIJKAGENT = Person(staff=StaffRef("pol-0009"), roles=frozenset({"politie_wijkagent"}))
TO_WIJKAGENT = OinRole(oin=POLICE.oin, rol="politie_wijkagent")
TO_VT = OinRole(oin=VEILIG_THUIS.oin, rol="vt_medewerker")
EXTENDED = "huisverbod.verlengd"
FIELD = "beschikking"


async def stream(body: bytes, *, piece: int = 50_000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), piece):
        yield body[start : start + piece]


async def kept(node: Node, body: bytes = PDF, name: str = "beschikking.pdf") -> DocumentReference:
    return await keep_document(node.parts, MAYOR, name, stream(body))


def extension(reference: DocumentReference, **changes: Any) -> Draft:
    """An extension of the ban with its decision as a document."""
    values: dict[str, Any] = {
        "message_type": EXTENDED,
        "role": "burgemeester",
        "staff": "gem-0001",
        "recipients": [TO_WIJKAGENT],
        "content": example_content(EXTENDED, beschikking=reference.to_json()),
    }
    return kennisgeving(**(values | changes))


async def extended(exchange: Exchange, body: bytes = PDF, **changes: Any) -> str:
    """The copy of the police of an accepted extension. No document was sent yet."""
    node = exchange.node(MUNICIPALITY)
    await send_message(node.parts, MAYOR, extension(await kept(node, body), **changes))
    return next(i for i, copy in exchange.hub.copies.items() if copy.recipient == TO_WIJKAGENT)


async def opened(exchange: Exchange, copy_id: str) -> bytes:
    shown = await read_document(exchange.police.parts, WIJKAGENT, copy_id, FIELD, purpose="handhaving")
    return b"".join(shown.document.pieces())


async def test_a_document_goes_with_its_message_and_comes_out_the_same(exchange: Exchange) -> None:
    copy_id = await extended(exchange)
    await exchange.node(MUNICIPALITY).move_documents()
    await exchange.police.receive()
    await exchange.police.move_documents()
    await exchange.police.round()
    assert await opened(exchange, copy_id) == PDF
    (delivery,) = exchange.police.system.kept.values()
    assert delivery.marks == ()
    assert exchange.hub.copies[copy_id].receipts == ["technisch", "functioneel"]


async def test_a_copy_waits_for_its_document_no_longer_than_its_urgency(exchange: Exchange) -> None:
    """Then it goes with a mark, and is complete when the document came. Every type with a document of today's catalogue
    is U0, so the copy is made less urgent here."""
    copy_id = await extended(exchange)
    police = exchange.police
    await police.receive()
    await police.parts.database.write(
        lambda c: c.exec_driver_sql("UPDATE received_copies SET urgency = 'U2'").rowcount
    )
    await police.round()
    await police.move_documents()
    assert police.system.kept == {}
    with pytest.raises(Unavailable) as late:
        await opened(exchange, copy_id)
    assert late.value.code == "document-onderweg"
    exchange.clock.now += timedelta(days=1)
    await police.round()
    (delivery,) = police.system.kept.values()
    assert Mark.DOCUMENT_MISSING in delivery.marks
    assert exchange.hub.copies[copy_id].receipts[0] == "technisch"
    assert "functioneel" not in exchange.hub.copies[copy_id].receipts
    await exchange.node(MUNICIPALITY).move_documents()
    await police.move_documents()
    await police.report()
    assert "functioneel" in exchange.hub.copies[copy_id].receipts
    assert await opened(exchange, copy_id) == PDF


async def test_u0_never_waits_for_a_document(exchange: Exchange) -> None:
    node = exchange.node(MUNICIPALITY)
    reference = (await kept(node)).to_json()
    draft = extension(
        await kept(node),
        message_type="besluit.hoorverslag",
        content=example_content("besluit.hoorverslag", verslag=reference),
        recipients=[OinRole(oin=MUNICIPALITY.oin, rol="burgemeester")],
    )
    await send_message(node.parts, MAYOR, draft)
    (copy,) = exchange.hub.copies.values()
    assert copy.urgency == "U0"
    await node.receive()
    assert await node.hand_over() == 1
    (delivery,) = node.system.kept.values()
    assert delivery.marks == (Mark.DOCUMENT_MISSING,)


async def test_a_recipient_whose_field_is_withheld_gets_no_document(exchange: Exchange) -> None:
    exchange.hub.policy.choices["vt_medewerker"] = {FIELD: "deny"}
    copy_id = await extended(exchange, recipients=[TO_WIJKAGENT, TO_VT])
    await exchange.node(MUNICIPALITY).move_documents()
    assert set(exchange.documents.kept) == {(copy_id, FIELD)}


async def test_a_summary_takes_the_whole_document_away(exchange: Exchange) -> None:
    """All or nothing: no mask leaves a part of a document."""
    exchange.hub.policy.choices["politie_wijkagent"] = {FIELD: "M_SAM"}
    await extended(exchange)
    await exchange.node(MUNICIPALITY).move_documents()
    assert exchange.documents.kept == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GIF89a" + bytes(2000),
        PDF[:-7] + bytes(2000),
        b"x" + PDF,
        b"%PDF-9.9\n%%EOF",
        b"MZ%PDF-1.7\n%%EOF",
    ],
    ids=["empty", "image", "cut off", "shifted", "version", "program"],
)
async def test_attack_what_is_no_pdf_is_not_stored(exchange: Exchange, body: bytes) -> None:
    node = exchange.node(MUNICIPALITY)
    with pytest.raises(InvalidInput) as refused:
        await kept(node, body)
    assert refused.value.code == "document-ongeldig"
    assert files_of(node) == []


@pytest.mark.parametrize(
    "name", ["../x.pdf", "x.exe", "a\r\nSet-Cookie: x.pdf", ".pdf", " x.pdf", "c:\\x.pdf"]
)
async def test_attack_a_name_is_never_a_path_or_a_header(exchange: Exchange, name: str) -> None:
    with pytest.raises(InvalidInput):
        await kept(exchange.node(MUNICIPALITY), PDF, name)


async def test_a_document_that_is_too_large_or_breaks_off_leaves_nothing(exchange: Exchange) -> None:
    node = exchange.node(MUNICIPALITY)
    with pytest.raises(PayloadTooLarge):
        await kept(node, b"%PDF-1.7\n" + bytes(MAX_DOCUMENT))

    async def breaks_off() -> AsyncIterator[bytes]:
        yield PDF[:60_000]
        raise ConnectionResetError

    with pytest.raises(Unavailable):
        await keep_document(node.parts, MAYOR, "x.pdf", breaks_off())
    assert files_of(node) == []


async def test_a_message_may_only_name_what_is_stored(exchange: Exchange) -> None:
    """With the size it has: nothing is sent, and every mistake is named."""
    node = exchange.node(MUNICIPALITY)
    reference = await kept(node)
    for changed, pointer in (
        ({"sha256": "0" * 64}, f"/inhoud/{FIELD}/sha256"),
        ({"omvang_bytes": 7}, f"/inhoud/{FIELD}/omvang_bytes"),
    ):
        wrong = reference.model_copy(update=changed)
        with pytest.raises(InvalidInput) as refused:
            await send_message(node.parts, MAYOR, extension(wrong))
        assert (refused.value.code, [c.pointer for c in refused.value.causes]) == (
            "document-onbekend",
            [pointer],
        )
    assert exchange.hub.copies == {}


async def test_the_same_bytes_are_stored_once_and_never_in_clear(exchange: Exchange) -> None:
    node = exchange.node(MUNICIPALITY)
    first = await kept(node)
    assert await kept(node) == first
    (file,) = files_of(node)
    everything = file.read_bytes() + (exchange.directory / f"{MUNICIPALITY.oin}.db").read_bytes()
    assert b"kanarie" not in everything
    assert first.sha256.encode() not in everything
    assert bytes.fromhex(first.sha256) not in everything


async def test_a_lost_answer_or_a_death_repeats_the_very_same_bytes(exchange: Exchange) -> None:
    """Else the hub would take the second try for another document."""
    copy_id = await extended(exchange)
    exchange.documents.lose_answers = 1
    node = exchange.node(MUNICIPALITY)
    assert await send_documents(node.parts) == 1
    node = exchange.restart(MUNICIPALITY)
    exchange.clock.now += timedelta(minutes=2)
    await node.move_documents()
    assert len(exchange.documents.sent) == 2
    assert exchange.documents.sent[0] == exchange.documents.sent[1]
    (row,) = await node.parts.database.read(lambda c: rows.outgoing_of(c, draft_of(exchange)))
    assert (row.copy_id, row.state) == (copy_id, Transfer.DONE)
    assert not node.parts.documents.outgoing(copy_id, FIELD).exists()


async def test_a_document_waits_while_the_hub_is_away(exchange: Exchange) -> None:
    copy_id = await extended(exchange)
    exchange.hub.down = True
    await send_documents(exchange.node(MUNICIPALITY).parts)
    exchange.hub.down = False
    await exchange.police.receive()
    assert await fetch_documents(exchange.police.parts) == 1  # not there: asked again later
    exchange.clock.now += timedelta(minutes=2)
    await exchange.node(MUNICIPALITY).move_documents()
    await exchange.police.move_documents()
    assert await opened(exchange, copy_id) == PDF


async def test_a_node_that_died_while_it_stored_a_document_keeps_no_rubbish(exchange: Exchange) -> None:
    node = exchange.node(MUNICIPALITY)
    await kept(node)
    (real,) = files_of(node)
    for name in (new_id(), f"{new_id()}.00.deel"):
        real.with_name(name).write_bytes(b"rubbish")
    node = exchange.restart(MUNICIPALITY)
    node.parts.documents.keep_only(await node.parts.database.read(rows.own_ids))
    assert files_of(node) == [real]


async def test_attack_a_hub_that_changes_a_byte_is_found_out(exchange: Exchange) -> None:
    """The part is set aside as it came, the copy reported, nothing shown; once, however often it is asked."""
    copy_id = await extended(exchange)
    await exchange.node(MUNICIPALITY).move_documents()
    body = exchange.documents.kept[copy_id, FIELD]
    exchange.documents.kept[copy_id, FIELD] = body[:-40] + bytes([body[-40] ^ 1]) + body[-39:]
    await rejected(exchange, copy_id)


async def test_attack_a_document_of_another_copy_is_not_taken_for_this_one(exchange: Exchange) -> None:
    first = await extended(exchange)
    second = await extended(exchange, b"%PDF-1.4 een ander %%EOF")
    ids = [first, *(i for i in exchange.hub.copies if i != first)]
    await exchange.node(MUNICIPALITY).move_documents()
    parts = exchange.documents.kept
    parts[ids[0], FIELD], parts[ids[1], FIELD] = parts[ids[1], FIELD], parts[ids[0], FIELD]
    assert second in ids
    await rejected(exchange, *ids)


async def test_attack_a_document_that_is_too_large_is_set_aside(exchange: Exchange) -> None:
    copy_id = await extended(exchange)
    await exchange.node(MUNICIPALITY).move_documents()
    exchange.documents.kept[copy_id, FIELD] += os.urandom(1000)
    await rejected(exchange, copy_id)


async def rejected(exchange: Exchange, *copy_ids: str) -> None:
    police = exchange.police
    await police.receive()
    await police.move_documents()
    await police.round()
    for copy_id in copy_ids:
        with pytest.raises(Conflict) as refused:
            await opened(exchange, copy_id)
        assert refused.value.code == "document-afgekeurd"
        copy = exchange.hub.copies[copy_id]
        assert [each.reden for each in copy.rejections] == ["document-afgekeurd"]
        assert "functioneel" not in copy.receipts
        assert police.parts.documents.aside(copy_id, FIELD).exists()
        assert not police.parts.documents.incoming(copy_id, FIELD).exists()
    for delivery in police.system.kept.values():  # the content itself was good, and people need it
        assert Mark.DOCUMENT_MISSING in delivery.marks


async def test_a_document_is_opened_under_the_decision_of_its_field(exchange: Exchange) -> None:
    copy_id = await extended(exchange)
    await exchange.node(MUNICIPALITY).move_documents()
    await exchange.police.receive()
    await exchange.police.move_documents()
    exchange.hub.policy.reading[FIELD] = "deny"
    with pytest.raises(Refused) as refused:
        await opened(exchange, copy_id)
    assert refused.value.article == "art. 1"
    exchange.hub.policy.reading_refusal = Refused(rule="G02_geen_doel", article="art. 2")
    with pytest.raises(Refused):
        await opened(exchange, copy_id)


async def test_attack_somebody_else_learns_nothing_of_a_document(exchange: Exchange) -> None:
    copy_id = await extended(exchange)
    await exchange.police.receive()
    stranger = Person(staff=StaffRef("pol-0001"), roles=frozenset({"politie_hovj"}))
    for person, copy, field in (
        (stranger, copy_id, FIELD),
        (WIJKAGENT, new_id(), FIELD),
        (WIJKAGENT, copy_id, "besloten_door"),
        (WIJKAGENT, copy_id, "../../geheim"),
    ):
        with pytest.raises(NotFound):
            await read_document(exchange.police.parts, person, copy, field, purpose="handhaving")


async def test_twenty_megabytes_pass_a_node_in_bounded_memory(exchange: Exchange) -> None:
    node = exchange.node(MUNICIPALITY)
    size = MAX_DOCUMENT

    async def large() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n".ljust(1024)
        for _ in range(size // 1024 - 2):
            yield bytes(1024)
        yield b"%%EOF\n".rjust(1024)

    tracemalloc.start()
    try:
        reference = await keep_document(node.parts, MAYOR, "groot.pdf", large())
        kept_peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert reference.omvang_bytes == size
    assert kept_peak < 6 * 1024 * 1024, kept_peak
    await send_message(node.parts, MAYOR, extension(reference))
    await node.move_documents()
    await exchange.police.receive()
    await exchange.police.move_documents()
    (copy_id,) = exchange.hub.copies
    shown = await read_document(exchange.police.parts, WIJKAGENT, copy_id, FIELD, purpose="handhaving")
    digest = hashlib.sha256()
    tracemalloc.start()
    try:
        for piece in shown.document.pieces():
            digest.update(piece)
        opened_peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert digest.hexdigest() == reference.sha256
    assert opened_peak < 2 * 1024 * 1024, opened_peak


async def test_over_http_a_pdf_is_a_file_to_save_and_nothing_else(exchange: Exchange) -> None:
    stored = await ask(
        exchange, MUNICIPALITY, MAYOR, "POST", "/documenten?bestandsnaam=Besluit%20%C3%A9.pdf", PDF
    )
    assert stored.status_code == 201, stored.text
    named = stored.json()["document"]
    assert named["sha256"] == hashlib.sha256(PDF).hexdigest()
    await send_message(exchange.node(MUNICIPALITY).parts, MAYOR, extension(DocumentReference.parse(named)))
    await exchange.node(MUNICIPALITY).move_documents()
    await exchange.police.receive()
    (copy_id,) = exchange.hub.copies
    path = f"/postvak/{copy_id}/documenten"
    waiting = await ask(exchange, POLICE, WIJKAGENT, "GET", path)
    assert waiting.json() == [{"veld": FIELD, "toestand": "wacht"}]
    await exchange.police.move_documents()
    answer = await ask(exchange, POLICE, WIJKAGENT, "GET", f"{path}/{FIELD}?doel=handhaving")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "Besluit%20%C3%A9.pdf" in answer.headers["Content-Disposition"]
    too_large = await ask(
        exchange, MUNICIPALITY, MAYOR, "POST", "/documenten?bestandsnaam=x.pdf", bytes(MAX_DOCUMENT + 1)
    )
    assert too_large.status_code == 413
    other = await ask(
        exchange, MUNICIPALITY, MAYOR, "POST", "/documenten?bestandsnaam=x.pdf", PDF, media="text/html"
    )
    assert other.status_code == 415


async def ask(  # noqa: PLR0917 - who, where and what
    exchange: Exchange,
    agency: Agency,
    person: Person,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    media: str = "application/pdf",
) -> httpx2.Response:
    app = exchange.node(agency).app.app
    bearer = token(person.staff, *person.roles, now=exchange.clock())
    headers = {"Authorization": f"Bearer {bearer}"} | ({"Content-Type": media} if body else {})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=AUDIENCE) as client:
        return await client.request(method, f"/v1{path}", content=body, headers=headers)


def files_of(node: Node) -> list[Path]:
    """The own documents of a node."""
    return list(node.parts.documents.own("x").parent.iterdir())


def draft_of(exchange: Exchange) -> str:
    (message_id,) = exchange.hub.accepted
    return message_id
