"""What a pilot does to a case: terms, clocks and powers; what needs a change of law in a simulation alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import reckoned_again
from gateway.domain.pilot_flags import pilot_flags
from gateway.hub.policy.policies_folder import policy_data
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.kind import DatabaseOfAnotherKind, require_own_database
from gateway.hub.storage.register_rows import PilotRow
from gateway.hub.storage.registers import municipality_scope
from gateway.hub.storage.situations import Situation, load_situation
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.grounds import pilot_plan
from gateway.protocol.succession import NO_SUCCESSIONS
from tests.databases import sqlite_url
from tests.hub.bans import HOUSEHOLD, Ban, ban_facts, before_a_ban, impose_ban
from tests.hub.conftest import POLICIES, PolicyServer
from tests.hub.makers import DWELLING, GEM, NOW, RunningHub, Sender, World, running_hub
from tests.hub.registering import register_pilot, revoke
from tests.hub.revoking import WITHOUT_LIMIT
from tests.hub.watching import clocks

SIMULATED = f'regio = "verzonnen-noord"\ngemeenten = ["{DWELLING}"]\nsimulatie = true\n[vlaggen]\n'
FOURTEEN = SIMULATED + "eerste_termijn_dagen = 14\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a ban of so many days was refused."""

    status: int
    rules: frozenset[str]


@pytest.fixture
async def simulated(world: World, simulation_opa: PolicyServer, tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub that is a simulation, with the rules of one."""
    async with running_hub(
        world,
        opa_port=simulation_opa.port,
        revision=simulation_opa.revision,
        database_url=sqlite_url(tmp_path / "hub.db"),
        folder=tmp_path,
    ) as running:
        parts = replace(running.parts, simulation=True)
        yield replace(running, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))


def mayor(hub: RunningHub) -> Sender:
    return hub.node(GEM, "burgemeester", "bgm-1")


async def impose(ban: Ban, days: int) -> Refusal | None:
    """The mayor imposes for so many days; None when it was accepted."""
    now = ban.hub.hands.now
    facts = ban_facts(now, now + timedelta(days=days))
    plan = await ban.mayor.plan("huisverbod.opgelegd", ban.case_id, facts, HOUSEHOLD)
    body = plan.answer.body
    if plan.answer.status != 200:
        rules = {body.get("regel"), *(cause["code"] for cause in body.get("errors", []))} - {None}
        return Refusal(status=plan.answer.status, rules=frozenset(rules))
    reply = await ban.mayor.submit(ban.mayor.draft(body, facts))
    assert reply.answer.status == 200, reply.answer.body
    return None


def test_the_term_of_the_flag_is_that_of_the_policy() -> None:
    limits, flag = policy_data(POLICIES, "limits"), pilot_flags()["eerste_termijn_dagen"]
    assert flag.numbers is not None
    assert list(flag.numbers) == [limits["termijn_dagen"]["value"], limits["termijn_dagen_proef"]["value"]]


async def test_in_a_simulation_a_ban_lasts_fourteen_days_where_the_region_chose_so(
    simulated: RunningHub,
) -> None:
    entry = await register_pilot(mayor(simulated), FOURTEEN)
    assert entry.answer.status == 200, entry.answer.body
    ban = await before_a_ban(simulated)
    for days in (9, 10, 13, 15):
        refused = await impose(ban, days)
        assert refused is not None
        assert "T_termijn" in refused.rules
    assert await impose(ban, 14) is None
    found = await clocks(simulated, ban.case_id)
    assert found["D01"].due_at == NOW + timedelta(days=14)
    assert found["D02"].due_at == NOW + timedelta(days=28)
    assert found["D11"].due_at == NOW + timedelta(days=14)


async def test_a_term_of_fourteen_days_stays_one_when_its_pilot_is_over(simulated: RunningHub) -> None:
    """The case ends when its ban says, and new time zone rules do not make it ten days."""
    entry = await register_pilot(mayor(simulated), FOURTEEN)
    ban = await before_a_ban(simulated)
    assert await impose(ban, 14) is None
    assert (await revoke(mayor(simulated), "proef", entry.answer.body["proefId"])).answer.status == 200
    first = (await clocks(simulated, ban.case_id))["D01"]
    assert reckoned_again(first, tz_version="2027b").due_at == NOW + timedelta(days=14)


async def test_in_a_simulation_without_that_flag_a_ban_lasts_ten_days(simulated: RunningHub) -> None:
    assert (await register_pilot(mayor(simulated), SIMULATED)).answer.status == 200
    ban = await before_a_ban(simulated)
    refused = await impose(ban, 14)
    assert refused is not None
    assert "T_termijn" in refused.rules
    assert await impose(ban, 10) is None
    assert (await clocks(simulated, ban.case_id))["D01"].due_at == NOW + timedelta(days=10)


async def test_attack_an_entry_of_a_simulation_in_the_database_of_another_hub_opens_nothing(
    hub: RunningHub,
) -> None:
    """Whoever writes into the database cannot lengthen a ban: the policy refuses all that rests on the entry."""
    ban = await before_a_ban(hub)
    await smuggle(hub, '{"eerste_termijn_dagen":14}')
    for days in (14, 10):
        refused = await impose(ban, days)
        assert refused is not None
        assert refused.status == 403
        assert "P_proef_wetswijziging" in refused.rules
    assert "D01" not in await clocks(hub, ban.case_id)


async def test_attack_a_hub_does_not_start_on_a_database_with_an_entry_of_a_simulation(
    hub: RunningHub,
) -> None:
    await hub.store.reader.read(lambda c: require_own_database(c, simulation=False))
    await smuggle(hub, "{}")
    with pytest.raises(DatabaseOfAnotherKind, match="pilots"):
        await hub.store.reader.read(lambda c: require_own_database(c, simulation=False))


async def test_attack_a_message_of_a_simulation_does_not_count_elsewhere(hub: RunningHub) -> None:
    """Same keys, same registry: an agency that plays with the keys of its real node."""
    await attacked(hub, mark=True, code="bericht-uit-simulatie")


async def test_attack_a_message_without_the_mark_does_not_count_in_a_simulation(
    simulated: RunningHub,
) -> None:
    await attacked(simulated, mark=None, code="bericht-niet-uit-simulatie")


async def attacked(hub: RunningHub, *, mark: bool | None, code: str) -> None:
    ban = await before_a_ban(hub)
    now = hub.hands.now
    facts = ban_facts(now, now + timedelta(days=10))
    plan = await ban.mayor.plan("huisverbod.opgelegd", ban.case_id, facts, HOUSEHOLD)
    assert plan.answer.status == 200, plan.answer.body
    draft = ban.mayor.draft(plan.answer.body, facts, envelope_changes={"simulatie": mark})
    reply = await ban.mayor.submit(draft)
    assert (reply.answer.status, reply.answer.body["code"]) == (400, code)
    assert "D01" not in await clocks(hub, ban.case_id)
    whole = await ban.mayor.submit(ban.mayor.draft(plan.answer.body, facts))
    assert whole.answer.status == 200, whole.answer.body


async def test_a_pilot_that_the_law_allows_leaves_the_clocks_alone(hub: RunningHub) -> None:
    settings = SIMULATED.replace("true", "false") + "monitoring_maanden = 18\n509hh_overwegen = true\n"
    assert (await register_pilot(mayor(hub), settings)).answer.status == 200
    ban = await impose_ban(hub)
    assert (await clocks(hub, ban.case_id))["D01"].due_at == NOW + timedelta(days=10)


async def smuggle(hub: RunningHub, flags: str) -> None:
    """Puts an entry of a simulation into the database, past every question."""
    row = PilotRow(
        pilot_id=str(uuid4()),
        municipality=DWELLING,
        region="verzonnen-noord",
        flags=flags,
        simulation=True,
        oin=GEM,
        staff="bgm-1",
        starts_at=rfc3339(NOW),
        ends_at=rfc3339(NOW + timedelta(days=7)),
        registered_at=rfc3339(NOW),
        revoked_at=None,
        revoked_staff=None,
    )
    await hub.store.writer.write(
        Change(
            key=f"smokkel:{row.pilot_id}",
            judge=lambda _: Judgement(inserts=(row,)),
            leaves=(),
            touches=frozenset({municipality_scope(DWELLING)}),
        )
    )


async def test_a_plan_tells_what_the_pilot_of_the_municipality_asks_and_is_silent_without_one(
    simulated: RunningHub,
) -> None:
    ban = await before_a_ban(simulated)
    facts = ban_facts(NOW, NOW + timedelta(days=10))
    plan = await ban.mayor.plan("huisverbod.opgelegd", ban.case_id, facts, HOUSEHOLD)
    assert "proef" not in plan.answer.body
    settings = SIMULATED + "risicosignalen_tellen = true\nbewijs_bekendmaking = true\n"
    assert (await register_pilot(mayor(simulated), settings)).answer.status == 200
    plan = await ban.mayor.plan("huisverbod.opgelegd", ban.case_id, facts, HOUSEHOLD)
    assert plan.answer.body["proef"] == {
        "regio": "verzonnen-noord",
        "simulatie": True,
        "verplicht": [],
        "risicosignalenTellen": True,
    }
    record = CaseRecord.of(await situation_of(simulated, ban.case_id), NOW, successions=NO_SUCCESSIONS)
    asked = pilot_plan(record, "huisverbod.uitreiking", NOW)
    assert asked is not None
    assert asked.verplicht == ["handtekening_of_weigering", "pv_nummer"]


async def situation_of(hub: RunningHub, case_id: str) -> Situation:
    return await hub.store.reader.read(
        lambda c: load_situation(c, case_id=case_id, oin=GEM, now=rfc3339(NOW))
    )
