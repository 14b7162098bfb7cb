"""The proof of service says which document was served: filled in, compared, or missed where it is not known."""

from typing import Any

import pytest

from gateway.domain.errors import InvalidInput
from gateway.domain.identifiers import StaffRef, new_id
from gateway.local.registry_file import MUNICIPALITY
from gateway.node.storage.sent import find_message
from gateway.node.usecases.documents import make_document
from gateway.node.usecases.draft import Draft, draft_of
from gateway.node.usecases.parts import Person
from gateway.node.usecases.send import Sent, send_message
from gateway.protocol.document import DocumentReference
from tests.domain.makers import example_content
from tests.node.makers import HOVJ_ON_DUTY, Exchange, Node, kennisgeving
from tests.node.test_documents import EXTENDED, FIELD, MAYOR, TO_WIJKAGENT, extension

SERVICE = "huisverbod.uitreiking"
NUMBER = "VB-2026-1"
JURIST = Person(staff=StaffRef("gem-0002"), roles=frozenset({"gemeente_jurist"}))


async def decided(node: Node, **changes: Any) -> tuple[str, DocumentReference]:
    """The case of an extension with its decision, made and sent."""
    content = (
        example_content(EXTENDED, beschikking=None) | {"beschikking_nr": NUMBER} | changes.pop("content", {})
    )
    reference = await make_document(
        node.parts, MAYOR, role="burgemeester", name="b.pdf", message_type=EXTENDED, content=content
    )
    draft = extension(reference, content=content | {FIELD: reference.to_json()}, **changes)
    await send_message(node.parts, MAYOR, draft)
    return draft.case_id, reference


def service(case_id: str, role: str = "gemeente_jurist", **content: Any) -> Draft:
    values = {"soort": "verlengen", "wijze": "in_persoon", "document_hash": None, "beschikking_nr": NUMBER}
    return kennisgeving(
        case_id=case_id,
        message_type=SERVICE,
        role=role,
        staff="gem-0002",
        recipients=[TO_WIJKAGENT],
        content=example_content(SERVICE, **(values | content)),
    )


async def stated(node: Node, sent: Sent) -> object:
    row = await node.parts.database.read(lambda c: find_message(c, sent.message_id))
    assert row is not None
    return draft_of(node.parts, row).content.get("document_hash")


async def test_the_digest_of_an_own_decision_is_filled_in_and_the_same_request_again_is_the_same(
    exchange: Exchange,
) -> None:
    node = exchange.node(MUNICIPALITY)
    case_id, reference = await decided(node)
    draft = service(case_id)
    assert draft.content.get("document_hash") is None
    sent = await send_message(node.parts, JURIST, draft)
    assert (await stated(node, sent), sent.remarks) == (reference.sha256, ())
    assert await send_message(node.parts, JURIST, draft) == sent


async def test_the_digest_of_a_decision_that_came_is_filled_in(exchange: Exchange) -> None:
    """The municipality decided; the police, whose copy names the document, serve."""
    node = exchange.node(MUNICIPALITY)
    case_id, reference = await decided(node, recipients=[TO_WIJKAGENT])
    police = exchange.police
    await police.receive()
    sent = await send_message(police.parts, HOVJ_ON_DUTY, service(case_id, "politie_hovj"))
    assert await stated(police, sent) == reference.sha256


async def test_another_digest_is_refused_and_the_right_one_goes(exchange: Exchange) -> None:
    node = exchange.node(MUNICIPALITY)
    case_id, reference = await decided(node)
    for wrong in (
        service(case_id, document_hash="0" * 64),
        service(case_id, document_hash="0" * 64, wijze="mondeling"),
        service(case_id, document_hash=reference.sha256, soort="opleggen"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await send_message(node.parts, JURIST, wrong)
        assert refused.value.code == "document-hash-anders"
    await send_message(node.parts, JURIST, service(case_id, document_hash=reference.sha256))


async def test_of_two_versions_the_writer_says_which(exchange: Exchange) -> None:
    node = exchange.node(MUNICIPALITY)
    case_id, first = await decided(node)
    _, second = await decided(node, case_id=case_id, content={"dreiging_voortgezet": "Anders verwoord."})
    assert first.sha256 != second.sha256
    with pytest.raises(InvalidInput) as refused:
        await send_message(node.parts, JURIST, service(case_id))
    assert refused.value.code == "document-hash-onbepaald"
    sent = await send_message(node.parts, JURIST, service(case_id, document_hash=first.sha256))
    assert await stated(node, sent) == first.sha256


async def test_who_has_no_such_decision_hears_that_the_proof_does_not_say_what_was_served(
    exchange: Exchange,
) -> None:
    node = exchange.node(MUNICIPALITY)
    case_id, _ = await decided(node)
    for draft in (service(case_id, beschikking_nr="VB-ander"), service(new_id())):
        sent = await send_message(node.parts, JURIST, draft)
        assert [remark.code for remark in sent.remarks] == ["digest-ontbreekt"]
        assert await stated(node, sent) is None


async def test_what_was_announced_orally_is_no_document(exchange: Exchange) -> None:
    node = exchange.node(MUNICIPALITY)
    case_id, _ = await decided(node)
    sent = await send_message(node.parts, JURIST, service(case_id, wijze="mondeling"))
    assert (await stated(node, sent), sent.remarks) == (None, ())
