"""A need (`noodzaak`, C_NOODZAAK) holds for what one request asks for, never for an agency, a role or a whole case."""

from dataclasses import replace

import pytest

from gateway.domain.identifiers import Oin, PurposeId
from gateway.hub.usecases.grounds import NOTHING, Matter
from gateway.hub.usecases.needs import is_needed
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.settling import load_record
from tests.hub.asking import duty
from tests.hub.bans import Ban, impose_ban
from tests.hub.grounds import recorded
from tests.hub.makers import GEM, POL, VT, Draft, RunningHub

REQUEST, ANSWER = "historie.verzoek", "historie.antwoord"
ASKED = {"noodzaak_code": "probleemverkenning"}
IN = frozenset({PurposeId("uitvoering")})


async def asked_by_vt(hub: RunningHub) -> tuple[Ban, Draft]:
    """VT asked the police in the case, under the purpose uitvoering."""
    ban = await impose_ban(hub)
    sent = await ban.vt.send(REQUEST, ban.case_id, ASKED, [(POL, "politie_wijkagent")])
    assert sent.submission.envelop.doel == "uitvoering"
    return ban, sent


async def needed(ban: Ban, matter: Matter, oin: str = VT, role: str = "vt_medewerker") -> bool:
    record = await load_record(ban.hub.parts, Asker(oin=VT, trace_id="a" * 32), ban.case_id)
    return is_needed(record, oin, role, matter)


async def test_a_need_covers_what_the_agency_that_was_asked_gives_under_the_purpose_of_the_request(
    hub: RunningHub,
) -> None:
    ban, sent = await asked_by_vt(hub)
    matter = Matter(owner=Oin(POL), purposes=IN)
    assert await needed(ban, matter)
    assert await needed(ban, Matter(owner=Oin(POL), in_reply_to=sent.message_id))


@pytest.mark.parametrize(
    "matter",
    [
        NOTHING,
        Matter(owner=Oin(POL)),
        Matter(owner=Oin(GEM), purposes=IN),
        Matter(owner=Oin(POL), purposes=frozenset({PurposeId("melding_vt")})),
        Matter(owner=Oin(POL), purposes=IN | {PurposeId("verlenging")}),
    ],
    ids=["nothing", "no purpose", "an agency that was not asked", "another purpose", "more purposes"],
)
async def test_a_need_covers_nothing_else(hub: RunningHub, matter: Matter) -> None:
    ban, _ = await asked_by_vt(hub)
    assert not await needed(ban, matter)


async def test_a_need_is_that_of_one_role_of_one_agency(hub: RunningHub) -> None:
    """A doctor of Veilig Thuis does not read medical data because a colleague asked the police for history."""
    ban, sent = await asked_by_vt(hub)
    for matter in (Matter(owner=Oin(POL), purposes=IN), Matter(owner=Oin(POL), in_reply_to=sent.message_id)):
        assert not await needed(ban, matter, role="vt_vertrouwensarts")
        assert not await needed(ban, matter, oin=GEM, role="vt_medewerker")
        assert not await needed(ban, replace(matter, owner=Oin(GEM)))


async def test_once_it_is_answered_a_need_covers_the_answer_only(hub: RunningHub) -> None:
    ban, sent = await asked_by_vt(hub)
    await answered_by(ban, POL, sent)
    assert not await needed(ban, Matter(owner=Oin(POL), purposes=IN))
    assert await needed(ban, Matter(owner=Oin(POL), in_reply_to=sent.message_id))


async def answered_by(ban: Ban, oin: str, sent: Draft) -> None:
    """The agency answers, in the role that was asked."""
    officer = ban.hub.node(oin, "politie_wijkagent", "pol-0021")
    assert (await duty(officer)).answer.status == 200
    await officer.send(ANSWER, ban.case_id, {}, [(VT, "vt_medewerker")], in_reply_to=sent.message_id)


async def test_the_policy_is_told_of_the_need_for_an_answer_and_for_nothing_else(hub: RunningHub) -> None:
    ban, sent = await asked_by_vt(hub)
    await answered_by(ban, POL, sent)
    told = {
        (question["message"], each["role"]): each["context"]["noodzaak"]
        for question, _ in await recorded(hub, "verzenden")
        for each in question["recipients"]
    }
    assert told[ANSWER, "vt_medewerker"] is True
    assert {key for key, value in told.items() if value} == {(ANSWER, "vt_medewerker")}
