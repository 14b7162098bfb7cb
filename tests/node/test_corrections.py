"""Corrections: they go to whoever got the message, and mark it at each recipient, whichever of the two comes first."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.domain.errors import InvalidInput, NotFound
from gateway.domain.identifiers import StaffRef, new_id
from gateway.node.ports import Mark
from gateway.node.usecases.accept import accept_copy
from gateway.node.usecases.corrections import addressed
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.overview import MailboxEntry, mailbox
from gateway.node.usecases.parts import Person
from gateway.node.usecases.read import read_copy
from gateway.node.usecases.send import send_message
from gateway.protocol.succession import Succession, Successions
from tests.node.makers import (
    HOVJ,
    HOVJ_ON_DUTY,
    KENNISGEVING,
    PROCESCOORDINATOR,
    WIJKAGENT,
    Exchange,
    kennisgeving,
)

CORRECTIE = "bericht.correctie"


def correction(original: Draft, kind: str = "onjuist", **changes: object) -> Draft:
    """Names no recipients: the node knows who got the original."""
    values: dict[str, object] = {
        "case_id": original.case_id,
        "message_type": CORRECTIE,
        "recipients": [],
        "content": {"bericht_id": original.message_id, "soort": kind, "velden": ["woonadres"]},
    }
    return kennisgeving(**(values | changes))


async def sent_original(exchange: Exchange) -> Draft:
    original = kennisgeving(recipients=[HOVJ, WIJKAGENT])
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, original)
    return original


async def received_original(exchange: Exchange) -> MailboxEntry:
    entries = await mailbox(exchange.police.parts, HOVJ_ON_DUTY)
    return next(entry for entry in entries if entry.copy.message_type == KENNISGEVING)


async def test_a_correction_goes_to_every_recipient_of_the_original_by_itself(exchange: Exchange) -> None:
    original = await sent_original(exchange)
    told = correction(original)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, told)
    copies = exchange.hub.accepted[told.message_id].statements
    assert {each.context.ontvanger.rol for each in copies} == {HOVJ.rol, WIJKAGENT.rol}
    assert all(WIJKAGENT.rol not in str(c.context) for c in copies if c.context.ontvanger == HOVJ)


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        ("onjuist", Mark.CORRECTED),
        ("onvolledig", Mark.CORRECTED),
        ("ten_onrechte_verzonden", Mark.WITHDRAWN),
        ("betwist", Mark.CONTESTED),
    ],
)
async def test_the_original_is_marked_until_the_correction_is_taken_on(
    exchange: Exchange, kind: str, mark: Mark
) -> None:
    """That it is contested stays with a message for good (Wpg 28(3))."""
    original = await sent_original(exchange)
    await exchange.police.round()
    told = correction(original, kind)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, told)
    await exchange.police.round()
    entry = await received_original(exchange)
    assert entry.marks == (mark,)
    (link,) = entry.corrections
    reading = await read_copy(exchange.police.parts, HOVJ_ON_DUTY, entry.copy.copy_id, purpose="screening")
    assert [each.copy_id for each in reading.corrections] == [link.copy_id]
    assert await accept_copy(exchange.police.parts, HOVJ_ON_DUTY, link.copy_id)
    entry = await received_original(exchange)
    assert entry.marks == ((mark,) if mark is Mark.CONTESTED else ())
    assert [each.taken_on for each in entry.corrections] == [True]


async def test_a_correction_that_comes_first_marks_the_message_when_it_comes(exchange: Exchange) -> None:
    """Also at the agency's own system, which gets the mark and the link with the message."""
    original = await sent_original(exchange)
    waiting, inbox = exchange.police.inbox.waiting, exchange.police.inbox
    held = list(waiting[False])
    waiting[False].clear()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, correction(original))
    await exchange.police.round()
    assert exchange.police.system.kept == {}  # it waits for its predecessor
    for data in held:
        inbox.put(data)
    await exchange.police.round()
    kept = exchange.police.system.kept.values()
    found = {(d.message_type, d.role): d for d in kept}
    told, about = found[KENNISGEVING, HOVJ.rol], found[CORRECTIE, HOVJ.rol]
    assert (told.marks, told.corrections) == ((Mark.CORRECTED,), (about.copy_id,))
    assert (await received_original(exchange)).marks == (Mark.CORRECTED,)


async def test_another_agency_cannot_mark_a_message_that_it_did_not_send(exchange: Exchange) -> None:
    """Correction by another agency, past a hub that does not look: the recipient's node looks itself."""
    original = await sent_original(exchange)
    await exchange.police.round()
    forged = correction(original, role="politie_hovj", staff="pol-0007", recipients=[HOVJ])
    officer = Person(staff=StaffRef("pol-0007"), roles=frozenset({"politie_hovj"}))
    await send_message(exchange.police.parts, officer, forged)
    await exchange.police.round()
    assert (await received_original(exchange)).marks == ()


async def test_a_correction_of_nothing_or_of_another_roles_message_is_not_found(exchange: Exchange) -> None:
    """Correction used to learn who got a message: only the role that sent it may send one without recipients."""
    original = await sent_original(exchange)
    other = Person(staff=StaffRef("vt-0002"), roles=frozenset({"vt_medewerker"}))
    with pytest.raises(NotFound):
        await send_message(exchange.vt.parts, other, correction(original, role="vt_medewerker"))
    unknown = correction(original, content={"bericht_id": new_id(), "soort": "onjuist", "velden": []})
    with pytest.raises(NotFound):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, unknown)
    with pytest.raises(InvalidInput):
        await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving(recipients=[]))


async def test_a_correction_goes_to_whoever_took_the_place_of_a_recipient(exchange: Exchange) -> None:
    """Named once, in each role that the predecessor had the original in; before the date the predecessor is."""
    original = await sent_original(exchange)
    parts, successor = exchange.vt.parts, "00000099000000001009"
    until = parts.clock()

    async def recipients(since: datetime) -> set[tuple[str, str]]:
        link = Succession(
            predecessor=HOVJ.oin, successor=successor, since=since, stated_at=since, statement=""
        )
        registry = replace(parts.registry(), successions=Successions.of([link]))
        draft = await addressed(
            replace(parts, registry=lambda: registry), PROCESCOORDINATOR, correction(original)
        )
        return {(each.oin, each.rol) for each in draft.recipients}

    assert await recipients(until + timedelta(days=1)) == {(HOVJ.oin, HOVJ.rol), (HOVJ.oin, WIJKAGENT.rol)}
    assert await recipients(until) == {(successor, HOVJ.rol), (successor, WIJKAGENT.rol)}
