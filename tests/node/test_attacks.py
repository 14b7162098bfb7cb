"""What a partner, a hub or a stranger may try on a node, by name. Each is stopped, kept and reported."""

import json
import logging
from dataclasses import replace

import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.identifiers import new_id
from gateway.local.registry_file import MUNICIPALITY, POLICE, VEILIG_THUIS
from gateway.node.http.views import mailbox_view
from gateway.node.ports import Mark
from gateway.node.storage import received
from gateway.node.storage.rows import Quarantined
from gateway.node.usecases.overview import mailbox
from gateway.node.usecases.send import send_message
from gateway.protocol.canonical import canonical
from gateway.protocol.keys import SigningKey
from gateway.protocol.manifest import Obligation
from gateway.protocol.receipt import RECEIPT, InboxItem, Receipt
from gateway.protocol.wire import OinRole
from gateway.web.logs import JsonLines
from tests.domain.makers import CANARY
from tests.node.attacker import Forgery
from tests.node.makers import (
    HOVJ_ON_DUTY,
    KENNISGEVING,
    PROCESCOORDINATOR,
    Exchange,
    kennisgeving,
    kennisgeving_content,
)
from tests.protocol.makers import new_key


async def arrives(exchange: Exchange, *items: bytes) -> list[Quarantined]:
    """Puts items into the inbox of the police and lets its node work; what was set aside, oldest first."""
    for item in items:
        exchange.hub.inbox(POLICE.oin).put(item)
    node = exchange.police
    await node.receive()
    while await node.hand_over():
        pass
    assert exchange.hub.inbox(POLICE.oin).unacknowledged == []
    return list(reversed(await node.parts.database.read(received.quarantined)))


async def stopped(exchange: Exchange, item: bytes) -> Quarantined:
    """The item was set aside, reported with the sender's signature, and nothing of it reached the agency."""
    (refused,) = await arrives(exchange, item)
    assert exchange.police.system.offered == []
    assert refused.item == item
    assert refused.rejection is not None
    return refused


async def test_control_an_honest_copy_of_the_attacker_arrives(exchange: Exchange) -> None:
    assert await arrives(exchange, Forgery(exchange=exchange).item()) == []
    assert len(exchange.police.system.kept) == 1


async def test_a_copy_that_was_made_in_a_simulation_is_set_aside(exchange: Exchange) -> None:
    refused = await stopped(exchange, Forgery(exchange=exchange, simulated=True).item())
    assert "bericht-uit-simulatie" in refused.reason


async def test_in_a_simulation_a_copy_says_so_to_the_agency_and_one_that_does_not_is_set_aside(
    exchange: Exchange,
) -> None:
    exchange.registry = replace(exchange.registry, simulation=True)
    assert await arrives(exchange, Forgery(exchange=exchange, simulated=True).item()) == []
    (delivery,) = exchange.police.system.kept.values()
    assert Mark.SIMULATION in delivery.marks
    entries = await mailbox(exchange.police.parts, HOVJ_ON_DUTY)
    shown = [mailbox_view(entry, exchange.registry) for entry in entries]
    assert [view.kenmerken for view in shown] == [["simulatie"]]
    (refused,) = await arrives(exchange, Forgery(exchange=exchange).item())
    assert "bericht-niet-uit-simulatie" in refused.reason


async def test_a_copy_that_holds_more_than_its_manifest_is_set_aside(exchange: Exchange) -> None:
    forgery = Forgery(exchange=exchange, choices={"onderbouwing_gevaar": "deny"})
    refused = await stopped(exchange, forgery.item())
    assert refused.reason.startswith("kopie-breekt-manifest")


async def test_a_copy_with_an_unmasked_value_under_a_mask_is_set_aside(exchange: Exchange) -> None:
    forgery = Forgery(exchange=exchange, choices={"woonadres": "M_GEM"})
    refused = await stopped(exchange, forgery.item())
    assert refused.reason.startswith("kopie-breekt-manifest")


async def test_a_copy_with_a_field_that_no_schema_knows_is_set_aside(exchange: Exchange) -> None:
    forgery = Forgery(exchange=exchange, content={**kennisgeving_content(), "melder_naam": "x"})
    assert (await stopped(exchange, forgery.item())).reason.startswith("kopie-breekt-manifest")


async def test_a_manifest_that_hides_a_field_is_set_aside(exchange: Exchange) -> None:
    whole = Forgery(exchange=exchange)
    hiding = [f for f in whole._manifest() if f.veld != "onderbouwing_gevaar"]
    refused = await stopped(exchange, Forgery(exchange=exchange, manifest=hiding).item())
    assert "protocol-manifest" in refused.reason


async def test_facts_that_differ_from_the_content_are_set_aside(exchange: Exchange) -> None:
    told = kennisgeving_content(pleger_meerderjarig=True)
    forgery = Forgery(
        exchange=exchange, content=kennisgeving_content(pleger_meerderjarig=False), facts_from=told
    )
    assert "protocol-feiten" in (await stopped(exchange, forgery.item())).reason


async def test_an_obligation_that_was_not_kept_is_noticed_by_the_recipient(exchange: Exchange) -> None:
    codes = Obligation(id="O_GEZONDHEIDSCODES", parameters={"codes": ["suicidaal"]})
    content = kennisgeving_content(veiligheidsaandachtspunten=["hond", "suicidaal"])
    refused = await stopped(
        exchange, Forgery(exchange=exchange, content=content, obligations=(codes,)).item()
    )
    assert "verplichting" in refused.reason


async def test_a_copy_sealed_to_another_key_is_set_aside(exchange: Exchange) -> None:
    other = exchange.registry.participant(MUNICIPALITY.oin).sealing_keys[0]
    forgery = Forgery(exchange=exchange, sealing_key=other)
    assert "protocol-sleutel" in (await stopped(exchange, forgery.item())).reason


async def test_a_copy_that_claims_our_key_and_is_sealed_to_another_is_set_aside(exchange: Exchange) -> None:
    registry = exchange.registry
    other = registry.participant(MUNICIPALITY.oin).sealing_keys[0]
    ours = registry.participant(POLICE.oin).sealing_keys[0]
    forgery = Forgery(exchange=exchange, sealing_key=other, context={"ontvanger_kid": ours.kid})
    assert "protocol-zegel" in (await stopped(exchange, forgery.item())).reason


async def test_a_forged_sender_signature_is_set_aside(exchange: Exchange) -> None:
    forgery = Forgery(exchange=exchange, signing_key=SigningKey.from_pem(new_key()))
    assert "protocol-handtekening" in (await stopped(exchange, forgery.item())).reason


async def test_a_copy_signed_by_another_participant_in_the_name_of_the_sender_is_set_aside(
    exchange: Exchange,
) -> None:
    forgery = Forgery(exchange=exchange)
    forgery.signing_key = forgery.key_of(MUNICIPALITY.oin)
    assert "protocol-handtekening" in (await stopped(exchange, forgery.item())).reason


async def test_a_copy_for_a_role_that_the_agency_does_not_have_is_set_aside(exchange: Exchange) -> None:
    role = OinRole(oin=POLICE.oin, rol="burgemeester")
    forgery = Forgery(exchange=exchange, context={"ontvanger": role})
    assert "protocol-ontvanger" in (await stopped(exchange, forgery.item())).reason


async def test_a_copy_for_another_agency_is_set_aside_without_a_name(exchange: Exchange) -> None:
    """The hub delivered it here. There is nobody to report it to as ours, and the evidence stays."""
    recipient = OinRole(oin=MUNICIPALITY.oin, rol="burgemeester")
    (refused,) = await arrives(exchange, Forgery(exchange=exchange, context={"ontvanger": recipient}).item())
    assert (refused.copy_id, refused.rejection) == (None, None)
    assert exchange.police.system.offered == []


async def test_a_stamp_that_the_hub_did_not_sign_is_set_aside(exchange: Exchange) -> None:
    forgery = Forgery(exchange=exchange)
    exchange.hub.key = SigningKey.from_pem(new_key())
    (refused,) = await arrives(exchange, forgery.item())
    assert "protocol-handtekening" in refused.reason
    assert (refused.copy_id, refused.rejection) == (None, None)


async def test_a_stamp_of_another_copy_is_set_aside(exchange: Exchange) -> None:
    first, second = Forgery(exchange=exchange), Forgery(exchange=exchange, number=2)
    one, other = first.copy(), second.copy()
    (refused,) = await arrives(exchange, first.stamped(one[0], other[1]), first.stamped(*one))
    assert refused.reason.endswith("protocol-samenhang")
    assert [d.copy_id for d in exchange.police.system.kept.values()] == [one[0].kopie_id]


@pytest.mark.parametrize("repeats", [2, 5])
async def test_a_copy_that_is_replayed_is_one_delivery(exchange: Exchange, repeats: int) -> None:
    item = Forgery(exchange=exchange).item()
    assert await arrives(exchange, *[item] * repeats) == []
    assert len(exchange.police.system.offered) == 1


async def test_a_copy_that_is_replayed_a_year_later_is_no_delivery(exchange: Exchange) -> None:
    item = Forgery(exchange=exchange).item()
    await arrives(exchange, item)
    exchange.clock.now = exchange.clock.now.replace(year=2027)
    exchange.restart(POLICE)
    assert await arrives(exchange, item) == []
    assert len(exchange.police.system.offered) == 1


async def test_a_replay_in_another_order_changes_nothing(exchange: Exchange) -> None:
    case = new_id()
    items = [Forgery(exchange=exchange, case_id=case, number=n, sender_number=n).item() for n in (1, 2, 3)]
    await arrives(exchange, items[2], items[0], items[1], items[0], items[2])
    assert [d.case_id for d in exchange.police.system.kept.values()] == [case] * 3
    assert len(exchange.police.system.offered) == 3


async def test_other_content_under_the_id_of_a_copy_that_came_is_set_aside_and_not_reported_as_that_copy(
    exchange: Exchange,
) -> None:
    first = Forgery(exchange=exchange)
    context, copy = first.copy()
    second = Forgery(
        exchange=exchange, case_id=first.case_id, number=2, context={"kopie_id": context.kopie_id}
    )
    (refused,) = await arrives(exchange, first.stamped(context, copy), second.item())
    assert refused.reason == "kopie-id-hergebruikt"
    assert refused.rejection is None
    assert len(exchange.police.system.kept) == 1


async def test_a_number_that_the_hub_gave_twice_is_set_aside(exchange: Exchange) -> None:
    case = new_id()
    items = [Forgery(exchange=exchange, case_id=case, number=1, sender_number=n).item() for n in (1, 2)]
    (refused,) = await arrives(exchange, *items)
    assert refused.reason == "volgnummer-hergebruikt"
    assert len(exchange.police.system.kept) == 1


@pytest.mark.parametrize(
    "junk",
    [b"", b"\x00\xff", b"[]", b'{"versie":1}', b"[" * 100_000, b'{"versie":1,"soort":"kopie","jws":"a.b.c"}'],
    ids=["empty", "bytes", "list", "half", "deep", "no jws"],
)
async def test_junk_in_the_inbox_stops_nothing_behind_it(exchange: Exchange, junk: bytes) -> None:
    (refused,) = await arrives(exchange, junk, Forgery(exchange=exchange).item())
    assert (refused.item, refused.copy_id) == (junk, None)
    assert len(exchange.police.system.kept) == 1


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [[[]]], {"a": {"b": 1}}, [None], {"datum": 3}])
async def test_content_of_any_shape_is_refused_and_never_stops_the_node(
    exchange: Exchange, value: object
) -> None:
    """Not even where an obligation looks inside the value."""
    duties = (
        Obligation(id="O_KIND_IN_PERSONEN", parameters={"rol": "kind"}),
        Obligation(id="O_LEEFTIJD_POLITIE", parameters={"jaren": 5}),
    )
    content = {**kennisgeving_content(), "personen_betrokken": value}
    facts = {k: v for k, v in content.items() if catalogue().message(KENNISGEVING).field(k).is_fact}
    item = Forgery(exchange=exchange, content=content, facts_from=facts, obligations=duties).item()
    if value == []:
        assert await arrives(exchange, item) == []
    else:
        await stopped(exchange, item)


async def test_a_receipt_of_another_agency_for_a_copy_of_ours_is_set_aside(exchange: Exchange) -> None:
    draft = kennisgeving()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    (copy_id,) = exchange.hub.copies
    municipality = OinRole(oin=MUNICIPALITY.oin, rol="burgemeester")
    commitment = exchange.hub.accepted[draft.message_id].statements[0].commitment
    receipt = Receipt(
        kopie_id=copy_id,
        bericht_id=draft.message_id,
        zaak_id=draft.case_id,
        ontvanger=municipality,
        soort="aanvaard",
        tijdstip="2026-11-24T01:45:00.000Z",
        commitment=commitment,
    )
    for claimed in (municipality, OinRole(oin=POLICE.oin, rol="politie_hovj")):
        forged = receipt.model_copy(update={"ontvanger": claimed})
        jws = Forgery(exchange=exchange).key_of(MUNICIPALITY.oin).sign(forged, typ=RECEIPT)
        exchange.hub.inbox(VEILIG_THUIS.oin).put(InboxItem(soort="ontvangst", jws=jws).canonical())
    await exchange.vt.receive()
    refused = await exchange.vt.parts.database.read(received.quarantined)
    assert sorted(q.reason.split(", ")[-1] for q in refused) == [
        "protocol-handtekening",
        "protocol-ontvangst",
    ]


async def test_no_log_line_holds_content_whatever_goes_wrong(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    draft = kennisgeving()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    await exchange.police.round()
    await exchange.vt.round()
    broken = Forgery(exchange=exchange, choices={"onderbouwing_gevaar": "deny"}).item()
    strange = {**kennisgeving_content(), "personen_betrokken": [f"{CANARY}-x"]}
    items = [broken, Forgery(exchange=exchange, content=strange).item(), f'"{CANARY}"'.encode()]
    await arrives(exchange, *items)
    exchange.police.system.is_down = True
    await arrives(exchange, Forgery(exchange=exchange).item())
    formatter = JsonLines("proef")
    lines = [formatter.format(record) for record in caplog.records if record.name.startswith("gateway")]
    assert any("set aside" in line for line in lines)
    assert any("did not take" in line for line in lines)
    text = "\n".join(lines) + "\n".join(record.getMessage() for record in caplog.records)
    values = _texts(json.loads(canonical(draft.content)))
    assert len(values) > 20
    assert [value for value in {CANARY, *values} if value in text] == []


def _texts(value: object) -> set[str]:
    """Every text of some length in a content."""
    match value:
        case dict():
            return set().union(*(_texts(each) for each in value.values()))
        case list():
            return set().union(*(_texts(each) for each in value))
        case str() if len(value) > 8 and value not in _PUBLIC:
            return {value}
    return set()


_PUBLIC = {"uithuisgeplaatste", "achterblijver"}
