"""The end of the term at the agencies: the hub orders, each node verifies, erases and attests; over real nodes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import StaffRef
from gateway.domain.retention import kept_until
from gateway.node.storage import destroyed, received, sent
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.overview import mailbox, sent_message
from gateway.node.usecases.parts import Person
from gateway.node.usecases.read import read_copy
from gateway.node.usecases.receive import receive_item
from gateway.node.usecases.send import send_message
from gateway.protocol.keys import SigningKey
from gateway.protocol.receipt import InboxItem
from gateway.protocol.retention import DESTRUCTION_ORDER, DestructionOrder
from gateway.protocol.wire import OinRole
from tests.domain.makers import example_content
from tests.hub.asking import decide
from tests.hub.destroying import attestation, close, retention_of, told
from tests.hub.makers import GEM, NOW, POL, VT, OpenCase, RunningHub
from tests.hub.watching import state_of
from tests.hub.with_nodes import HubWithNodes, hub_with_nodes
from tests.node.makers import Node, kennisgeving

COORDINATOR = Person(staff=StaffRef("vt-0001"), roles=frozenset({"vt_procescoordinator"}))
JURIST = Person(staff=StaffRef("gem-0002"), roles=frozenset({"gemeente_jurist"}))
WEEGTEAM = OinRole(oin=POL, rol="politie_weegteam")
OVER = kept_until(NOW)
ATTESTED = "zaak:vernietiging:verklaard"
CONTENT = ("received_copies.item", "sent_messages.sealed", "sent_messages.body", "sent_copies.sealed")


@pytest.fixture
async def whole(hub: RunningHub, tmp_path: Path) -> AsyncIterator[HubWithNodes]:
    async with hub_with_nodes(hub, tmp_path) as made:
        yield made


async def send(whole: HubWithNodes, name: str, content: dict[str, Any], **changes: Any) -> Draft:
    values = {"recipients": [OinRole(oin=GEM, rol="gemeente_jurist")], "content": content} | changes
    draft = kennisgeving(message_type=name, **values)
    await send_message(whole.node(VT).parts, COORDINATOR, draft)
    return draft


async def closed(whole: HubWithNodes) -> Draft:
    """A case that Veilig Thuis opened, of which the municipality has the request, closed at NOW and delivered."""
    for oin in (VT, GEM, POL):
        whole.node(oin)
    facts: dict[str, Any] = {"pleger_meerderjarig": True, "situatie": "B_geen_acuut_hg"}
    content = example_content("screening.verzoek", **facts)
    opened = await send(whole, "screening.verzoek", content, case_id=str(uuid4()), municipality="9901")
    here = {"case_id": opened.case_id, "recipients": [WEEGTEAM]}
    await send(whole, "weegteam.uitnodiging", example_content("weegteam.uitnodiging"), **here)
    advice = example_content("weegteam.advies", advies="negatief")
    await send(whole, "weegteam.advies", advice, **here)
    await whole.settle()
    whole.hub.hands.pass_time(timedelta(minutes=1))
    vt = whole.hub.node(VT, "vt_procescoordinator", COORDINATOR.staff)
    await close(whole.hub, OpenCase(case_id=opened.case_id, vt=vt, request=None))  # type: ignore[arg-type]
    return opened


async def end_term(whole: HubWithNodes) -> None:
    whole.hub.hands.now = OVER + timedelta(hours=1)
    assert await retention_of(whole.hub, whole.folder).look(whole.hub.hands.now) == 1


async def content_of(node: Node, case_id: str) -> list[Any]:
    """Everything of the case at the node that holds content and is not empty."""

    def load(connection: Any) -> list[Any]:
        found: list[Any] = []
        for place in CONTENT:
            table, column = place.split(".")
            query = text(f"SELECT {column} FROM {table} WHERE case_id = :id")  # noqa: S608 - names of our own
            found += [each for (each,) in connection.execute(query, {"id": case_id}) if each]
        return found

    return await node.parts.database.read(load)


def order_for(whole: HubWithNodes, oin: str, case_id: str, **changes: Any) -> DestructionOrder:
    values: dict[str, Any] = {
        "organisatie": oin,
        "zaak_id": case_id,
        "reden": "bewaartermijn",
        "artikel": "Wth 10(1)",
        "gesloten_op": rfc3339(NOW + timedelta(minutes=1)),
        "besloten_op": rfc3339(whole.hub.hands.now),
    }
    return DestructionOrder(**(values | changes))


async def deliver(node: Node, order: DestructionOrder, key: SigningKey) -> None:
    item = InboxItem(soort="zaakvernietiging", jws=key.sign(order, typ=DESTRUCTION_ORDER))
    await receive_item(node.parts, item.canonical())


async def copies_for(node: Node, person: Person) -> tuple[ReceivedCopy, ...]:
    """What the node keeps of them, whatever it still shows."""
    return await node.parts.database.read(lambda c: received.received_by(c, person.roles))


async def test_every_agency_destroys_its_content_and_keeps_the_shell_and_the_log_has_its_word(
    whole: HubWithNodes,
) -> None:
    draft = await closed(whole)
    vt, gem, pol = (whole.node(oin) for oin in (VT, GEM, POL))
    for node in (vt, gem, pol):
        assert await content_of(node, draft.case_id)
    await end_term(whole)
    await whole.settle()
    for node in (vt, gem, pol):
        assert await content_of(node, draft.case_id) == []
    assert await told(whole.hub, ATTESTED, draft.case_id) == 3
    (copy,) = await copies_for(gem, JURIST)
    assert (copy.case_id, copy.commitment != "") == (draft.case_id, True)
    receipts = await gem.parts.database.read(lambda c: received.receipts_of(c, [copy.copy_id]))
    assert [r.kind for r in receipts] == ["technisch", "functioneel"]
    assert list(await mailbox(gem.parts, JURIST)) == []
    with pytest.raises(NotFound, match="zaak-vernietigd"):
        await read_copy(gem.parts, JURIST, copy.copy_id, purpose="weging")
    copies = await vt.parts.database.read(lambda c: sent.copies_of(c, draft.message_id))
    assert [c.status for c in copies] == ["functioneel"]
    with pytest.raises(NotFound):
        await sent_message(vt.parts, COORDINATOR, draft.message_id)


async def test_an_order_again_and_a_copy_that_comes_late_change_nothing(whole: HubWithNodes) -> None:
    draft = await closed(whole)
    gem = whole.node(GEM)
    (copy,) = await copies_for(gem, JURIST)
    await end_term(whole)
    await whole.settle()
    first = await gem.parts.database.read(lambda c: destroyed.find_destroyed(c, draft.case_id))
    await deliver(gem, order_for(whole, GEM, draft.case_id), whole.hub.world.hub_key)
    await receive_item(gem.parts, copy.item)
    await whole.settle()
    assert await gem.parts.database.read(lambda c: destroyed.find_destroyed(c, draft.case_id)) == first
    assert await content_of(gem, draft.case_id) == []
    assert await told(whole.hub, ATTESTED, draft.case_id) == 3


@pytest.mark.parametrize(
    "attack", ["other key", "other agency", "too early", "closed before we knew it", "later"]
)
async def test_an_order_that_is_not_good_destroys_nothing_and_is_set_aside(
    whole: HubWithNodes, attack: str
) -> None:
    draft = await closed(whole)
    gem, hub_key = whole.node(GEM), whole.hub.world.hub_key
    whole.hub.hands.now = OVER + timedelta(hours=1)
    changes: dict[str, dict[str, Any]] = {
        "other agency": {"organisatie": VT},
        "too early": {"gesloten_op": rfc3339(NOW + timedelta(days=1))},
        "closed before we knew it": {"gesloten_op": rfc3339(NOW - timedelta(days=1))},
        "later": {"besloten_op": rfc3339(whole.hub.hands.now + timedelta(days=1))},
    }
    key = whole.hub.world.signing[VT] if attack == "other key" else hub_key
    await deliver(gem, order_for(whole, GEM, draft.case_id, **changes.get(attack, {})), key)
    assert await content_of(gem, draft.case_id)
    assert await gem.parts.database.read(lambda c: destroyed.find_destroyed(c, draft.case_id)) is None
    assert len(await gem.parts.database.read(received.quarantined)) == 1


async def test_an_order_for_a_case_that_never_came_is_attested_and_keeps_it_out(whole: HubWithNodes) -> None:
    gem, case_id = whole.node(GEM), str(uuid4())
    whole.hub.hands.now = OVER + timedelta(hours=1)
    await deliver(gem, order_for(whole, GEM, case_id), whole.hub.world.hub_key)
    assert await gem.parts.database.read(lambda c: destroyed.find_destroyed(c, case_id)) is not None
    await whole.settle()  # the hub knows of no such order
    assert await told(whole.hub, ATTESTED, case_id) == 0


async def test_the_hub_takes_an_attestation_only_of_its_own_order(whole: HubWithNodes) -> None:
    draft = await closed(whole)
    outsider = whole.hub.node(POL, "politie_hovj", "pol-1")
    jurist = whole.hub.node(GEM, "gemeente_jurist", JURIST.staff)
    early = await decide(jurist, attestation(jurist, draft.case_id, rfc3339(OVER)))
    unknown = await decide(jurist, attestation(jurist, str(uuid4()), rfc3339(OVER)))
    assert (early.answer.status, early.answer.to_bytes()) == (404, unknown.answer.to_bytes())
    await end_term(whole)
    now = rfc3339(whole.hub.hands.now)
    other_moment = await decide(jurist, attestation(jurist, draft.case_id, rfc3339(OVER)))
    for_another = await decide(jurist, attestation(jurist, draft.case_id, now, organisatie=VT))
    forged = await decide(outsider, attestation(jurist, draft.case_id, now))
    assert [r.answer.status for r in (other_moment, for_another, forged)] == [400, 400, 400]
    assert await told(whole.hub, ATTESTED, draft.case_id) == 0
    for _ in range(2):
        good = await decide(jurist, attestation(jurist, draft.case_id, now))
        assert (good.answer.status, good.answer.body["beslotenOp"]) == (200, now)
    assert await told(whole.hub, ATTESTED, draft.case_id) == 1
    assert await state_of(whole.hub, draft.case_id) == "vernietigd"
