"""Masks that need a person's text: without an approval that fits, nothing of the field or category is sent."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import InvalidInput, Refused
from gateway.domain.identifiers import new_id
from gateway.node.masks import SUMMARIES
from gateway.node.storage.rows import Approval
from gateway.node.storage.selecting import select_all
from gateway.node.storage.tables import approvals
from gateway.node.usecases.approve import Scope, approve_cleaning, approve_summary
from gateway.node.usecases.send import send_message
from tests.node.makers import (
    HOVJ_ON_DUTY,
    KENNISGEVING,
    PROCESCOORDINATOR,
    Exchange,
    kennisgeving,
    kennisgeving_content,
)

CATEGORY = catalogue().message(KENNISGEVING).field("onderbouwing_gevaar").category
TEXT = "Een verzonnen samenvatting, door een mens geschreven."


def scope(exchange: Exchange, case: str, **changes: Any) -> Scope:
    values: dict[str, Any] = {
        "case_id": case,
        "role": "vt_procescoordinator",
        "recipient_roles": ["politie_hovj"],
        "purpose": "screening",
        "expires_at": exchange.clock.now + timedelta(days=1),
    }
    return Scope(**(values | changes))


async def delivered(exchange: Exchange, case_id: str, **changes: Any) -> dict[str, Any]:
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(case_id=case_id, **changes))
    await exchange.police.round()
    return dict(list(exchange.police.system.kept.values())[-1].content)


@pytest.fixture
def summarised(exchange: Exchange) -> Exchange:
    """The HOvJ gets a summary in place of the reasoning."""
    exchange.hub.policy.choices["politie_hovj"] = {"onderbouwing_gevaar": "M_SAM"}
    return exchange


async def test_without_an_approval_the_category_stays_out(summarised: Exchange) -> None:
    content = await delivered(summarised, new_id())
    assert SUMMARIES not in content
    assert "onderbouwing_gevaar" not in content


async def test_an_approved_summary_takes_the_place_of_the_category(summarised: Exchange) -> None:
    case = new_id()
    await approve_summary(summarised.vt.parts, PROCESCOORDINATOR, scope(summarised, case), CATEGORY, TEXT)
    content = await delivered(summarised, case)
    assert content[SUMMARIES] == {CATEGORY: TEXT}
    assert "onderbouwing_gevaar" not in content


async def test_the_later_of_two_summaries_counts(summarised: Exchange) -> None:
    case = new_id()
    for text in ("Een eerdere verzonnen tekst.", TEXT):
        await approve_summary(summarised.vt.parts, PROCESCOORDINATOR, scope(summarised, case), CATEGORY, text)
        summarised.clock.now += timedelta(seconds=1)
    assert (await delivered(summarised, case))[SUMMARIES] == {CATEGORY: TEXT}


@pytest.mark.parametrize(
    "changes",
    [{"recipient_roles": ["politie_wijkagent"]}, {"purpose": "weging"}, {"case_id": new_id()}],
    ids=["another role", "another purpose", "another case"],
)
async def test_an_approval_for_something_else_is_not_used(
    summarised: Exchange, changes: dict[str, Any]
) -> None:
    case = new_id()
    await approve_summary(
        summarised.vt.parts, PROCESCOORDINATOR, scope(summarised, case, **changes), CATEGORY, TEXT
    )
    assert SUMMARIES not in await delivered(summarised, case)


async def test_an_expired_approval_is_not_used(summarised: Exchange) -> None:
    case = new_id()
    await approve_summary(summarised.vt.parts, PROCESCOORDINATOR, scope(summarised, case), CATEGORY, TEXT)
    summarised.clock.now += timedelta(days=1)
    assert SUMMARIES not in await delivered(summarised, case)


async def test_only_somebody_in_the_sending_role_approves(summarised: Exchange) -> None:
    with pytest.raises(Refused):
        await approve_summary(summarised.vt.parts, HOVJ_ON_DUTY, scope(summarised, new_id()), CATEGORY, TEXT)


async def test_every_mistake_in_an_approval_is_named(summarised: Exchange) -> None:
    wrong = scope(
        summarised,
        new_id(),
        recipient_roles=["verzonnen_rol"],
        purpose="verzonnen",
        expires_at=summarised.clock.now + timedelta(days=29),
    )
    with pytest.raises(InvalidInput) as refused:
        await approve_summary(summarised.vt.parts, PROCESCOORDINATOR, wrong, "verzonnen", "x" * 501)
    assert [c.pointer for c in refused.value.causes] == [
        "/rollen/0",
        "/doel",
        "/verlooptOp",
        "/categorie",
        "/tekst",
    ]


async def test_a_text_that_was_changed_in_the_file_stops_the_message(summarised: Exchange) -> None:
    """Whoever can write the file cannot approve: the text is sealed with an approval that the node signed."""
    case, other = new_id(), new_id()
    vt = summarised.vt.parts
    await approve_summary(vt, PROCESCOORDINATOR, scope(summarised, case), CATEGORY, TEXT)
    await approve_summary(vt, PROCESCOORDINATOR, scope(summarised, other), CATEGORY, "Iets anders.")

    def swap(connection: Any) -> None:
        rows = {row.case_id: row for row in select_all(connection, Approval, approvals.select())}
        connection.execute(
            update(approvals).where(approvals.c.case_id == case).values(sealed=rows[other].sealed)
        )

    await vt.database.write(swap)
    with pytest.raises(InvalidInput, match="ongeldige-invoer"):
        await send_message(vt, PROCESCOORDINATOR, kennisgeving(case_id=case))
    assert summarised.hub.bodies == []


async def test_a_cleaned_text_takes_the_place_of_exactly_its_original(exchange: Exchange) -> None:
    exchange.hub.policy.choices["politie_hovj"] = {"onderbouwing_gevaar": "M_BRON"}
    case = new_id()
    original = kennisgeving_content()["onderbouwing_gevaar"]
    await approve_cleaning(
        exchange.vt.parts,
        PROCESCOORDINATOR,
        scope(exchange, case),
        message_type=KENNISGEVING,
        field="onderbouwing_gevaar",
        original=original,
        cleaned="Zonder bron.",
    )
    assert (await delivered(exchange, case))["onderbouwing_gevaar"] == "Zonder bron."
    changed = kennisgeving_content(onderbouwing_gevaar="Een nieuwe verzonnen tekst met een bron.")
    assert "onderbouwing_gevaar" not in await delivered(exchange, case, content=changed)


async def test_a_cleaned_list_may_leave_out_and_not_add(exchange: Exchange) -> None:
    content = kennisgeving_content()["lopende_trajecten"]
    added = [*content, content[0]]
    with pytest.raises(InvalidInput) as refused:
        await approve_cleaning(
            exchange.vt.parts,
            PROCESCOORDINATOR,
            scope(exchange, new_id()),
            message_type=KENNISGEVING,
            field="lopende_trajecten",
            original=content,
            cleaned=added,
        )
    assert [c.code for c in refused.value.causes] == ["niet_geschoond"]


async def test_approved_texts_are_not_in_the_file_in_clear(summarised: Exchange) -> None:
    await approve_summary(summarised.vt.parts, PROCESCOORDINATOR, scope(summarised, new_id()), CATEGORY, TEXT)
    files = (path for path in summarised.directory.rglob("*") if path.is_file() and ".db" in str(path))
    stored = b"".join(path.read_bytes() for path in files)
    assert CATEGORY.encode() in stored
    assert TEXT.encode() not in stored
