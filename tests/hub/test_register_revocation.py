"""A mandate, an agreement or a pilot that was ended is no ground any more when its end is acknowledged, on one hub or
several: the interleavings of test_revocation, for what the registers hold."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import select

from audit.events import EventTag
from gateway.hub.policy.questions import MessageQuestion
from gateway.hub.policy.verdicts import MessageVerdict
from gateway.hub.storage.tables import log_leaves
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.problem_answers import Reply
from tests.hub.asking import duty
from tests.hub.bans import Ban, ban_facts, before_a_ban, ten_days_after
from tests.hub.makers import DWELLING, POL, RVDK, VERZOEK, VERZOEK_FACTS, VT, RunningHub
from tests.hub.registering import give_mandate, register_pilot, revoke, state
from tests.hub.revoking import LONGEST_HEAD_START_S, WITHOUT_LIMIT, forgetful, without_limit
from tests.hub.test_revocation import HeldDecider

IMPOSED: Final = "huisverbod.opgelegd"
DECIDES, SIGNS, ASKS = "pol-0017", "pol-0018", "rvdk-0001"
PILOT: Final = (
    'regio = "verzonnen-noord"\ngemeenten = ["9901"]\nsimulatie = false\n'
    '[vlaggen]\nverzoekers = ["rvdk_raadsonderzoeker"]\n'
)
REFUSED: Final = frozenset({403, 404, 409})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Something that a register holds: how it is given, used and ended, by whom it is used, and its two events."""

    register: str
    user: str
    begins: EventTag
    ends: EventTag
    give: Callable[[RunningHub, Ban], Awaitable[str]]
    use: Callable[[RunningHub, Ban], Coroutine[None, None, Reply]]


async def give_deciding(hub: RunningHub, case: Ban) -> str:
    holder = hub.node(POL, "politie_hovj", DECIDES)
    given = await give_mandate(replace(case.mayor, hub=hub), holder, "beslissing")
    return str(given.answer.body["mandaatId"])


async def agree(hub: RunningHub, case: Ban) -> str:
    mayor = replace(case.mayor, hub=hub)
    stated = await state(mayor, case.case_id, "burgemeester_akkoord", besluit="opleggen")
    return str(stated.answer.body["verklaringId"])


async def take_part(hub: RunningHub, case: Ban) -> str:
    return str((await register_pilot(replace(case.mayor, hub=hub), PILOT)).answer.body["proefId"])


async def impose(hub: RunningHub, case: Ban, staff: str, basis: str) -> Reply:
    now = hub.hands.now
    facts = ban_facts(now, ten_days_after(now), bevoegd_door=basis)
    return await hub.node(POL, "politie_hovj", staff).plan(
        IMPOSED, case.case_id, facts, [(VT, "vt_medewerker")]
    )


async def ask_screening(hub: RunningHub, _: Ban) -> Reply:
    to = [(VT, "vt_procescoordinator")]
    asker = hub.node(RVDK, "rvdk_raadsonderzoeker", ASKS)
    return await asker.plan(VERZOEK, str(uuid4()), VERZOEK_FACTS, to, opening_in=DWELLING)


GROUNDS: Final = {
    "mandate": Ground(
        register="mandaat",
        user=DECIDES,
        begins=EventTag.MANDATE_CHANGED,
        ends=EventTag.MANDATE_REVOKED,
        give=give_deciding,
        use=lambda hub, case: impose(hub, case, DECIDES, "hovj_beslissingsmandaat"),
    ),
    "agreement": Ground(
        register="verklaring",
        user=SIGNS,
        begins=EventTag.STATEMENT_MADE,
        ends=EventTag.STATEMENT_REVOKED,
        give=agree,
        use=lambda hub, case: impose(hub, case, SIGNS, "hovj_ondertekeningsmandaat"),
    ),
    "pilot": Ground(
        register="proef",
        user=ASKS,
        begins=EventTag.PILOT_CHANGED,
        ends=EventTag.PILOT_REVOKED,
        give=take_part,
        use=ask_screening,
    ),
}


async def prepared(hub: RunningHub, ground: Ground) -> Ban:
    """A case in which only the ground is missing."""
    case = await before_a_ban(hub)
    if ground.user != ASKS:
        # One at a time in that role on this roster: this officer takes the place of the one who brought it here.
        assert (await duty(hub.node(POL, "politie_hovj", ground.user))).answer.status == 200
    if ground.user == SIGNS:
        signer = hub.node(POL, "politie_hovj", SIGNS)
        assert (await give_mandate(case.mayor, signer, "ondertekening")).answer.status == 200
    return case


async def stale(hub: RunningHub, ground: Ground) -> int:
    """How many plans the log holds for the user while the register held nothing that they could rest on."""
    bodies = await hub.store.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    holding, found = 0, 0
    for body in map(json.loads, bodies):
        rule = (body["waarom"] or {}).get("regel")
        if body["wat"] == ground.begins and rule != "mandaat_ondertekening":
            holding += 1
        elif body["wat"] == ground.ends:
            holding -= 1
        elif body["wat"] == EventTag.PLAN_GIVEN and body["wie"]["persoon"] == ground.user:
            found += holding == 0
    return found


class HeldMessages(HeldDecider):
    """Holds back the verdict on a message."""

    async def decide_message(self, question: MessageQuestion) -> MessageVerdict:
        verdict = await super().decide_message(question)
        await self._hold()
        return verdict


async def caught_between(hubs: list[RunningHub], ground: Ground, *, with_fault: bool) -> tuple[int, int]:
    """Decided at one hub, ended and acknowledged at another, only then put on record: status and stale allows."""
    case = await prepared(hubs[-1], ground)
    entry = await ground.give(hubs[-1], case)
    decider = HeldMessages(hubs[0].parts.decider)
    parts = replace(hubs[0].parts, decider=decider)
    slow = replace(hubs[0], parts=parts, desk=Desk(parts, WITHOUT_LIMIT))
    asked = asyncio.create_task(ground.use(forgetful(slow) if with_fault else slow, case))
    await decider.decided.wait()
    ended = await revoke(replace(case.mayor, hub=hubs[-1]), ground.register, entry)
    assert ended.answer.status == 200, ended.answer.body
    decider.may_go_on.set()
    return (await asked).answer.status, await stale(hubs[0], ground)


@pytest.mark.parametrize("name", GROUNDS)
async def test_a_verdict_that_stood_ready_when_its_ground_ended_is_no_allow(
    hubs: list[RunningHub],
    name: str,
) -> None:
    assert await caught_between(hubs, GROUNDS[name], with_fault=False) == (403, 0)


@pytest.mark.parametrize("name", GROUNDS)
async def test_a_hub_that_forgets_to_look_again_would_be_caught(
    hubs: list[RunningHub],
    name: str,
) -> None:
    """The control: with the fault in it the same course gives an allow, and the log shows it as stale."""
    assert await caught_between(hubs, GROUNDS[name], with_fault=True) == (200, 1)


@pytest.mark.parametrize("name", GROUNDS)
async def test_no_stale_allow_in_interleavings(hubs: list[RunningHub], name: str) -> None:
    """Given, then used and ended at once at different hubs, and at times used again after the acknowledgement."""
    ground, chance = GROUNDS[name], random.Random(f"20260301:{name}")  # noqa: S311
    all_hubs = [without_limit(hub) for hub in hubs]
    case = await prepared(all_hubs[0], ground)
    seen: Counter[bool] = Counter()
    for turn in range(40):
        here, there, elsewhere = (chance.choice(all_hubs) for _ in range(3))
        entry = await ground.give(there, case)
        used, _ = await asyncio.gather(
            ground.use(here, case), _end(there, case, ground, entry, chance.uniform(0, LONGEST_HEAD_START_S))
        )
        assert used.answer.status in REFUSED | {200}, used.answer.body
        seen[used.answer.status == 200] += 1
        if turn % 4 == 0:
            assert (await ground.use(elsewhere, case)).answer.status in REFUSED
    assert await stale(hubs[0], ground) == 0
    assert seen[True], seen
    assert seen[False], seen


async def _end(hub: RunningHub, case: Ban, ground: Ground, entry: str, head_start_s: float) -> None:
    await asyncio.sleep(head_start_s)
    ended = await revoke(replace(case.mayor, hub=hub), ground.register, entry)
    assert ended.answer.status == 200, ended.answer.body
