"""Ending an entry in any register: only by whom registered it, and what of it stands in the log."""

import json

from sqlalchemy import select

from audit.events import EventTag
from gateway.hub.storage.tables import log_leaves
from tests.hub.asking import duty
from tests.hub.grounds import PILOT, hovj, imposing, mayor, why
from tests.hub.makers import (
    ELDERS,
    GEM,
    RunningHub,
    open_case,
)
from tests.hub.registering import (
    give_mandate,
    register_pilot,
    revoke,
    state,
)


async def test_attack_another_agency_ends_what_it_did_not_register(hub: RunningHub) -> None:
    case, giver, officer = await open_case(hub), mayor(hub), hovj(hub)
    given = (await give_mandate(giver, officer, "beslissing")).answer.body["mandaatId"]
    for other in (officer, mayor(hub, ELDERS)):
        assert (await revoke(other, "mandaat", given)).answer.status == 404
    clerk = hub.node(GEM, "gemeente_jurist", "jur-1")
    refused = await revoke(clerk, "mandaat", given)
    assert (refused.answer.status, why(refused)) == (403, "R_rol_niet_bevoegd")
    assert (await imposing(officer, case)).facts["mandaat"] == "beslissing"


async def test_every_entry_end_and_refusal_stands_in_the_log_without_a_word_of_text(hub: RunningHub) -> None:
    case, giver, officer = await open_case(hub), mayor(hub), hovj(hub)
    given = await give_mandate(giver, officer, "beslissing")
    await revoke(giver, "mandaat", given.answer.body["mandaatId"])
    await give_mandate(officer, officer, "beslissing")
    await duty(giver)
    stated = await state(giver, case.case_id, "burgemeester_akkoord", besluit="opleggen")
    await revoke(giver, "verklaring", stated.answer.body["verklaringId"])
    pilot = await register_pilot(giver, PILOT)
    await revoke(giver, "proef", pilot.answer.body["proefId"])
    bodies = await hub.store.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    found = [json.loads(body)["wat"] for body in bodies]
    assert [tag for tag in found if tag.startswith(("zaak:mandaat", "zaak:verklaring", "register:"))] == [
        EventTag.MANDATE_CHANGED,
        EventTag.MANDATE_REVOKED,
        EventTag.REGISTER_REFUSED,
        EventTag.STATEMENT_MADE,
        EventTag.STATEMENT_REVOKED,
        EventTag.PILOT_CHANGED,
        EventTag.PILOT_REVOKED,
    ]
