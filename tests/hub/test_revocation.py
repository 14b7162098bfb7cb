"""A revoked assignment is effective before its revocation is acknowledged: no stale allow, on one hub or several."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from gateway.hub.policy.questions import AccessQuestion, MessageQuestion, ReadingQuestion, TransitionQuestion
from gateway.hub.policy.verdicts import AccessDecision, MessageVerdict, ReadingDecision, TransitionDecision
from gateway.hub.ports import PolicyDecider
from gateway.hub.usecases.desk import Desk
from tests.hub.asking import assign
from tests.hub.makers import POL, RunningHub
from tests.hub.revoking import WITHOUT_LIMIT, forgetful, interleave, lay_ground, stale_allows, without_limit


class HeldDecider:
    """The real decision point, of which a verdict on reading or on the view of a case is held back on the way out."""

    def __init__(self, decider: PolicyDecider) -> None:
        self._decider = decider
        self.decided = asyncio.Event()
        self.may_go_on = asyncio.Event()

    @property
    def revision(self) -> str:
        return self._decider.revision

    async def decide_message(self, question: MessageQuestion) -> MessageVerdict:
        return await self._decider.decide_message(question)

    async def decide_transition(self, question: TransitionQuestion) -> TransitionDecision:
        return await self._decider.decide_transition(question)

    async def decide_reading(self, question: ReadingQuestion) -> ReadingDecision:
        verdict = await self._decider.decide_reading(question)
        await self._hold()
        return verdict

    async def decide_access(self, question: AccessQuestion) -> AccessDecision:
        verdict = await self._decider.decide_access(question)
        await self._hold()
        return verdict

    async def _hold(self) -> None:
        self.decided.set()
        await self.may_go_on.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """A request whose verdict stood ready when the assignment under it was revoked."""

    status: int
    stale: list[str]


async def caught_between(hubs: list[RunningHub], name: str, *, with_fault: bool) -> Caught:
    """Decided at one hub, revoked and acknowledged at another, and only then put on record."""
    decider = HeldDecider(hubs[0].parts.decider)
    parts = replace(hubs[0].parts, decider=decider)
    slow = replace(hubs[0], parts=parts, desk=Desk(parts, WITHOUT_LIMIT))
    ground = await lay_ground(hubs[-1])
    officer = (forgetful(slow) if with_fault else slow).node(POL, "politie_hovj", "pol-0007")
    elsewhere = hubs[-1].node(POL, "politie_hovj", "pol-0007")
    assert (await assign(elsewhere, ground.case.case_id)).answer.status == 200
    asked = asyncio.create_task((ground.read if name == "lezen" else ground.view)(officer))
    await decider.decided.wait()
    assert (await assign(elsewhere, ground.case.case_id, beeindigen=True)).answer.status == 200
    decider.may_go_on.set()
    return Caught(status=(await asked).answer.status, stale=await stale_allows(hubs[0]))


@pytest.mark.parametrize("name", ["lezen", "zaak"])
async def test_a_verdict_that_stood_ready_when_the_assignment_ended_is_no_allow(
    hubs: list[RunningHub], name: str
) -> None:
    caught = await caught_between(hubs, name, with_fault=False)
    assert (caught.status, caught.stale) == ({"lezen": 403, "zaak": 404}[name], [])


@pytest.mark.parametrize("name", ["lezen", "zaak"])
async def test_a_hub_that_forgets_to_look_again_would_be_caught(hubs: list[RunningHub], name: str) -> None:
    """The control: with the fault in it the same course gives an allow, and the log shows it as stale."""
    caught = await caught_between(hubs, name, with_fault=True)
    assert caught.status == 200
    assert len(caught.stale) == 1


async def run(hubs: list[RunningHub], count: int) -> None:
    """No stale allow, and both outcomes really occurred beside the revocations."""
    seen = await interleave([without_limit(hub) for hub in hubs], count, seed=20260301)
    assert seen.late == []
    assert await stale_allows(hubs[0]) == []
    assert seen.beside.total() == count
    assert seen.beside[200] > count // 50, seen.beside
    assert seen.beside[403] + seen.beside[404] > count // 50, seen.beside


async def test_no_stale_allow_in_two_thousand_interleavings(hubs: list[RunningHub]) -> None:
    """A single hub has fewer ways to go wrong and gets a quarter of them."""
    await run(hubs, 1_500 if len(hubs) > 1 else 500)


@pytest.mark.full
async def test_no_stale_allow_in_a_hundred_thousand_interleavings(hubs: list[RunningHub]) -> None:
    await run(hubs, 100_000 if len(hubs) > 1 else 25_000)


async def test_interleavings_with_a_forgetful_hub_are_noticed(hubs: list[RunningHub]) -> None:
    """The control of the random courses: some of them catch the fault without any help."""
    broken = [forgetful(hub) for hub in hubs]
    for seed in range(10):
        await interleave(broken, 50, seed=seed)
        if await stale_allows(hubs[0]):
            return
    pytest.fail("500 interleavings without the check, and none was noticed")
