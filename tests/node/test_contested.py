"""That a message is contested travels along with what rests on it, from node to node, and is shown wherever it is."""

from collections.abc import Sequence
from typing import Any

import pytest

from gateway.domain.identifiers import new_id
from gateway.local.registry_file import VEILIG_THUIS
from gateway.node.ports import Mark
from gateway.node.usecases.accept import accept_copy
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.overview import MailboxEntry, mailbox, sent_message
from gateway.node.usecases.parts import Person
from gateway.node.usecases.read import read_copy
from gateway.node.usecases.send import send_message
from gateway.protocol.envelope import Envelope
from gateway.protocol.wire import OinRole
from tests.domain.makers import example_content
from tests.node.makers import (
    BEVESTIGING,
    HOVJ,
    HOVJ_ON_DUTY,
    KENNISGEVING,
    PROCESCOORDINATOR,
    Exchange,
    Node,
    kennisgeving,
)
from tests.node.test_corrections import correction

TO_VT = OinRole(oin=VEILIG_THUIS.oin, rol="vt_procescoordinator")


def answer(to: Draft, **changes: Any) -> Draft:
    """Of the police, to a notice."""
    values: dict[str, Any] = {
        "case_id": to.case_id,
        "message_type": BEVESTIGING,
        "role": "politie_hovj",
        "staff": "pol-0007",
        "in_reply_to": to.message_id,
        "recipients": [TO_VT],
        "content": example_content(BEVESTIGING, kennisgeving_id=to.message_id, reactie="ingepland"),
    }
    return kennisgeving(**(values | changes))


async def contested(
    exchange: Exchange, kind: str = "betwist", *, fields: Sequence[str] = ("woonadres",)
) -> Draft:
    """A notice of Veilig Thuis that the police have, with what was said of it afterwards."""
    original = kennisgeving(recipients=[HOVJ])
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, original)
    content = {"bericht_id": original.message_id, "soort": kind, "velden": list(fields)}
    told = correction(original, kind, content=content)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, told)
    await exchange.police.round()
    return original


def envelope_of(exchange: Exchange, draft: Draft) -> Envelope:
    return exchange.hub.accepted[draft.message_id].submission.envelop


async def entry_of(node: Node, person: Person, draft: Draft) -> MailboxEntry:
    return next(e for e in await mailbox(node.parts, person) if e.copy.message_id == draft.message_id)


async def test_an_answer_to_a_contested_message_says_so_and_is_shown_so(exchange: Exchange) -> None:
    original = await contested(exchange)
    reply = answer(original)
    await send_message(exchange.police.parts, HOVJ_ON_DUTY, reply)
    assert envelope_of(exchange, reply).betwist is True
    await exchange.vt.round()
    entry = await entry_of(exchange.vt, PROCESCOORDINATOR, reply)
    assert entry.marks == (Mark.CONTESTED,)
    assert await accept_copy(exchange.vt.parts, PROCESCOORDINATOR, entry.copy.copy_id)
    assert (await entry_of(exchange.vt, PROCESCOORDINATOR, reply)).marks == (Mark.CONTESTED,)
    reading = await read_copy(exchange.vt.parts, PROCESCOORDINATOR, entry.copy.copy_id, purpose="screening")
    assert reading.is_contested
    assert exchange.vt.system.kept[entry.copy.copy_id].marks == (Mark.CONTESTED,)
    assert (await sent_message(exchange.police.parts, HOVJ_ON_DUTY, reply.message_id)).is_contested


async def test_it_travels_on_with_what_rests_on_that_in_turn(exchange: Exchange) -> None:
    """Veilig Thuis answers the answer, and never heard of a correction of that."""
    original = await contested(exchange, fields=["een_ander_veld"])
    reply = answer(original)
    await send_message(exchange.police.parts, HOVJ_ON_DUTY, reply)
    await exchange.vt.round()
    loose = kennisgeving(case_id=original.case_id)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, loose)
    assert envelope_of(exchange, loose).betwist is None
    again = kennisgeving(case_id=original.case_id, in_reply_to=reply.message_id)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, again)
    assert envelope_of(exchange, again).betwist is True


@pytest.mark.parametrize("taken_on", [False, True])
async def test_it_does_so_whether_or_not_somebody_took_the_correction_on(
    exchange: Exchange, *, taken_on: bool
) -> None:
    original = await contested(exchange)
    if taken_on:
        (link,) = (await entry_of(exchange.police, HOVJ_ON_DUTY, original)).corrections
        assert await accept_copy(exchange.police.parts, HOVJ_ON_DUTY, link.copy_id)
    reply = answer(original)
    await send_message(exchange.police.parts, HOVJ_ON_DUTY, reply)
    assert envelope_of(exchange, reply).betwist is True


async def test_a_contested_field_that_its_sender_gives_again_says_so(exchange: Exchange) -> None:
    original = await contested(exchange)
    again = kennisgeving(case_id=original.case_id, recipients=[HOVJ])
    assert "woonadres" in again.content
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, again)
    assert envelope_of(exchange, again).betwist is True
    assert (await sent_message(exchange.vt.parts, PROCESCOORDINATOR, original.message_id)).is_contested
    await exchange.police.round()
    assert (await entry_of(exchange.police, HOVJ_ON_DUTY, again)).marks == (Mark.CONTESTED,)


async def test_what_rests_on_nothing_contested_says_nothing(exchange: Exchange) -> None:
    """The same field in another case, and another matter in the same case."""
    original = await contested(exchange)
    elsewhere = kennisgeving(recipients=[HOVJ])
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, elsewhere)
    loose = answer(
        original,
        in_reply_to=None,
        content=example_content(BEVESTIGING, kennisgeving_id=new_id(), reactie="ingepland"),
    )
    await send_message(exchange.police.parts, HOVJ_ON_DUTY, loose)
    for draft in (original, elsewhere, loose):
        assert envelope_of(exchange, draft).betwist is None
        assert "betwist" not in envelope_of(exchange, draft).to_json()


@pytest.mark.parametrize("kind", ["onjuist", "onvolledig", "ten_onrechte_verzonden"])
async def test_another_correction_contests_nothing(exchange: Exchange, kind: str) -> None:
    original = await contested(exchange, kind)
    reply = answer(original)
    await send_message(exchange.police.parts, HOVJ_ON_DUTY, reply)
    assert envelope_of(exchange, reply).betwist is None


async def test_attack_an_agency_contests_a_message_of_another(exchange: Exchange) -> None:
    """Past a hub that does not look: neither its own node nor that of the recipient believes it."""
    original = kennisgeving(recipients=[HOVJ])
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, original)
    await exchange.police.round()
    forged = correction(original, "betwist", role="politie_hovj", staff="pol-0007", recipients=[TO_VT])
    await send_message(exchange.police.parts, HOVJ_ON_DUTY, forged)
    await exchange.vt.round()
    reply = answer(original)
    await send_message(exchange.police.parts, HOVJ_ON_DUTY, reply)
    assert envelope_of(exchange, reply).betwist is None
    again = kennisgeving(case_id=original.case_id, recipients=[HOVJ])
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, again)
    assert envelope_of(exchange, again).betwist is None


async def test_a_correction_is_not_marked_itself(exchange: Exchange) -> None:
    original = await contested(exchange)
    second = correction(original, "onjuist")
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, second)
    assert envelope_of(exchange, second).betwist is None
    await exchange.police.round()
    entry = await entry_of(exchange.police, HOVJ_ON_DUTY, original)
    assert set(entry.marks) == {Mark.CONTESTED, Mark.CORRECTED}
    assert entry.copy.message_type == KENNISGEVING
