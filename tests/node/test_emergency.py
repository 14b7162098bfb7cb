"""Opening without assignment or without the hub: only so far, always recorded, told and reviewed."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.errors import NotFound, Refused
from gateway.domain.identifiers import StaffRef
from gateway.local.registry_file import POLICE
from gateway.node.hub_link import HubUnreachable
from gateway.node.storage.emergencies import openings_of
from gateway.node.storage.rows import EmergencyOpening
from gateway.node.usecases.act import set_duty
from gateway.node.usecases.emergency import reason_of, review
from gateway.node.usecases.parts import Person
from gateway.node.usecases.read import read_copy
from gateway.node.usecases.reading import Reading
from gateway.node.usecases.send import send_message
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import ReadAnswer, ReadQuestion
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff
from tests.node.attacker import Forgery
from tests.node.makers import (
    HOVJ_ON_DUTY,
    PROCESCOORDINATOR,
    Exchange,
    kennisgeving,
    kennisgeving_content,
)

COLLEAGUE = Person(staff=StaffRef("pol-0008"), roles=frozenset({"politie_hovj"}))
REASON = "Testje van Verzonnen staat voor de deur."


async def arrived(exchange: Exchange, *, urgency: str = "nu") -> str:
    """A copy that the police have: U0 for `nu`, else U1."""
    exchange.hub.policy.choices["politie_hovj"] = {"onderbouwing_gevaar": "deny"}
    draft = kennisgeving(content=kennisgeving_content(spoedeisendheid=urgency))
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    await exchange.police.round()
    return exchange.hub.accepted[draft.message_id].statements[0].context.kopie_id


async def on_duty(
    exchange: Exchange, person: Person = HOVJ_ON_DUTY, *, starts_in: timedelta = -timedelta(hours=1)
) -> None:
    await set_duty(
        exchange.police.parts,
        colleague=Staff(rol="politie_hovj", medewerker=person.staff),
        starts_at=exchange.clock.now + starts_in,
        ends_at=exchange.clock.now + starts_in + timedelta(hours=8),
    )


async def opened(exchange: Exchange, copy_id: str, **changes: Any) -> Reading:
    values: dict[str, Any] = {"purpose": "screening"} | changes
    return await read_copy(exchange.police.parts, HOVJ_ON_DUTY, copy_id, **values)


async def recorded(exchange: Exchange) -> tuple[EmergencyOpening, ...]:
    return await exchange.police.parts.database.read(lambda c: openings_of(c, ["politie_hovj"]))


@pytest.mark.parametrize("urgency", ["nu", "vandaag"])
async def test_without_the_hub_whoever_is_on_duty_opens_urgent_mail_and_the_hub_hears_of_it(
    exchange: Exchange, urgency: str
) -> None:
    copy_id = await arrived(exchange, urgency=urgency)
    await on_duty(exchange)
    exchange.hub.down = True
    reading = await opened(exchange, copy_id)
    assert reading.decision_id is None
    assert reading.content["woonadres"] == kennisgeving_content()["woonadres"]
    assert [(each.field, each.by_reading) for each in reading.left_out] == [("onderbouwing_gevaar", False)]
    assert [(o.copy_id, o.kind, o.staff) for o in await recorded(exchange)] == [
        (copy_id, "hub_weg", "pol-0007")
    ]

    exchange.hub.down = False
    asked: list[ReadQuestion] = []
    honest = exchange.hub._read

    def read(question: ReadQuestion) -> ReadAnswer:
        asked.append(question)
        return honest(question)

    exchange.hub._read = read  # type: ignore[method-assign]
    exchange.clock.now += timedelta(minutes=2)
    await exchange.police.report()
    assert [(q.kopie_id, q.lezer.medewerker, q.breekglas is not None) for q in asked] == [
        (copy_id, "pol-0007", True)
    ]
    assert exchange.hub.copies[copy_id].receipts == ["technisch", "functioneel", "geopend"]


async def test_without_the_hub_nobody_else_opens_anything(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    exchange.hub.down = True
    with pytest.raises(HubUnreachable):  # not on the roster
        await opened(exchange, copy_id)
    exchange.hub.down = False
    await on_duty(exchange, starts_in=timedelta(hours=1))
    exchange.hub.down = True
    with pytest.raises(HubUnreachable):  # on duty only later
        await opened(exchange, copy_id)
    exchange.hub.down = False
    await on_duty(exchange)
    exchange.hub.down = True
    for purpose in (None, "zsm"):
        with pytest.raises(HubUnreachable):  # another purpose than the copy was sealed for
            await opened(exchange, copy_id, purpose=purpose)
    stranger = Person(staff=StaffRef("pol-0007"), roles=frozenset({"politie_zsm"}))
    with pytest.raises(NotFound):  # another role
        await read_copy(exchange.police.parts, stranger, copy_id, purpose="screening")
    assert await recorded(exchange) == ()


async def test_a_duty_that_was_taken_over_opens_nothing(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    await on_duty(exchange)
    await on_duty(exchange, COLLEAGUE)
    exchange.hub.down = True
    with pytest.raises(HubUnreachable):
        await opened(exchange, copy_id)


async def test_mail_that_is_not_urgent_waits_for_the_hub(exchange: Exchange) -> None:
    exchange.hub.inbox(POLICE.oin).put(Forgery(exchange=exchange, urgency="U2").item())
    await exchange.police.receive()
    await exchange.police.hand_over()
    await on_duty(exchange)
    (delivery,) = exchange.police.system.kept.values()
    exchange.hub.down = True
    with pytest.raises(HubUnreachable):
        await opened(exchange, delivery.copy_id)


async def test_a_hub_that_refuses_is_not_a_hub_that_is_away(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    await on_duty(exchange)
    exchange.hub.policy.reading_refusal = Refused(rule="G06_niet_toegewezen", article="art. 6")
    with pytest.raises(Refused):
        await opened(exchange, copy_id)
    assert await recorded(exchange) == ()


async def test_breaking_the_glass_is_recorded_and_the_reason_stays_at_the_node(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    copy_id = await arrived(exchange)
    asked: list[bytes] = []
    honest = exchange.hub.answer

    def answer(verb: Verb, oin: str, body: bytes) -> Answer:
        asked.append(body)
        return honest(verb, oin, body)

    exchange.hub.answer = answer  # type: ignore[method-assign]
    with caplog.at_level(logging.DEBUG):
        await opened(exchange, copy_id, emergency=REASON)
    (opening,) = await recorded(exchange)
    assert (opening.kind, reason_of(exchange.police.parts, opening)) == ("breekglas", REASON)
    assert "opened in an emergency" in caplog.text
    said = b"".join(asked).decode() + caplog.text
    stored = b"".join(
        f.read_bytes() for f in exchange.directory.rglob("*") if f.is_file() and ".db" in str(f)
    )
    assert "Verzonnen" not in said
    assert b"voor de deur" not in stored


async def test_an_opening_is_reviewed_by_a_colleague_and_not_by_whoever_opened(exchange: Exchange) -> None:
    await opened(exchange, await arrived(exchange), emergency=REASON)
    (opening,) = await recorded(exchange)
    parts = exchange.police.parts
    with pytest.raises(Refused):
        await review(parts, HOVJ_ON_DUTY, opening.opening_id)
    with pytest.raises(NotFound):
        await review(parts, PROCESCOORDINATOR, opening.opening_id)
    done = await review(parts, COLLEAGUE, opening.opening_id)
    assert (done.reviewed_by, done.reviewed_at) == ("pol-0008", "2026-11-24T01:45:00.000Z")
    exchange.clock.now += timedelta(hours=1)
    again = await review(
        parts, Person(staff=StaffRef("pol-9"), roles=frozenset({"politie_hovj"})), opening.opening_id
    )
    assert again.reviewed_by == "pol-0008"


async def test_a_reading_without_emergency_is_no_opening_in_an_emergency(exchange: Exchange) -> None:
    await opened(exchange, await arrived(exchange))
    assert await recorded(exchange) == ()
    assert [verb for verb, _ in exchange.hub.asked].count(Verb.READ) == 1
